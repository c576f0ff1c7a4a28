import type { Row } from '../../schemas/columns.js';

/**
 * A row as a line of a results file: no quoting, missing values as the text `null`, as Spark writes them. A delimiter or
 * line end in a value, which no results file can hold, becomes the escape `\DDD` of DNS master files (RFC 1035, 5.1).
 */
export function resultLine(row: Row, columns: readonly string[], delimiter = '\t'): string {
  const special = `${delimiter}\r\n`;
  let line = '';
  for (let i = 0; i < columns.length; i++) {
    if (i > 0) line += delimiter;
    const value = row[columns[i]!] ?? 'null';
    line += typeof value === 'string' ? fieldOf(value, special) : String(value);
  }
  return `${line}\n`;
}

function fieldOf(text: string, special: string): string {
  for (let i = 0; i < text.length; i++) {
    if (special.includes(text[i]!)) return [...text].map((character) => escaped(character, special)).join('');
  }
  return text;
}

const escaped = (character: string, special: string) =>
  special.includes(character) ? `\\${String(character.charCodeAt(0)).padStart(3, '0')}` : character;
