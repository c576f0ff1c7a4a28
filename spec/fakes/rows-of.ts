import type { Row } from '../../schemas/columns.js';
import type { Engine } from '../../streams/contracts.js';

/** The whole result of a query. */
export async function rowsOf(engine: Engine, sql: string, options?: Parameters<Engine['pages']>[1]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of engine.pages(sql, options)) rows.push(...page);
  return rows;
}
