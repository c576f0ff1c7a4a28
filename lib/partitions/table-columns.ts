/** `_table.json` in a table's folder: the columns of the table, laid down when it was made. */
import { posix } from 'node:path';
import { columnList, type Column, type Columns } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import { layoutColumns, type TableDefinition, type TableLayout } from '../../schemas/tables.js';
import type { Storage } from '../../streams/contracts.js';
import { readText, writeText } from '../storage/text.js';
import { columnsFile } from './paths.js';

/**
 * @returns null when nothing was laid down
 * @throws {OaError} `TABLE_MISFIT` when the file is broken
 */
export async function readColumns(storage: Storage, root: string, table: TableDefinition): Promise<Column[] | null> {
  const path = posix.join(root, columnsFile(table));
  const text = await readText(storage, path);
  if (text === null) return null;
  try {
    const { columns } = JSON.parse(text) as { columns: Columns };
    const list = columnList(columns);
    if (list.length === 0) throw new Error('expected at least one column');
    return list;
  } catch (error) {
    throw new OaError('TABLE_MISFIT', `${path}: ${(error as Error).message}`, { cause: error });
  }
}

export function writeColumns(
  storage: Storage,
  root: string,
  table: TableDefinition,
  layout: TableLayout,
): Promise<void> {
  const text = JSON.stringify({ table: table.name, columns: layoutColumns(table, layout) }, null, 2);
  return writeText(storage, posix.join(root, columnsFile(table)), `${text}\n`);
}
