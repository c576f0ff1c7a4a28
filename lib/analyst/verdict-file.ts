/** Verdicts in a file, as the page of `report` downloads them: CSV with the columns `ip,name,severity`. */
import { parseString } from 'fast-csv';
import { OaError } from '../../schemas/errors.js';
import { severityOf, type AnalystVerdict } from './verdicts.js';

export const VERDICT_COLUMNS = ['ip', 'name', 'severity'] as const;

/**
 * One or both of `ip` and `name` in each line; an empty field is none. Fields with commas, quotes or line ends stand in
 * quotes; a byte order mark is taken off.
 * @throws {OaError} `VALUE_INVALID`, with the number of the row; nothing is taken of a file with a bad one
 */
export async function parseVerdicts(text: string): Promise<AnalystVerdict[]> {
  const [header, ...rows] = await csvRows(text.replace(/^\ufeff/, ''));
  const columns = (header ?? []).map((name) => name.trim().toLowerCase());
  const known = VERDICT_COLUMNS.every((name) => columns.filter((one) => one === name).length === 1);
  if (!known || columns.length !== VERDICT_COLUMNS.length)
    throw new OaError('VALUE_INVALID', `first line: expected ${VERDICT_COLUMNS.join(',')}, got ${columns.join(',')}`);
  return rows.map((row, i) => {
    try {
      return verdictOf(row, columns);
    } catch (error) {
      throw new OaError('VALUE_INVALID', `row ${i + 2}: ${(error as Error).message}`, { cause: error });
    }
  });
}

function verdictOf(row: readonly string[], columns: readonly string[]): AnalystVerdict {
  if (row.length !== columns.length) throw new Error(`expected ${columns.length} fields, got ${row.length}`);
  const [ip, name, severity] = VERDICT_COLUMNS.map((column) => row[columns.indexOf(column)]!);
  const word = severity!.trim().toLowerCase();
  severityOf(word);
  if (ip === '' && name === '') throw new Error('expected a client (ip) or a query name (name)');
  return {
    ...(ip !== '' && { ip }),
    ...(name !== '' && { name }),
    severity: word as AnalystVerdict['severity'],
  };
}

/** Lines that hold nothing are left out. */
function csvRows(text: string): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = [];
    parseString<string[], string[]>(text, { ignoreEmpty: true })
      .on('data', (row: string[]) => rows.push(row))
      .on('error', (error) => reject(new OaError('VALUE_INVALID', `no CSV: ${error.message}`, { cause: error })))
      .on('end', () => resolve(rows));
  });
}
