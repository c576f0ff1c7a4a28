/** A result as the servers give it: column names in lower case, their own type names, values fit for the wire. */
import type { DuckDBResult } from '@duckdb/node-api';
import { chunkReader } from '../../../lib/engine/duckdb-values.js';
import { serverType } from './types.js';

export interface Answer {
  columns: { name: string; type: string }[];
  /** BIGINT as bigint; DECIMAL, DATE and TIMESTAMP as text. */
  rows: unknown[][];
}

export const textAnswer = (names: readonly string[], rows: unknown[][]): Answer => ({
  columns: names.map((name) => ({ name, type: 'string' })),
  rows,
});

/** The whole result of a query. */
export async function answerOf(result: DuckDBResult): Promise<Answer> {
  const types = result.columnTypes().map(String).map(serverType);
  const names = result.deduplicatedColumnNames();
  const columns = names.map((name, i) => ({ name: name.toLowerCase(), type: types[i]! }));
  const read = await chunkReader(result);
  const rows: unknown[][] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return { columns, rows };
    for (const row of read(chunk)) rows.push(names.map((name, i) => onTheWire(row[name], types[i]!)));
  }
}

function onTheWire(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'bigint') return BigInt(value as number);
  const scale = /^decimal\(\d+,(\d+)\)$/.exec(type)?.[1];
  if (scale !== undefined) return typeof value === 'number' ? value.toFixed(Number(scale)) : String(value);
  return type === 'string' && typeof value !== 'string' ? JSON.stringify(value) : value;
}
