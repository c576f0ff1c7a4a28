/** One partition of a table: what lies in it, and how that is replaced as a whole. */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import { partitionFolder, type TableDefinition } from '../../schemas/tables.js';
import type { Storage } from '../../streams/contracts.js';
import { thisOwner } from '../storage/owner.js';
import { Journals } from './journal.js';
import type { ReplaceablePartition } from './parquet-writer.js';
import { holdsRows, PART_FILE, stagingRoot } from './paths.js';

/** Where tables are. */
export interface TablesPlace {
  readonly storage: Storage;
  readonly root: string;
  /** Name of the staging folder in the pipeline's own. @default 'staging' */
  readonly staging?: string;
}

export class Partition implements ReplaceablePartition {
  /** Below the root. */
  readonly folder: string;
  readonly #storage: Storage;
  readonly #root: string;
  readonly #journals: Journals;

  /** @throws {OaError} `VALUE_INVALID` for an hour that is none, or a missing one */
  constructor({ storage, root, staging }: TablesPlace, table: TableDefinition, day: Day, hour?: number) {
    checkHour(table, hour);
    this.#storage = storage;
    this.#root = root;
    this.folder = partitionFolder(table, day, hour);
    this.#journals = new Journals(storage, root, stagingRoot(table, staging));
  }

  /** Names of the files with rows. A replacement that a dead run left is finished before. */
  async files(): Promise<string[]> {
    await this.#journals.recover(this.folder);
    const found = await this.#storage.list(this.#path(this.folder));
    return found.filter(({ name, isFolder }) => !isFolder && holdsRows(name)).map(({ name }) => name);
  }

  async isFilled(): Promise<boolean> {
    return (await this.files()).length > 0;
  }

  checkReplaceable(): Promise<unknown> {
    return this.files();
  }

  /**
   * The staged file becomes the partition: one rename where it is the only file.
   * @param staged path below the root
   * @returns what hindered the tidying up afterwards, if anything did: the partition is replaced all the same
   */
  async replaceWith(staged: string, runId: string): Promise<unknown> {
    const others = (await this.files()).filter((name) => name !== PART_FILE);
    if (others.length === 0) {
      await this.#storage.rename(this.#path(staged), this.#path(this.folder, PART_FILE));
      return undefined;
    }
    const size = (await this.#storage.stat(this.#path(staged)))?.size ?? 0;
    return this.#journals.replace({
      owner: thisOwner(runId),
      folder: this.folder,
      from: staged,
      size,
      drop: others,
    });
  }

  /** The staged file becomes one more file. */
  async add(staged: string, runId: string): Promise<void> {
    await this.files();
    const name = `rows-${runId}-${randomBytes(4).toString('hex')}.parquet`;
    await this.#storage.rename(this.#path(staged), this.#path(this.folder, name));
  }

  /** Nothing is left: one deletion where there is one file. */
  async clear(runId: string): Promise<unknown> {
    const files = await this.files();
    if (files.length > 1) {
      return this.#journals.replace({
        owner: thisOwner(runId),
        folder: this.folder,
        from: null,
        size: 0,
        drop: files,
      });
    }
    for (const name of files) await this.#storage.delete(this.#path(this.folder, name));
    return undefined;
  }

  #path(...below: string[]): string {
    return posix.join(this.#root, ...below);
  }
}

/** @throws {OaError} `VALUE_INVALID` for an hour that is none, or a missing one */
export function checkHour(table: TableDefinition, hour: number | undefined): void {
  const hourly = Object.hasOwn(table.partition, 'h');
  const fits = hourly ? Number.isInteger(hour) && hour! >= 0 && hour! <= 23 : hour === undefined;
  if (fits) return;
  throw new OaError(
    'VALUE_INVALID',
    `table ${table.name}: hour ${hour}; expected ${hourly ? 'an hour from 0 to 23' : 'none, its partitions are days'}`,
  );
}
