/** A partition's files in the storage, and what LOAD DATA, INSERT and a repair do with them. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileStatus, Storage } from '../../../streams/contracts.js';
import { decodeValue, pathOf, type StoredPartition, type StoredTable } from './metastore.js';
import { SERVER_ERRORS, type ServerDialect } from './server-error.js';

/** Neither server reads these (Impala: `FileSystemUtil.isHiddenFile`). */
const isHidden = (name: string) => /^[._]|\.(tmp|copying)$/i.test(name);

/** Told when LOAD … OVERWRITE has deleted the old files and has not moved the new one; what it throws ends the statement. */
export type AfterDelete = () => Promise<void> | void;

export class PartitionFiles {
  readonly #storage: Storage;
  readonly #dialect: ServerDialect;
  readonly #remembers: boolean;

  /** @param remembers whether files are those that were there when the server last looked */
  constructor(storage: Storage, dialect: ServerDialect, remembers = false) {
    this.#storage = storage;
    this.#dialect = dialect;
    this.#remembers = remembers;
  }

  /** Paths of the files that the server knows of. */
  async known(partition: StoredPartition): Promise<string[]> {
    const { location, remembered } = partition;
    if (remembered !== undefined) return remembered.map((name) => `${location}/${name}`);
    return (await this.visible(location)).map(({ path }) => path);
  }

  /** The server looks which files a partition has. */
  async look(partition: StoredPartition): Promise<void> {
    if (this.#remembers) partition.remembered = (await this.visible(partition.location)).map(({ name }) => name);
  }

  /** What a scan of the folder reads: whatever its name, if it is not hidden. */
  async visible(location: string): Promise<FileStatus[]> {
    return (await this.#storage.list(location)).filter(({ name, isFolder }) => !isFolder && !isHidden(name));
  }

  async makeFolder(location: string): Promise<void> {
    await this.#storage.makeDirectories(location);
  }

  async deleteFolder(location: string): Promise<void> {
    await this.#storage.delete(location);
  }

  /**
   * Moves a file, or those of a folder, into a partition. Impala takes them into a hidden folder of the partition before
   * it deletes anything (`Frontend.loadTableData`); Hive leaves them where they are until the old ones are gone.
   * @returns files moved
   * @throws {ServerError} when there is nothing to move
   */
  async load(path: string, location: string, overwrite: boolean, afterDelete?: AfterDelete): Promise<number> {
    const sources = await this.#sources(path);
    let from = sources.map((file) => file.path);
    const hidden = this.#dialect === 'impala' ? `${location}/.tmp_${randomUUID()}` : undefined;
    if (hidden !== undefined) {
      from = [];
      for (const { path: source, name } of sources) {
        await this.#storage.rename(source, `${hidden}/${name}`);
        from.push(`${hidden}/${name}`);
      }
    }
    if (overwrite) {
      await this.clear(location);
      await afterDelete?.();
    }
    for (const source of from) {
      await this.#storage.rename(source, `${location}/${await this.#freeName(location, posix.basename(source))}`);
    }
    if (hidden !== undefined) await this.#storage.delete(hidden);
    return from.length;
  }

  /** A file of this machine becomes one more file of the partition. */
  async add(file: string, location: string): Promise<void> {
    const name = this.#dialect === 'impala' ? `${randomUUID()}_0_data.0.parq` : '000000_0';
    const target = `${location}/${await this.#freeName(location, name)}`;
    await pipeline(createReadStream(file), this.#storage.create(target));
  }

  async clear(location: string): Promise<void> {
    for (const { path } of await this.visible(location)) await this.#storage.delete(path);
  }

  /**
   * Partitions that the folders below a table's name, as lists of values. Impala passes over what is no partition, Hive
   * refuses a table with any such folder: Spot's raw table, below which those of the OA lie.
   */
  async partitionsIn(table: StoredTable): Promise<string[][]> {
    let found = [{ path: table.location, values: [] as string[] }];
    for (const { name, type } of table.partition) {
      const deeper: typeof found = [];
      for (const { path, values } of found) {
        for (const entry of (await this.#storage.list(path)).filter((one) => one.isFolder && !isHidden(one.name))) {
          const value = valueIn(entry.name, name, type);
          if (value !== undefined) deeper.push({ path: entry.path, values: [...values, value] });
          else if (this.#dialect === 'hive') {
            throw SERVER_ERRORS.hive.running(`Invalid partition name ${entry.path}`);
          }
        }
      }
      found = deeper;
    }
    return found.map(({ values }) => values);
  }

  async #sources(given: string): Promise<FileStatus[]> {
    const errors = SERVER_ERRORS[this.#dialect];
    const source = await this.#storage.stat(pathOf(given));
    if (source === null) throw errors.pathMissing(given);
    if (!source.isFolder) {
      if (isHidden(source.name)) throw errors.analysis(`INPATH location '${given}' points to a hidden file.`);
      return [source];
    }
    const files = await this.visible(source.path);
    if (files.length === 0) throw errors.analysis(`INPATH location '${given}' contains no visible files.`);
    return files;
  }

  /** Impala makes a name that is taken unlike by a UUID, Hive by a number. */
  async #freeName(location: string, name: string): Promise<string> {
    const extension = posix.extname(name);
    const stem = name.slice(0, name.length - extension.length);
    const isTaken = async (one: string) => (await this.#storage.stat(`${location}/${one}`)) !== null;
    for (let free = name, copy = 1; ; copy++) {
      if (!(await isTaken(free))) return free;
      free = `${stem}_${this.#dialect === 'impala' ? randomUUID() : `copy_${copy}`}${extension}`;
    }
  }
}

/** `m=7` of column m; undefined for another folder, and for a value that its type does not hold. */
function valueIn(folder: string, column: string, type: string): string | undefined {
  const [, name, text] = /^([^=]+)=(.+)$/.exec(folder) ?? [];
  if (name?.toLowerCase() !== column) return undefined;
  const value = decodeValue(text!);
  if (!/^(tiny|small|big)?int$/.test(type)) return value;
  return /^-?\d+$/.test(value) ? String(Number(value)) : undefined;
}
