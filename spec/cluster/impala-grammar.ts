/** Whether Impala would understand a statement, as far as Hue's grammar of its SQL knows: no Impala is needed. */
import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFile } from '../../lib/package-root.js';
import { cached } from './jars.js';

interface Grammar {
  /** What it stumbled over; false or nothing when the statement is valid. */
  parseSyntax(before: string, after: string): Fault | false | null | undefined;
}

interface Fault {
  /** The piece of text. */
  readonly text: string;
  readonly loc: { readonly first_line: number; readonly first_column: number };
}

const FILES = ['package.json', 'package-lock.json'];
const LITERAL = /'(?:\\[^]|[^'\\])*'|"(?:\\[^]|[^"\\])*"/;
const NAME = /`[^`]*`/;
const COMMENT = /--[^\n]*|\/\*[^]*?\*\//;
const QUOTED = new RegExp([LITERAL, NAME, COMMENT].map(({ source }) => source).join('|'), 'g');
const EXPONENT = /(?<![\w.])(?:\d+\.?\d*|\.\d+)e[+-]?\d+/gi;

/**
 * What is wrong with one statement; nothing when it is valid.
 * @param env where `npm` and the cache are looked for; the first call on a machine downloads 138 MB
 */
export async function impalaProblems(sql: string, env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const problems: string[] = [];
  const { text, bare } = asHueKnows(sql);
  if (bare.trim() === '') problems.push('no statement');
  // The grammar takes any number of statements; a server takes one.
  if (bare.includes(';')) problems.push('a semicolon outside literals');
  const fault = (await grammar(env)).parseSyntax(text, '');
  if (fault)
    problems.push(`line ${fault.loc.first_line}, column ${fault.loc.first_column}: ${JSON.stringify(fault.text)}`);
  return problems;
}

/** The statement without what Impala knows and Hue's grammar does not; `bare` is it without literals and the like. */
function asHueKnows(sql: string): { text: string; bare: string } {
  let [text, bare, end] = ['', '', 0];
  for (const { 0: quoted, index } of [...sql.matchAll(QUOTED), { 0: '', index: sql.length }]) {
    const between = sql.slice(end, index).replace(EXPONENT, '1.5');
    text += between + quoted;
    bare += between;
    end = index + quoted.length;
  }
  // A database's name in backticks; several partitions to refresh.
  text = text
    .replace(/^(\s*(?:USE|CREATE\s+DATABASE(?:\s+IF\s+NOT\s+EXISTS)?)\s+)`(\w+)`/i, '$1$2')
    .replace(/^(\s*REFRESH\s[^(]*\([^()]*\))(?:\s*PARTITION\s*\([^()]*\))+/i, '$1');
  return { text, bare };
}

let loaded: Promise<Grammar> | undefined;

function grammar(env: NodeJS.ProcessEnv): Promise<Grammar> {
  loaded ??= load(env);
  return loaded;
}

async function load(env: NodeJS.ProcessEnv): Promise<Grammar> {
  const text = await readFile(packageFile('spec/cluster/package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: { gethue: string } };
  const folder = await cached(`gethue-${dependencies.gethue}`, env, (unfinished) => install(unfinished, env));
  const required = createRequire(join(folder, 'package.json'))('gethue/parsers/impalaSyntaxParser.js') as
    Grammar | { default: Grammar };
  return 'default' in required ? required.default : required;
}

async function install(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (const name of FILES) await copyFile(packageFile(join('spec/cluster', name)), join(folder, name));
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: folder,
    env,
  });
}
