/** The files that hold a table's rows. */
import { posix } from 'node:path';
import pLimit from 'p-limit';
import { columnList, KINDS, type Column } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { partitionValues, type TableDefinition } from '../../schemas/tables.js';
import type { FileStatus, Storage } from '../../streams/contracts.js';
import { Journals } from './journal.js';
import type { TablesPlace } from './partition.js';
import { holdsRows, PART_FILE, stagingRoot } from './paths.js';
import { readColumns } from './table-columns.js';
import { Together } from './together.js';

export interface TableFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Changes when another file takes the path. */
  readonly identity: string;
}

/** What the embedded engine has to know of the tables. */
export interface TableFiles {
  /** Files with rows, in the order of their partitions; with days only those of these, and nothing else is walked. */
  list(table: TableDefinition, days?: Day | readonly Day[]): Promise<TableFile[]>;
  /** A file of the newest partition. */
  newest(table: TableDefinition): Promise<TableFile | undefined>;
  /** The columns that were laid down for the table, if they were. */
  columns(table: TableDefinition): Promise<Column[] | null>;
}

/** Listings at the same time. */
const CONCURRENCY = 16;

export class StoredTableFiles implements TableFiles {
  readonly #storage: Storage;
  readonly #root: string;
  readonly #staging: string | undefined;
  readonly #together: Together;
  readonly #listings = pLimit(CONCURRENCY);

  /** @param together partitions that are read where they are staged */
  constructor({ storage, root, staging }: TablesPlace, together = new Together()) {
    this.#storage = storage;
    this.#root = root;
    this.#staging = staging;
    this.#together = together;
  }

  async list(table: TableDefinition, days?: Day | readonly Day[]): Promise<TableFile[]> {
    const each = days === undefined ? [undefined] : [days].flat();
    const folders = (await Promise.all(each.map((day) => this.folders(table, day)))).flat();
    const files = await Promise.all(folders.map((folder) => this.#filesOf(folder)));
    const listed = new Map(folders.map((folder, i) => [folder, files[i]!]));
    // Looked for after the listing: a replacement that began during it is seen here, or some file is gone by the end.
    const journals = await new Journals(this.#storage, this.#root, stagingRoot(table, this.#staging)).list();
    for (const { folder, from } of journals.values()) {
      if (!listed.has(folder)) continue;
      const places = from === null ? [] : [from, posix.join(folder, PART_FILE)];
      listed.set(folder, await this.#firstOf(places));
    }
    for (const { folder, staged } of each.flatMap((day) => this.#together.of(table, day))) {
      listed.set(folder, staged === null ? [] : await this.#firstOf([staged]));
    }
    return [...listed.values()].flat();
  }

  newest(table: TableDefinition): Promise<TableFile | undefined> {
    return this.#newestIn(table.folder, columnList(table.partition));
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
  async folders(table: TableDefinition, day?: Day): Promise<string[]> {
    const wanted = day && partitionValues(table, day);
    let folders = [table.folder];
    for (const column of columnList(table.partition)) {
      const deeper = await Promise.all(folders.map((folder) => this.#below(folder, column, wanted?.[column.name])));
      folders = deeper.flat();
    }
    return folders;
  }

  /** Looks into the newest partitions first: a table of years has thousands. */
  async #newestIn(folder: string, columns: readonly Column[]): Promise<TableFile | undefined> {
    const [column, ...deeper] = columns;
    if (column === undefined) return (await this.#filesOf(folder)).at(-1);
    for (const below of (await this.#below(folder, column)).reverse()) {
      const found = await this.#newestIn(below, deeper);
      if (found) return found;
    }
    return undefined;
  }

  /** Folders of a partition column's values, in their order. */
  async #below(folder: string, { name, kind }: Column, wanted?: string | number): Promise<string[]> {
    const isNumber = KINDS[kind].ts === 'number';
    const values = (await this.#entries(folder))
      .filter((entry) => entry.isFolder && entry.name.startsWith(`${name}=`))
      .map((entry) => ({ entry: entry.name, value: entry.name.slice(name.length + 1) }))
      .map(({ entry, value }) => ({ entry, value: isNumber && /^\d+$/.test(value) ? Number(value) : value }))
      .filter(({ value }) => typeof value === (isNumber ? 'number' : 'string'))
      .filter(({ value }) => wanted === undefined || wanted === value);
    values.sort((a, b) => compare(a.value, b.value) || compare(a.entry, b.entry));
    return values.map(({ entry }) => `${folder}/${entry}`);
  }

  async #filesOf(folder: string): Promise<TableFile[]> {
    const files = (await this.#entries(folder)).filter(({ name, isFolder }) => !isFolder && holdsRows(name));
    return files.sort((a, b) => compare(a.name, b.name)).map(tableFile);
  }

  async #firstOf(places: readonly string[]): Promise<TableFile[]> {
    for (const place of places) {
      const status = await this.#storage.stat(posix.join(this.#root, place));
      if (status !== null) return [tableFile(status)];
    }
    return [];
  }

  #entries(folder: string): Promise<FileStatus[]> {
    return this.#listings(() => this.#storage.list(posix.join(this.#root, folder)));
  }
}

/** Of a storage that gives none, size and time have to do. */
export const identityOf = ({ size, modified, identity }: FileStatus): string => identity ?? `${size} ${modified}`;

const tableFile = (status: FileStatus): TableFile => ({
  path: status.path,
  size: status.size,
  identity: identityOf(status),
});

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
