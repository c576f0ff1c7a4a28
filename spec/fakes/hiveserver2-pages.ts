/** Rows as the columns of a FetchResults answer, and columns as the answer of GetResultSetMetadata. */

export interface FakeColumn {
  readonly name: string;
  /** As in DESCRIBE: `string`, `bigint`, `decimal(12,2)` … */
  readonly type: string;
}

/** How the bitmap of nulls is sent: as short as possible, as long as the rows are many, or always empty. */
export type Nulls = 'short' | 'full' | 'long';

const TYPES = (
  'boolean tinyint smallint int bigint float double string timestamp binary array map struct uniontype ' +
  'user-defined decimal void date varchar char'
).split(' ');

const COLUMNS: Readonly<Record<string, readonly [field: string, empty: unknown]>> = {
  boolean: ['boolVal', false],
  tinyint: ['byteVal', 0],
  smallint: ['i16Val', 0],
  int: ['i32Val', 0],
  bigint: ['i64Val', Buffer.alloc(8)],
  float: ['doubleVal', 0],
  double: ['doubleVal', 0],
  binary: ['binaryVal', Buffer.alloc(0)],
};

const baseOf = (type: string) => type.toLowerCase().replace(/[(<].*$/s, '');

function wire(value: unknown, base: string): unknown {
  if (base === 'bigint') {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value as number | bigint));
    // The protocol takes what has a buffer.
    return { buffer: bytes };
  }
  if (base in COLUMNS) return value;
  return typeof value === 'string' ? value : String(value);
}

/** The bitmap, least significant bit first. */
export function nullBits(values: readonly unknown[], nulls: Nulls): Buffer {
  const bits = Buffer.alloc(Math.ceil(values.length / 8) + (nulls === 'long' ? 3 : 0));
  values.forEach((value, i) => {
    if (value === null || value === undefined) bits[i >> 3]! |= 1 << (i & 7);
  });
  if (nulls !== 'short') return bits;
  let length = bits.length;
  while (length > 0 && bits[length - 1] === 0) length -= 1;
  return bits.subarray(0, length);
}

/** Fields of TColumn for each column. */
export function wireColumns(columns: readonly FakeColumn[], rows: readonly (readonly unknown[])[], nulls: Nulls) {
  return columns.map(({ type }, i) => {
    const base = baseOf(type);
    const [field, empty] = COLUMNS[base] ?? ['stringVal', ''];
    const values = rows.map((row) => row[i]);
    const sent = values.map((value) =>
      value === null || value === undefined ? (base === 'bigint' ? { buffer: empty } : empty) : wire(value, base),
    );
    return { [field]: { values: sent, nulls: nullBits(values, nulls) } };
  });
}

/** Fields of TTableSchema. */
export function wireSchema(columns: readonly FakeColumn[]) {
  const described = columns.map(({ name, type }, position) => {
    const base = baseOf(type);
    const numbers = (/\(([\d, ]+)\)/.exec(type)?.[1] ?? '').split(',').filter((text) => text !== '');
    const names = base === 'decimal' ? ['precision', 'scale'] : ['characterMaximumLength'];
    const qualifiers = Object.fromEntries(numbers.map((text, i) => [names[i]!, { i32Value: Number(text) }]));
    const primitiveEntry = {
      type: Math.max(TYPES.indexOf(base), 0) || (base === 'boolean' ? 0 : 7),
      ...(numbers.length > 0 && { typeQualifiers: { qualifiers } }),
    };
    return { columnName: name, typeDesc: { types: [{ primitiveEntry }] }, position: position + 1 };
  });
  return { columns: described };
}
