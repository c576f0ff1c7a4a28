/** IANA tables of the user's own; without them the steps use `schemas/iana-tables.ts`. */
import { badLine, eachRow, quoted } from './lookup-file.js';

/**
 * The columns that hold code and name, by header (any case), the first that is there. They are those of the CSV files
 * that IANA publishes and Spot 1.0 ships (class `Decimal,Hexadecimal,Name,…`, type `TYPE,Value,Meaning,…`, rcode
 * `RCODE,Name,…`, Spot's HTTP status `CODE,DESCRIPTION`) and of ours (`code,name,meaning,reference`).
 */
const CODE_COLUMNS = ['code', 'decimal', 'value', 'rcode'];
const NAME_COLUMNS = ['name', 'type', 'description'];

interface Layout {
  readonly code: number;
  readonly name: number;
}

function layoutOf(header: readonly string[]): Layout | null {
  const names = header.map((name) => name.toLowerCase());
  const positionOf = (wanted: readonly string[]) => wanted.map((name) => names.indexOf(name)).find((i) => i >= 0);
  const [code, name] = [positionOf(CODE_COLUMNS), positionOf(NAME_COLUMNS)];
  return code === undefined || name === undefined ? null : { code, name };
}

/**
 * Reads names by code from a CSV file with a header line.
 *
 * Lines for a range of codes (`5-253`, unassigned or private) name no single code and are left out. A code with
 * several names has them all: IANA's rcode 16 is `BADVERS/BADSIG`.
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line
 */
export async function loadIanaTable(file: string): Promise<ReadonlyMap<number, string>> {
  const table = new Map<number, string>();
  let layout: Layout | null = null;
  await eachRow(
    file,
    ({ line, fields }) => {
      if (layout === null) {
        layout = layoutOf(fields);
        if (layout !== null) return;
        throw badLine(
          file,
          line,
          `header ${quoted(fields.join(','))}; expected a code column (${CODE_COLUMNS.join(', ')}) and a name column (${NAME_COLUMNS.join(', ')})`,
        );
      }
      const [code = '', name = ''] = [fields[layout.code], fields[layout.name]];
      if (/^\d+-\d+$/.test(code)) return;
      if (!/^-?\d{1,10}$/.test(code)) throw badLine(file, line, `code ${quoted(code)}; expected a decimal number`);
      if (name === '') throw badLine(file, line, `no name for code ${code}`);
      const before = table.get(Number(code));
      if (before === undefined) table.set(Number(code), name);
      else if (!before.split('/').includes(name)) table.set(Number(code), `${before}/${name}`);
    },
    { multiline: true },
  );
  if (table.size === 0) throw badLine(file, 1, 'no codes; expected a header line and a line for each code');
  return table;
}
