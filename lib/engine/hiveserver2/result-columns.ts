/** What the columns of a result are called and of which type they are. */
import type { ColumnDesc } from './messages.js';
import type { ServerDialect } from './options.js';

/** One column of a result. */
export interface ResultColumn {
  /** Bare: without the `t.` that Hive puts before the columns of `SELECT *`. */
  readonly name: string;
  /** In lower case: `string`, `bigint`, `decimal(12,2)`, `array` … */
  readonly type: string;
}

/** By number (`TTypeId`). */
const TYPES = (
  'boolean tinyint smallint int bigint float double string timestamp binary array map struct uniontype ' +
  'user-defined decimal void date varchar char interval_year_month interval_day_time timestamplocaltz'
).split(' ');

const QUALIFIERS: Readonly<Record<string, readonly string[]>> = {
  decimal: ['precision', 'scale'],
  varchar: ['characterMaximumLength'],
  char: ['characterMaximumLength'],
};

function typeOf({ typeDesc }: ColumnDesc): string {
  const entry = typeDesc.types[0];
  if (entry?.arrayEntry) return 'array';
  if (entry?.mapEntry) return 'map';
  if (entry?.structEntry) return 'struct';
  if (entry?.unionEntry) return 'uniontype';
  const type = TYPES[entry?.primitiveEntry?.type ?? -1] ?? 'string';
  const qualifiers = entry?.primitiveEntry?.typeQualifiers?.qualifiers ?? {};
  const numbers = (QUALIFIERS[type] ?? []).map((name) => qualifiers[name]?.i32Value);
  return numbers.length > 0 && numbers.every((number) => typeof number === 'number')
    ? `${type}(${numbers.join(',')})`
    : type;
}

/** A name that comes twice gets a number, as in the embedded engine: `a`, `a:1`. */
export function resultColumns(described: readonly ColumnDesc[], dialect: ServerDialect): ResultColumn[] {
  const taken = new Set<string>();
  return described.map((column) => {
    const bare = dialect === 'hive' ? column.columnName.replace(/^\w+\.(?=\w+$)/, '') : column.columnName;
    let name = bare;
    for (let i = 1; taken.has(name); i++) name = `${bare}:${i}`;
    taken.add(name);
    return { name, type: typeOf(column) };
  });
}
