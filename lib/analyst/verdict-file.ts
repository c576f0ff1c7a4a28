/** Verdicts in a file, as the page of `report` downloads them: CSV with the columns `ip,name,severity`. */
import { OaError } from '../../schemas/errors.js';
import { severityOf, type AnalystVerdict } from './verdicts.js';

export const VERDICT_COLUMNS = ['ip', 'name', 'severity'] as const;

/**
 * A field, in quotes or as it stands, and what ends it. Blanks are part of it, for a name may begin or end with them:
 * `fast-csv` drops some, and `csv-parser`, which keeps them, takes two lines that hold a single quote each for one.
 */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n][^,\r\n]*)?)(,|\r\n|\n|\r|$)/y;

/**
 * One or both of `ip` and `name` in each line; an empty field is none. Fields with commas or line ends, and those that
 * begin with a quote, stand in quotes; a byte order mark is taken off. Lines that hold nothing are left out.
 * @throws {OaError} `VALUE_INVALID`, with the number of the row; nothing is taken of a file with a bad one
 */
export function parseVerdicts(text: string): AnalystVerdict[] {
  const [header, ...rows] = csvRows(text.replace(/^\ufeff/, ''));
  const columns = (header?.fields ?? []).map((name) => name.trim().toLowerCase());
  const known = VERDICT_COLUMNS.every((name) => columns.filter((one) => one === name).length === 1);
  if (!known || columns.length !== VERDICT_COLUMNS.length)
    throw new OaError('VALUE_INVALID', `first line: expected ${VERDICT_COLUMNS.join(',')}, got ${columns.join(',')}`);
  return rows.map(({ fields, number }) => {
    try {
      return verdictOf(fields, columns);
    } catch (error) {
      throw new OaError('VALUE_INVALID', `row ${number}: ${(error as Error).message}`, { cause: error });
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

interface CsvRow {
  /** From 1. */
  readonly number: number;
  readonly fields: string[];
}

function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let [fields, number]: [string[], number] = [[], 1];
  const field = new RegExp(FIELD);
  for (let isLast = false; !isLast;) {
    const found = field.exec(text);
    if (found === null)
      throw new OaError(
        'VALUE_INVALID',
        `row ${number}: no CSV: expected a closing quote, and then a comma or the end`,
      );
    const [, quoted, plain = '', end] = found;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    if (fields.some((one) => one.trim() !== '')) rows.push({ number, fields });
    [fields, number] = [[], number + 1];
    isLast = field.lastIndex === text.length;
  }
  return rows;
}
