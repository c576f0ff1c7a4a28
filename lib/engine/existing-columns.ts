/** Columns of tables that others may have made, in this library's kinds. */
import { parseKind, type Column, type Kind } from '../../schemas/columns.js';
import type { TableDefinition } from '../../schemas/tables.js';

/** Files written by others allow null everywhere; what the definition says of a column that it knows holds. */
export function existingColumn(table: TableDefinition, name: string, kind: Kind): Column {
  const known = table.columns[name] ?? table.columns[table.aliases[name] ?? ''];
  return { name, kind, nullable: known === undefined || parseKind(known, name).nullable };
}
