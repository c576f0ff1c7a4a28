/** IANA tables of the user's own; without them the steps use `schemas/iana-tables.ts`. */
import { badLine, eachRow, quoted } from './lookup-file.js';

/**
 * The columns that hold code and name, by header (any case), the first that is there. They are those of the CSV files
 * that IANA publishes and Spot 1.0 ships (class `Decimal,Hexadecimal,Name,…`, type `TYPE,Value,Meaning,…`, rcode
 * `RCODE,Name,…`, Spot's HTTP status `CODE,DESCRIPTION`) and of ours (`code,name,meaning,reference`).
 */
const CODE_COLUMNS = ['code', 'decimal', 'value', 'rcode', 'hexadecimal'];
const NAME_COLUMNS = ['name', 'type', 'description'];

/** Codes are 16-bit numbers (RFC 1035, RFC 6895, RFC 8945); -1 is what Spot's files have for a code that is missing. */
const [FIRST_CODE, LAST_CODE] = [-1, 0xffff];
const CODE = /^(?:-?\d{1,20}|0x[0-9a-f]{1,20})$/i;
const CODES = /^(?:\d+-\d+|0x[0-9a-f]+-0x[0-9a-f]+)$/i;

/** A code to which one file gives several names. */
export interface IanaDuplicate {
  readonly code: number;
  /** All of them, as the table has it: `BADVERS/BADSIG`. */
  readonly name: string;
  /** Where the last one stands: `types.csv, line 7`. */
  readonly origin: string;
}

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
 * Reads names by code from a CSV file with a header line; codes are decimal or hexadecimal (`0x00FE`).
 *
 * Lines for a range of codes (`5-253`, unassigned or private) name no single code and are left out. A code with
 * several names has them all: IANA's rcode 16 is `BADVERS/BADSIG`.
 * @param options.onDuplicate told of each code with several names, when the file is read
 * @throws {OaError} `FILE_NOT_FOUND`, `STORAGE_FAILED`, `LOOKUP_FILE_INVALID` with file and line
 */
export async function loadIanaTable(
  file: string,
  options: { readonly onDuplicate?: (duplicate: IanaDuplicate) => void } = {},
): Promise<ReadonlyMap<number, string>> {
  const table = new Map<number, string>();
  const duplicates = new Map<number, IanaDuplicate>();
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
      const [text = '', name = ''] = [fields[layout.code], fields[layout.name]];
      if (CODES.test(text)) return;
      const code = codeOf(file, line, text);
      if (name === '') throw badLine(file, line, `no name for code ${text}`);
      const before = table.get(code);
      if (before === undefined) table.set(code, name);
      else if (!before.split('/').includes(name)) {
        table.set(code, `${before}/${name}`);
        duplicates.set(code, { code, name: `${before}/${name}`, origin: `${file}, line ${line}` });
      }
    },
    { multiline: true },
  );
  if (table.size === 0) throw badLine(file, 1, 'no codes; expected a header line and a line for each code');
  for (const duplicate of duplicates.values()) options.onDuplicate?.(duplicate);
  return table;
}

function codeOf(file: string, line: number, text: string): number {
  if (!CODE.test(text)) {
    throw badLine(file, line, `code ${quoted(text)}; expected a decimal number, or a hexadecimal one (0x00FE)`);
  }
  const code = Number(text);
  if (code >= FIRST_CODE && code <= LAST_CODE) return code;
  throw badLine(file, line, `code ${text}; expected ${FIRST_CODE} to ${LAST_CODE}`);
}
