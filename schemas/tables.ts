/**
 * What a pipeline says of itself: where its results lie and what its tables look like. DNS is the first user
 * (`schemas/dns.ts`); Flow and Proxy describe themselves the same way and share every component.
 */
import { checkIdentifier, columnList, KINDS, type Columns } from './columns.js';
import type { Day } from './days.js';
import { OaError } from './errors.js';

export interface SourceDefinition<C extends Columns = Columns> {
  readonly name: string;
  /** Path of the results file below the storage's root. */
  readonly resultsPath: (day: Day) => string;
  /** Columns of the results file, in order. */
  readonly columns: C;
}

/** @typeParam R names of the required columns */
export interface TableDefinition<C extends Columns = Columns, R extends string = string> {
  readonly name: string;
  /** Folder below the storage's root. */
  readonly folder: string;
  readonly columns: C;
  /** Partition columns, outermost first; values come from the day (and hour). Proxy's raw ones are text. */
  readonly partition: Columns;
  /** Columns that a row, and the table, must have. */
  readonly required: readonly R[];
  /** Other names under which an existing table may hold a row's column: `{ ml_score: 'score' }`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Columns that rows usually have and a table may do without: left out without a word. */
  readonly optional: readonly string[];
  /** The columns of a Spot 1.0 deployment, where they differ. */
  readonly spot10?: Columns;
  /** Whether ingest fills the table: on a cluster it may be in a database of its own. @default false */
  readonly isRaw: boolean;
}

export type TableLayout = 'documented' | 'spot-1.0';

export const DAY_PARTITION = { y: 'smallint', m: 'tinyint', d: 'tinyint' } as const satisfies Columns;
export const HOUR_PARTITION = { ...DAY_PARTITION, h: 'tinyint' } as const satisfies Columns;

export function defineSource<const C extends Columns>(source: SourceDefinition<C>): SourceDefinition<C> {
  checkIdentifier(source.name, 'source');
  columnList(source.columns);
  return source;
}

/**
 * Folder and names are checked here once; what a definition leaves out is Spot's usual: partitions `y, m, d`, nothing
 * required, no aliases.
 */
export function defineTable<const C extends Columns, const R extends string = never>(
  table: Pick<TableDefinition<C>, 'name' | 'folder' | 'columns'> & Partial<TableDefinition<C, R>>,
): TableDefinition<C, R> {
  checkIdentifier(table.name, 'table');
  columnList(table.columns);
  for (const part of table.folder.split('/')) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(part)) {
      throw new OaError('IDENTIFIER_INVALID', `folder ${JSON.stringify(table.folder)} of table ${table.name}`);
    }
  }
  const full = { partition: DAY_PARTITION, required: [], aliases: {}, optional: [], isRaw: false, ...table };
  for (const columns of [full.partition, full.spot10 ?? {}]) columnList(columns);
  for (const name of Object.keys(full.partition)) {
    if ([full.columns, full.spot10 ?? {}].some((columns) => Object.hasOwn(columns, name)))
      throw new OaError('IDENTIFIER_INVALID', `table ${table.name}: ${name} is a column and a partition`);
  }
  for (const name of full.required) {
    if (!Object.hasOwn(full.columns, name)) {
      throw new OaError(
        'IDENTIFIER_INVALID',
        `table ${table.name} requires ${name}, which is not one of its columns`,
      );
    }
  }
  return full;
}

/** The columns of a new table in the given layout. */
export function layoutColumns(table: TableDefinition, layout: TableLayout): Columns {
  return layout === 'spot-1.0' && table.spot10 ? table.spot10 : table.columns;
}

/**
 * Values of the partition of a day (and hour): `{ y: 2016, m: 7, d: 8 }`; text kinds with leading zeros (`m: '07'`).
 * Partition columns are `y`, `m`, `d`, `h`.
 */
export function partitionValues(table: TableDefinition, day: Day, hour?: number): Record<string, string | number> {
  const parts: Record<string, number> = { y: day.y, m: day.m, d: day.d, ...(hour === undefined ? {} : { h: hour }) };
  return Object.fromEntries(
    columnList(table.partition)
      .filter(({ name }) => name !== 'h' || hour !== undefined)
      .map(({ name, kind }) => {
        const value = parts[name];
        if (value === undefined)
          throw new OaError('TABLE_MISFIT', `table ${table.name}: partition column ${name}; expected y, m, d or h`);
        return [name, KINDS[kind].ts === 'number' ? value : String(value).padStart(2, '0')];
      }),
  );
}

/** Folder of a partition below the storage's root: `dns/hive/oa/suspicious/y=2016/m=7/d=8`. */
export function partitionFolder(table: TableDefinition, day: Day, hour?: number): string {
  const parts = Object.entries(partitionValues(table, day, hour)).map(([name, value]) => `${name}=${value}`);
  return [table.folder, ...parts].join('/');
}
