/** The files that hold a table's rows on this machine's disk. */
import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { columnList, KINDS, type Column } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { partitionValues, type TableDefinition } from '../../schemas/tables.js';
import type { Storage } from '../../streams/contracts.js';
import { Journals } from './journal.js';
import { holdsRows, PART_FILE, stagingRoot } from './paths.js';
import { readColumns } from './table-columns.js';
import { Together } from './together.js';

export interface TableFile {
  readonly path: string;
  /** Changes when another file takes the path. */
  readonly identity: string;
}

/** What the embedded engine has to know of the tables. */
export interface TableFiles {
  /** Files with rows, in the order of their partitions; with a day only that day's, and nothing else is walked. */
  list(table: TableDefinition, day?: Day): Promise<TableFile[]>;
  /** A file of the newest partition. */
  newest(table: TableDefinition): Promise<TableFile | undefined>;
  /** The columns that were laid down for the table, if they were. */
  columns(table: TableDefinition): Promise<Column[] | null>;
}

/** The identity of the file at the path now; null when there is none. */
export async function identityOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    return absent(error, null);
  }
}

export class LocalTableFiles implements TableFiles {
  readonly #storage: Storage;
  readonly #root: string;
  readonly #together: Together;

  /** @param together partitions that are read where they are staged */
  constructor(storage: Storage, root: string, together = new Together()) {
    this.#storage = storage;
    this.#root = root;
    this.#together = together;
  }

  async list(table: TableDefinition, day?: Day): Promise<TableFile[]> {
    const folders = await this.#partitions(table, day);
    const listed = new Map<string, TableFile[]>();
    for (const folder of folders) listed.set(folder, await this.#filesOf(folder));
    // Looked for after the listing: a replacement that began during it is seen here, or some file is gone by the end.
    const journals = await new Journals(this.#storage, this.#root, stagingRoot(table)).list();
    for (const { folder, from } of journals.values()) {
      if (!listed.has(folder)) continue;
      const places = from === null ? [] : [from, posix.join(folder, PART_FILE)];
      listed.set(folder, await this.#firstOf(places));
    }
    for (const { folder, staged } of this.#together.of(table, day)) {
      listed.set(folder, staged === null ? [] : await this.#firstOf([staged]));
    }
    return [...listed.values()].flat();
  }

  async newest(table: TableDefinition): Promise<TableFile | undefined> {
    const folders = await this.#partitions(table);
    for (const folder of folders.reverse()) {
      const files = await this.#filesOf(folder);
      if (files.length > 0) return files.at(-1);
    }
    return undefined;
  }

  columns(table: TableDefinition): Promise<Column[] | null> {
    return readColumns(this.#storage, this.#root, table);
  }

  /** Tables that nobody has made yet, neither `init` nor whoever copied files there. */
  async missing(tables: readonly TableDefinition[]): Promise<TableDefinition[]> {
    const missing: TableDefinition[] = [];
    for (const table of tables) {
      if (!(await this.columns(table)) && !(await this.newest(table))) missing.push(table);
    }
    return missing;
  }

  /** Partition folders below the root, in order of their values. */
  async #partitions(table: TableDefinition, day?: Day): Promise<string[]> {
    const wanted = day && partitionValues(table, day);
    let folders = [table.folder];
    for (const { name, kind } of columnList(table.partition)) {
      const isNumber = KINDS[kind].ts === 'number';
      const deeper = await Promise.all(
        folders.map(async (folder) => {
          const values = (await namesIn(join(this.#root, folder), 'folder'))
            .filter((entry) => entry.startsWith(`${name}=`))
            .map((entry) => ({ entry, value: entry.slice(name.length + 1) }))
            .map(({ entry, value }) => ({ entry, value: isNumber && /^\d+$/.test(value) ? Number(value) : value }))
            .filter(({ value }) => typeof value === (isNumber ? 'number' : 'string'))
            .filter(({ value }) => wanted?.[name] === undefined || wanted[name] === value);
          values.sort((a, b) => compare(a.value, b.value) || compare(a.entry, b.entry));
          return values.map(({ entry }) => `${folder}/${entry}`);
        }),
      );
      folders = deeper.flat();
    }
    return folders;
  }

  async #filesOf(folder: string): Promise<TableFile[]> {
    const names = (await namesIn(join(this.#root, folder), 'file')).filter(holdsRows).sort();
    return (await Promise.all(names.map((name) => this.#firstOf([`${folder}/${name}`])))).flat();
  }

  async #firstOf(places: readonly string[]): Promise<TableFile[]> {
    for (const place of places) {
      const path = join(this.#root, place);
      const identity = await identityOf(path);
      if (identity !== null) return [{ path, identity }];
    }
    return [];
  }
}

/** Symbolic links are kept whatever they lead to: a partition may lie on another disk. */
async function namesIn(folder: string, what: 'file' | 'folder'): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isSymbolicLink() || (what === 'file' ? entry.isFile() : entry.isDirectory()))
      .map((entry) => entry.name);
  } catch (error) {
    return absent(error, []);
  }
}

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);

function absent<T>(error: unknown, value: T): T {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return value;
  throw new OaError('STORAGE_FAILED', message, { cause: error });
}
