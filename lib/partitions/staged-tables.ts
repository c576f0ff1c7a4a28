/**
 * The tables of a warehouse as they are written: a partition whole to the run's staging folder first, and only then, alone
 * or together with others, into its place.
 */
import { posix } from 'node:path';
import type { Column, Columns } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { PartitionOptions, PartitionWriter, Storage } from '../../streams/contracts.js';
import type { ParquetOptions } from '../parquet/encoder.js';
import { alignmentOf, checkTable, type Alignment } from './align.js';
import { Journals, type FinishJournal } from './journal.js';
import { ParquetWriter, uniqueName, type ReplaceablePartition } from './parquet-writer.js';
import { stagedFile, stagingRoot } from './paths.js';
import { Staging, sweepStaging, type StagingOptions } from './staging.js';
import { Together } from './together.js';

export interface StagedTablesOptions {
  readonly storage: Storage;
  readonly root: string;
  readonly runId: string;
  readonly tables: readonly TableDefinition[];
  readonly staging?: StagingOptions;
  readonly parquet?: ParquetOptions;
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  /** Carries out a replacement that is decided. @default renames the file */
  readonly finishJournal?: FinishJournal;
}

export interface OpenedPartition {
  /** The table's columns, in its order. */
  readonly columns: readonly Column[];
  readonly partition: ReplaceablePartition;
  /** Makes a staged file one more file of the partition, in mode `append`. */
  readonly add?: (staged: string) => Promise<void>;
  /** Whether it takes its place by itself, though others wait. @default false */
  readonly atOnce?: boolean;
}

export class StagedTables {
  readonly together = new Together();
  readonly #options: StagedTablesOptions;
  /** By the path below the root: `dns/staging`. */
  readonly #stagings: ReadonlyMap<string, Staging>;

  constructor(options: StagedTablesOptions) {
    const { storage, root, runId, tables, staging } = options;
    this.#options = options;
    const roots = new Set(tables.map((table) => stagingRoot(table, staging?.folder)));
    this.#stagings = new Map(
      [...roots].map((path) => [path, new Staging(storage, posix.join(root, path), runId, staging?.permit)]),
    );
  }

  /** The first of the pipelines' staging folders, with its path below the root. */
  get first(): readonly [string, Staging] | undefined {
    return this.#stagings.entries().next().value;
  }

  /** @throws {OaError} `TABLE_UNKNOWN` */
  stagingOf(table: TableDefinition): Staging {
    const staging = this.#stagings.get(stagingRoot(table, this.#options.staging?.folder));
    if (staging) return staging;
    const known = this.#options.tables.map(({ name }) => name).join(', ');
    throw new OaError('TABLE_UNKNOWN', `table ${table.name} is not one of ${known}`);
  }

  /** @throws {OaError} `TABLE_MISFIT` */
  writer(
    table: TableDefinition,
    { columns, partition, add, atOnce }: OpenedPartition,
    { date, hour, rowColumns, mode = 'replace', allowEmpty = false }: PartitionOptions,
  ): PartitionWriter {
    const { storage, root, runId, staging, parquet } = this.#options;
    const day = parseDay(date);
    const name = mode === 'append' ? uniqueName() : undefined;
    const place = {
      storage,
      root,
      runId,
      staging: this.stagingOf(table),
      staged: stagedFile(runId, table, { day, hour, name, staging: staging?.folder }),
      table,
      day,
      partition,
      together: atOnce ? new Together() : this.together,
      label: `${table.name} of ${date}`,
    };
    return new ParquetWriter(place, {
      columns,
      alignmentFor: this.aligner(table, columns, rowColumns),
      add: mode === 'append' ? add : undefined,
      allowEmpty,
      parquet,
      onLeftover: (cause) => this.warnOfLeftover(table, cause),
    });
  }

  /**
   * How rows are brought into the form of a table; warns of what they or the table lack.
   * @param rowColumns judged at once; else the names that the first row has
   * @throws {OaError} `TABLE_MISFIT`
   */
  aligner(
    table: TableDefinition,
    columns: readonly Column[],
    rowColumns: Columns | undefined,
  ): (names: readonly string[]) => Alignment {
    checkTable(table, columns);
    const alignmentFor = (rows: Readonly<Record<string, Columns[string] | undefined>>) => {
      const alignment = alignmentOf(table, columns, rows);
      this.#warnOf(table, alignment);
      return alignment;
    };
    const known = rowColumns && alignmentFor(rowColumns);
    return (names) => known ?? alignmentFor(Object.fromEntries(names.map((of) => [of, undefined])));
  }

  /** The staging folders themselves, where there is none yet. */
  async makeFolders(): Promise<void> {
    const { storage, root } = this.#options;
    for (const [path, staging] of this.#stagings) {
      await whereWritable(async () => {
        await staging.makeFolder();
        await storage.makeDirectories(posix.join(root, path));
      });
    }
  }

  /** Finishes what dead runs left, and sweeps their folders; those of a replacement that cannot be finished stay. */
  async tidy(): Promise<void> {
    const { storage, root, finishJournal } = this.#options;
    for (const [path, staging] of this.#stagings) {
      await whereWritable(async () => {
        await staging.makeFolder();
        await new Journals(storage, root, path, finishJournal).recover();
        await sweepStaging(storage, posix.join(root, path));
      });
    }
  }

  async close(): Promise<void> {
    await whereWritable(() => this.together.discard());
    for (const staging of this.#stagings.values()) await whereWritable(() => staging.close());
  }

  warnOfLeftover(table: TableDefinition, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `table ${table.name}: replaced, but old files could not be removed, and will be later: ${why}`;
    this.#options.onWarning?.({ code: 'LEFTOVER', message });
  }

  #warnOf(table: TableDefinition, { missing, leftOut }: Alignment): void {
    const lost = leftOut.filter((name) => !table.optional.includes(name));
    const warn = (code: string, message: string) => this.#options.onWarning?.({ code, message });
    if (missing.length > 0)
      warn('COLUMNS_NULL', `table ${table.name}: the rows lack ${missing.join(', ')}; null there`);
    if (lost.length > 0) warn('COLUMNS_LEFT_OUT', `table ${table.name} has no ${lost.join(', ')}; left out`);
  }
}

/** A folder that can only be read is no reason not to open it; and what another process tidies up is being tidied up. */
export async function whereWritable(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reasons = ['STORAGE_FAILED', 'LOCKED', 'PERMISSION_DENIED', 'QUOTA_EXCEEDED', 'SAFE_MODE'];
    if (!(error instanceof OaError && reasons.includes(error.code))) throw error;
  }
}
