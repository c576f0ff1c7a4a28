/** What the servers know of tables: which there are, their columns, and the partitions that were added. */
import type { PartitionSpec, TableName } from './cursor.js';
import { SERVER_ERRORS, type ServerDialect, type ServerErrors } from './server-error.js';
import type { Field } from './statements.js';

export interface StoredPartition {
  /** In the order of the partition columns, as their folders name them. */
  readonly values: readonly string[];
  /** Path in the storage. */
  readonly location: string;
  /** Names of its files as an Impala remembers them until it is told to look again. */
  remembered?: readonly string[];
}

export interface StoredTable {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly Field[];
  readonly partition: readonly Field[];
  readonly location: string;
  readonly external: boolean;
  /** By `y=2016/m=7/d=8`; a table without partition columns has one, named ''. */
  readonly partitions: Map<string, StoredPartition>;
}

const RANGES: Readonly<Record<string, number>> = {
  tinyint: 2 ** 7,
  smallint: 2 ** 15,
  int: 2 ** 31,
  bigint: Number.MAX_SAFE_INTEGER,
};

/** `hdfs://nn1:8020/user/spot` is the storage's `/user/spot`. */
export const pathOf = (location: string) => location.replace(/^[a-z]\w*:\/\/[^/]*/i, '').replace(/\/+$/, '');

export class Metastore {
  readonly databases = new Map<string, Map<string, StoredTable>>([['default', new Map()]]);
  readonly #dialect: ServerDialect;
  readonly #errors: ServerErrors;

  constructor(dialect: ServerDialect) {
    this.#dialect = dialect;
    this.#errors = SERVER_ERRORS[dialect];
  }

  /** @throws {ServerError} when there is none */
  database(name: string): Map<string, StoredTable> {
    const found = this.databases.get(name);
    if (found === undefined) throw this.#errors.databaseMissing(name);
    return found;
  }

  find({ database, name }: Required<TableName>): StoredTable | undefined {
    return this.databases.get(database)?.get(name);
  }

  /** @throws {ServerError} when there is none */
  table(of: Required<TableName>, asked: 'read' | 'described' | 'changed'): StoredTable {
    const found = this.find(of);
    if (found === undefined) throw this.#errors.tableMissing(`${of.database}.${of.name}`, asked);
    return found;
  }

  /** Adds a partition, or gives the one that is there. */
  add(table: StoredTable, key: string, values: readonly string[], location?: string): StoredPartition {
    const found = table.partitions.get(key);
    if (found !== undefined) return found;
    const partition: StoredPartition = { values, location: location ?? `${table.location}/${key}` };
    table.partitions.set(key, partition);
    return partition;
  }

  /**
   * The partition that a statement names, and its values in the table's order.
   * @throws {ServerError} unless each partition column has a value of its type
   */
  partitionOf(table: StoredTable, spec: PartitionSpec | undefined): { key: string; values: string[] } {
    const given = spec ?? [];
    const name = `${table.database}.${table.name}`;
    if (spec === undefined && table.partition.length > 0) {
      throw this.#errors.analysis(`Table is partitioned but no partition spec was specified: ${name}`);
    }
    if (given.length !== table.partition.length) {
      throw this.#errors.analysis(
        `Items in partition spec must exactly match the partition columns in the table definition: ${name} (${given.length} vs ${table.partition.length})`,
      );
    }
    const values = table.partition.map((field) => this.#valueOf(name, field, given));
    return { key: partitionKey(table.partition, values), values };
  }

  #valueOf(table: string, { name, type }: Field, spec: PartitionSpec): string {
    const value = spec.find(({ column }) => column === name)?.value;
    if (value === undefined) {
      throw this.#errors.analysis(`Partition column '${name}' not found, or without a value, in table: ${table}`);
    }
    const limit = RANGES[type];
    const isNumber = limit !== undefined;
    // Hive converts between text and number.
    if (this.#dialect === 'impala' && value.isText === isNumber) {
      throw this.#errors.analysis(
        `Value of partition spec (column=${name}) has incompatible type: '${value.isText ? 'STRING' : 'TINYINT'}'. Expected type: '${type.toUpperCase()}'.`,
      );
    }
    if (!isNumber) return value.text;
    const number = Number(value.text);
    if (!Number.isInteger(number) || number < -limit || number >= limit) {
      throw this.#errors.analysis(
        `Partition key value may result in loss of precision.\nWould need to cast '${value.text}' to '${type.toUpperCase()}' for partition column: ${name}`,
      );
    }
    return String(number);
  }
}

/** A partition's part of its path: `y=2016/m=7/d=8`. */
export const partitionKey = (columns: readonly Field[], values: readonly string[]) =>
  columns.map(({ name }, i) => `${name}=${encodeValue(values[i]!)}`).join('/');

/** What Hive puts into a folder's name as `%XX`. */
const ENCODED = new Set(`"#%'*/:=?\\\x7f{[]^`);

const encodeValue = (value: string) =>
  [...value]
    .map((one) => {
      const isPlain = one >= ' ' && !ENCODED.has(one);
      return isPlain ? one : `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

export const decodeValue = (text: string) =>
  text.replace(/%([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** As it is written in a message: `y=2016, m=7, d=8`. */
export const specText = (table: StoredTable, values: readonly string[]) =>
  table.partition.map(({ name }, i) => `${name}=${values[i]!}`).join(', ');
