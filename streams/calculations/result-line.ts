import type { Row } from '../../schemas/columns.js';

/** A row as a line of a results file: no quoting, missing values as the text `null`, as Spark writes them. */
export function resultLine(row: Row, columns: readonly string[], delimiter = '\t'): string {
  let line = '';
  for (let i = 0; i < columns.length; i++) {
    if (i > 0) line += delimiter;
    line += String(row[columns[i]!] ?? 'null');
  }
  return `${line}\n`;
}
