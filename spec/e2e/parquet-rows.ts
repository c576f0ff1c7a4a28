/** Rows of Parquet files, by a reader that is not the library's. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';

export type PlainRow = Record<string, unknown>;

/** Rows of a file, in its order; a 64-bit integer as a number. */
export async function readRows(path: string): Promise<PlainRow[]> {
  const rows = await parquetReadObjects({
    file: Uint8Array.from(await readFile(path)).buffer,
    // The reader's own decoder drops a byte order mark, with which a name may begin.
    parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString() },
  });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'bigint' ? Number(value) : (value ?? null),
      ]),
    ),
  );
}

/** Rows of all Parquet files that lie in a folder; none where there is no folder. */
export async function readFolder(folder: string): Promise<PlainRow[]> {
  const names = await readdir(folder).catch(() => []);
  const rows: PlainRow[] = [];
  for (const name of names.filter((of) => of.endsWith('.parquet')).sort()) {
    rows.push(...(await readRows(join(folder, name))));
  }
  return rows;
}
