/**
 * Rows to the columns that a table really has. A table made by Spot 1.0 calls the score `ml_score` and holds the hour
 * as a number, one of another site may lack a column or have one more: rows are fitted to the table, never the table to
 * the rows.
 */
import { KINDS, parseKind, type Column, type Columns, type Kind, type Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';

export interface Alignment {
  /** The table's columns; those that the rows lack can be null, whatever the table says. */
  readonly columns: readonly Column[];
  /** Brings a row into the form of the table, in place. */
  readonly align: (row: Row) => Row;
  /** Columns of the table that become null, because the rows lack them. */
  readonly missing: readonly string[];
  /** Columns of the rows that the table lacks. */
  readonly leftOut: readonly string[];
}

/** A number 0 to 23, and two digits (`04`) where the column is text. */
const HOUR = 'hh';

/**
 * @param existing the table's columns
 * @param rowColumns those of the rows; the kind is undefined where it is not known
 * @throws {OaError} `TABLE_MISFIT`: the table or the rows lack a required column, or one is of another kind
 */
export function alignmentOf(
  table: TableDefinition,
  existing: readonly Column[],
  rowColumns: Readonly<Record<string, Columns[string] | undefined>>,
): Alignment {
  checkTable(table, existing);
  const sources = existing.map((column) => ({ column, from: sourceOf(table, column, rowColumns) }));
  const required = (name: string) => table.required.includes(canonical(table, name));
  const lacking = sources.filter(({ column, from }) => from === undefined && required(column.name));
  if (lacking.length > 0) {
    const names = lacking.map(({ column }) => canonical(table, column.name)).join(', ');
    throw new OaError(
      'TABLE_MISFIT',
      `the rows lack ${names}, which table ${table.name} needs; they have ${Object.keys(rowColumns).join(', ')}`,
    );
  }
  const kindOf = (from: string | undefined) => (from === undefined ? undefined : rowColumns[from]);
  const steps = sources.flatMap(({ column, from }) => stepOf(table, column, from, kindOf(from)));
  const used = new Set(sources.map(({ from }) => from));
  return {
    columns: sources.map(({ column, from }) => (from === undefined ? { ...column, nullable: true } : column)),
    align: (row) => {
      for (const step of steps) row[step.to] = step.value(row);
      return row;
    },
    missing: sources.filter(({ from }) => from === undefined).map(({ column }) => column.name),
    leftOut: Object.keys(rowColumns).filter((name) => !used.has(name)),
  };
}

/** The name that the definition uses for a column that an existing table may call otherwise. */
const canonical = (table: TableDefinition, name: string) =>
  Object.hasOwn(table.aliases, name) ? table.aliases[name]! : name;

/** @throws {OaError} `TABLE_MISFIT` unless the table has every required column, under one of its names */
export function checkTable(table: TableDefinition, existing: readonly Column[]): void {
  const lacking = table.required.filter((name) => !existing.some((column) => canonical(table, column.name) === name));
  if (lacking.length === 0) return;
  const otherNames = Object.keys(table.aliases).filter((name) => lacking.includes(table.aliases[name]!));
  throw new OaError(
    'TABLE_MISFIT',
    `table ${table.name} lacks ${[...lacking, ...otherNames].join(' or ')}; it has ${existing.map(({ name }) => name).join(', ')}`,
  );
}

/** The row's column for a table's: of the same name, or of another name for the same. */
function sourceOf(table: TableDefinition, { name }: Column, rowColumns: object): string | undefined {
  const meaning = canonical(table, name);
  const names = [name, meaning, ...Object.keys(table.aliases).filter((alias) => table.aliases[alias] === meaning)];
  return names.find((candidate) => Object.hasOwn(rowColumns, candidate));
}

interface Step {
  readonly to: string;
  readonly value: (row: Row) => unknown;
}

/** What has to be done for a column; nothing where the row's value is the table's. */
function stepOf(
  table: TableDefinition,
  { name, kind }: Column,
  from: string | undefined,
  rowKind: Columns[string] | undefined,
): Step[] {
  if (from === undefined) return [{ to: name, value: () => null }];
  const isText = (of: Kind) => KINDS[of].ts === 'string';
  if (canonical(table, name) === HOUR) {
    return [{ to: name, value: isText(kind) ? (row) => hourText(row[from]) : (row) => hourNumber(row[from]) }];
  }
  if (rowKind !== undefined && isText(parseKind(rowKind).kind) !== isText(kind)) {
    throw new OaError(
      'TABLE_MISFIT',
      `table ${table.name}: column ${name} is of kind ${kind}, the rows have ${rowKind} for it`,
    );
  }
  return from === name ? [] : [{ to: name, value: (row) => row[from] }];
}

const hourText = (value: unknown) => (typeof value === 'number' ? String(value).padStart(2, '0') : value);
const hourNumber = (value: unknown) => (typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value);
