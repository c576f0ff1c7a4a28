/**
 * Rows to one Parquet file in the run's staging folder, which takes its place in the table at `commit`. Memory holds
 * one row group, whatever the partition's size; a storage that is slower than the rows makes `write` wait.
 */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Column, Row } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Batch, PartitionWriter, Storage } from '../../streams/contracts.js';
import { OutputFile } from '../../streams/output-file.js';
import { ParquetEncoder, type ParquetOptions } from '../parquet/encoder.js';
import type { Alignment } from './align.js';
import type { Staging } from './staging.js';
import type { StagedPartition, Together } from './together.js';

/** A partition that a staged file takes the place of. */
export interface ReplaceablePartition {
  /** Below the root. */
  readonly folder: string;
  /** Whether there are rows. */
  isFilled(): Promise<boolean>;
  /** Fails where the partition could not be replaced, as far as that can be known without replacing it. */
  checkReplaceable(): Promise<unknown>;
  /**
   * @param staged path below the root
   * @returns what hindered the tidying up afterwards, if anything did: the partition is replaced all the same
   * @throws {ReplacementUndecided}
   */
  replaceWith(staged: string, runId: string): Promise<unknown>;
  /** Leaves no rows. @returns as above */
  clear(runId: string): Promise<unknown>;
}

/** The replacement failed when old rows may be gone already: the staged file stays, for whoever finishes it. */
export class ReplacementUndecided extends OaError {}

export interface ParquetWriterPlace {
  readonly storage: Storage;
  readonly root: string;
  readonly runId: string;
  readonly staging: Staging;
  /** The file's path in the staging folder, below the root. */
  readonly staged: string;
  readonly table: TableDefinition;
  readonly day: Day;
  readonly partition: ReplaceablePartition;
  readonly together: Together;
  /** Names the partition in messages. */
  readonly label: string;
}

export interface ParquetWriterOptions {
  readonly columns: readonly Column[];
  /** Called with the names that the first row has. */
  readonly alignmentFor: (names: readonly string[]) => Alignment;
  /** Makes the staged file one more file of the partition, instead of the only one. */
  readonly add?: (staged: string) => Promise<unknown>;
  readonly allowEmpty: boolean;
  readonly parquet?: ParquetOptions;
  /** Told of what failed after the partition was replaced. */
  readonly onLeftover: (cause: unknown) => void;
}

export class ParquetWriter implements PartitionWriter {
  readonly columns: readonly Column[];
  readonly #place: ParquetWriterPlace;
  readonly #options: ParquetWriterOptions;
  #open: { align: Alignment['align']; encoder: ParquetEncoder } | undefined;
  #file: OutputFile | undefined;
  #placed = false;
  /** The staged file is still needed. */
  #kept = false;

  constructor(place: ParquetWriterPlace, options: ParquetWriterOptions) {
    this.columns = options.columns;
    this.#place = place;
    this.#options = options;
  }

  async write(batch: Batch): Promise<void> {
    const first = batch[0];
    if (first === undefined) return;
    const { align, encoder } = (this.#open ??= this.#begin(first));
    for (const row of batch) align(row);
    await this.#give(encoder.write(batch));
  }

  async commit(): Promise<void> {
    if (this.#open === undefined) return this.#commitNothing();
    await this.#give(this.#open.encoder.end());
    await this.#file!.finish();
    await this.#take(this.#place.staged, () => this.#replace());
    this.#placed = true;
  }

  async abort(): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#placed || this.#kept) return;
    this.#file = undefined;
    await file.undo();
    await this.#place.staging.leave(posix.join(this.#place.root, this.#place.staged));
  }

  #begin(first: Row) {
    const { align, columns } = this.#options.alignmentFor(Object.keys(first));
    return { align, encoder: new ParquetEncoder(columns, this.#options.parquet) };
  }

  async #commitNothing(): Promise<void> {
    const { partition, runId, label, staging } = this.#place;
    if (this.#options.add !== undefined || !(await partition.isFilled())) return;
    if (!this.#options.allowEmpty) {
      throw new OaError(
        'WOULD_EMPTY',
        `${label} has rows, and would be replaced by none; --allow-empty (allowEmpty) lets that happen`,
      );
    }
    await this.#take(null, async () => {
      const leftover = await staging.during(() => partition.clear(runId));
      if (leftover !== undefined) this.#options.onLeftover(leftover);
    });
  }

  /** One file more takes its place at once: nothing that was there is lost by it. */
  async #take(staged: string | null, place: () => Promise<void>): Promise<void> {
    if (this.#options.add !== undefined) return place();
    const { table, day, partition, staging, root, together } = this.#place;
    const discard = async (staysFor?: StagedPartition) => {
      if (staged === null || this.#kept) return;
      await staging.leave(staysFor?.staged === staged ? undefined : posix.join(root, staged));
    };
    const check = () => partition.checkReplaceable();
    await together.take({ table, day, folder: partition.folder, staged, check, place, discard });
  }

  async #replace(): Promise<void> {
    const { partition, staged, runId, staging, root } = this.#place;
    const replace = this.#options.add ?? ((file: string) => partition.replaceWith(file, runId));
    const leftover = await replace(staged).catch((error: unknown) => {
      this.#kept = error instanceof ReplacementUndecided;
      throw error;
    });
    // What is left to do may need the staged file: it stays for whoever finishes.
    if (leftover !== undefined) this.#options.onLeftover(leftover);
    else await staging.leave(posix.join(root, staged)).catch(this.#options.onLeftover);
  }

  async #give(chunks: readonly Uint8Array[]): Promise<void> {
    const file = (this.#file ??= await this.#create());
    for (const chunk of chunks) await file.write(chunk);
  }

  async #create(): Promise<OutputFile> {
    const { storage, root, staging, staged } = this.#place;
    await staging.enter();
    const path = posix.join(root, staged);
    await staging.makeFolder(posix.dirname(path));
    return new OutputFile(storage.create(path));
  }
}

/** A name in the staging folder that no other writer of this run has, for a file that is added to a partition. */
export const uniqueName = () => `rows-${randomBytes(4).toString('hex')}.parquet`;
