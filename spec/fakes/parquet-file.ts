import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParquetEncoder, type ParquetOptions } from '../../lib/parquet/encoder.js';
import { columnList, type Columns, type Row } from '../../schemas/columns.js';

export function parquetBytes(columns: Columns, rows: Row[], options?: ParquetOptions): Buffer {
  const encoder = new ParquetEncoder(columnList(columns), options);
  return Buffer.concat([...encoder.write(rows), ...encoder.end()]);
}

/** Writes a Parquet file, and the folders above it. */
export async function writeParquet(path: string, columns: Columns, rows: Row[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, parquetBytes(columns, rows));
}
