import { badLine, eachRow } from '../../lookups/lookup-file.js';
import type { DomainSet } from './domain-set.js';
import type { ListText } from './list-text.js';
import { addName, isDomain } from './names.js';

/**
 * One column of a CSV file, by heading or by index from 0. Of a URL its host counts; what is no domain is left out. Lines
 * that begin with `#` are comments, though the last of them may be the headings, as abuse.ch writes it.
 * @throws {OaError} `LOOKUP_FILE_INVALID`: there is no such column
 */
export async function addCsv(set: DomainSet, { file, column = 0 }: ListText): Promise<void> {
  let index = typeof column === 'number' ? column : -1;
  let last = 1;
  await eachRow(
    file,
    ({ line, fields }) => {
      last = line;
      const cells = fields.map((field, i) => (i === 0 ? field.replace(/^#\s*/, '') : field));
      if (index === -1) {
        index = cells.indexOf(String(column));
        if (index === -1 && !fields[0]?.startsWith('#'))
          throw badLine(file, line, `expected a heading ${JSON.stringify(column)}`);
      } else if (!fields[0]?.startsWith('#')) {
        const name = hostOf(cells[index] ?? '');
        if (isDomain(name)) addName(set, name);
      }
    },
    { multiline: true },
  );
  if (index === -1) throw badLine(file, last, `expected a heading ${JSON.stringify(column)}`);
}

const hostOf = (cell: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(cell) && URL.canParse(cell) ? new URL(cell).hostname : cell;
