/** How each engine writes what this library asks of it. Statements are built from these pieces only. */
import { columnList, KINDS, type Column, type Kind } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { partitionValues, type TableDefinition } from '../../schemas/tables.js';
import { TIME_OF_DAY_PATTERN } from '../../streams/calculations/time-of-day.js';
import { duckdbLiterals, identifier, literal, type LiteralStyle, type LiteralValue } from './literals.js';

/** What queries are written with. */
export interface Dialect {
  readonly name: 'duckdb' | 'impala' | 'hive';
  /** A column's name in quotes, checked. */
  column(name: string): string;
  /** A table as it stands after FROM. */
  table(table: TableDefinition): string;
  type(kind: Kind): string;
  literal(value: LiteralValue, kind: Kind): string;
  /** Hour of the first time of day in a text, 0 to 23, INT; NULL when there is none. */
  hourOf(text: string): string;
  /** Hour and minute of the first time of day in a text, `HH:MM`; NULL when there is none. */
  minuteOf(text: string): string;
}

interface Pieces {
  readonly name: Dialect['name'];
  readonly style: LiteralStyle;
  readonly type: (kind: Kind) => string;
  /** @default the name alone */
  readonly table?: (table: TableDefinition) => string;
  /** A group of a pattern in a text: an empty text when it does not match. */
  readonly extract: (text: string, pattern: string, group: number) => string;
}

/** @internal what the dialects have in common */
export function dialectOf({ name, style, type, table, extract }: Pieces): Dialect {
  const column = (of: string) => identifier(of, style);
  const text = (value: string) => literal(value, 'string', style);
  const number = (of: string, group: number) =>
    `CAST(NULLIF(${extract(of, text(TIME_OF_DAY_PATTERN), group)}, '') AS ${type('int')})`;
  const inDay = (of: string, what: string) =>
    `CASE WHEN ${number(of, 1)} <= 23 AND ${number(of, 2)} <= 59 THEN ${what} END`;

  return {
    name,
    column,
    table: table ?? ((of) => identifier(of.name, style, 'table')),
    type,
    literal: (value, kind) => literal(value, kind, style),
    hourOf: (of) => inDay(of, number(of, 1)),
    minuteOf: (of) =>
      inDay(
        of,
        `CONCAT(LPAD(${extract(of, text(TIME_OF_DAY_PATTERN), 1)}, 2, '0'), ':', ${extract(of, text(TIME_OF_DAY_PATTERN), 2)})`,
      ),
  };
}

const duckdb = dialectOf({
  name: 'duckdb',
  style: duckdbLiterals,
  type: (kind) => KINDS[kind].duckdb,
  extract: (text, pattern, group) => `regexp_extract(${text}, ${pattern}, ${group})`,
});

export const duckdbDialect = {
  ...duckdb,
  /** Here partition columns are columns as others are. */
  createTable: (table: TableDefinition, columns: readonly Column[]): string => {
    const all = [...columns, ...columnList(table.partition)];
    const definitions = all.map(({ name, kind }) => `${duckdb.column(name)} ${duckdb.type(kind)}`);
    return `CREATE TABLE IF NOT EXISTS ${duckdb.table(table)} (${definitions.join(', ')})`;
  },
  createView: (view: string, select: string, { temporary = false } = {}): string =>
    `CREATE ${temporary ? 'TEMP' : 'OR REPLACE'} VIEW ${identifier(view, duckdbLiterals, 'view')} AS ${select}`,
} satisfies Dialect & Record<string, unknown>;

/** The condition that a row lies in the partition of a day, or of an hour. */
export function inPartition(
  dialect: Dialect,
  table: TableDefinition,
  day: Day,
  { alias = '', hour }: { alias?: string; hour?: number } = {},
): string {
  const kinds = new Map(columnList(table.partition).map(({ name, kind }) => [name, kind]));
  return Object.entries(partitionValues(table, day, hour))
    .map(
      ([name, value]) =>
        `${alias && `${alias}.`}${dialect.column(name)} = ${dialect.literal(value, kinds.get(name)!)}`,
    )
    .join(' AND ');
}
