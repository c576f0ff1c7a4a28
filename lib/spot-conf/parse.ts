/**
 * `spot.conf`, the settings of an Apache Spot deployment: assignments in the syntax of a POSIX shell, which Spot's
 * scripts source and its Python reads. It is only read here: nothing in it runs, and the environment plays no part.
 */

export interface SpotValue {
  readonly value: string;
  /** From 1 on. */
  readonly line: number;
  /** Why the value cannot be known; it matters only where the value is used. */
  readonly problem?: string;
}

/** Spot's Python takes spaces around `=` as well; after one, a comment may begin. */
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(?:[ \t]+(?:#.*)?)?(.*)$/;

/** The variables of the file, each with its last value. Lines that are no assignments say nothing. */
export function parseSpotConf(text: string): Map<string, SpotValue> {
  const values = new Map<string, SpotValue>();
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const [, name, rest] = ASSIGNMENT.exec(line) ?? [];
    if (name !== undefined && rest !== undefined) values.set(name, { ...valueOf(rest, values), line: i + 1 });
  }
  return values;
}

/** The pieces of a word: each takes what it matches from the front of the rest. */
const SINGLE = /^'([^']*)'/;
const DOUBLE = /^"((?:[^"\\]|\\.)*)"/;
const PLAIN = /^(?:[^\s'"\\$`;&|<>()]|\\.)+/;
const REFERENCE = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/;

function valueOf(text: string, known: ReadonlyMap<string, SpotValue>): Omit<SpotValue, 'line'> {
  let [value, rest] = ['', text];
  const problems: string[] = [];
  const add = (piece: { value: string; problem?: string }) => {
    value += piece.value;
    if (piece.problem !== undefined) problems.push(piece.problem);
  };
  // A word ends with a space; a comment begins after one only.
  while (rest !== '' && !/^[\s;]/.test(rest)) {
    const [whole, inner] = SINGLE.exec(rest) ?? [];
    const [quoted, content] = DOUBLE.exec(rest) ?? [];
    const [plain] = PLAIN.exec(rest) ?? [];
    const reference = REFERENCE.exec(rest);
    if (whole !== undefined) add({ value: inner! });
    else if (quoted !== undefined) add(expanded(content!, known));
    else if (reference) add(referenceTo(reference[1] ?? reference[2]!, known));
    else if (plain !== undefined) add({ value: plain.replace(/\\(.)/g, '$1') });
    else return { value: text, problem: `expected a plain value, got ${JSON.stringify(rest.slice(0, 40))}` };
    rest = rest.slice((whole ?? quoted ?? reference?.[0] ?? plain!).length);
  }
  return problems.length > 0 ? { value, problem: problems[0] } : { value };
}

/** What double quotes hold: references and the shell's four escapes. */
function expanded(content: string, known: ReadonlyMap<string, SpotValue>): Omit<SpotValue, 'line'> {
  let problem: string | undefined;
  const value = content.replace(
    /\\([\\"$`])|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))|(\$[({]|`)/g,
    (all, escaped: string | undefined, braced?: string, bare?: string, command?: string) => {
      if (escaped !== undefined) return escaped;
      if (command !== undefined) {
        problem ??= `expected a plain value, got ${JSON.stringify(command)} in it`;
        return all;
      }
      const found = referenceTo(braced ?? bare!, known);
      problem ??= found.problem;
      return found.value;
    },
  );
  return { value, problem };
}

function referenceTo(name: string, known: ReadonlyMap<string, SpotValue>): Omit<SpotValue, 'line'> {
  const found = known.get(name);
  if (found === undefined) return { value: '', problem: `\${${name}} is set nowhere before` };
  return { value: found.value, problem: found.problem };
}
