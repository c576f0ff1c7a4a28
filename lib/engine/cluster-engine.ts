/** Impala, or Hive's or Spark's server, as the engine of a warehouse: a HiveServer2 client and the words it understands. */
import { columnList, type Column, type Kind } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import type { TableDefinition } from '../../schemas/tables.js';
import type { Batch } from '../../streams/contracts.js';
import type { OpenEngine } from '../oa-warehouse.js';
import type { ClusterDialect } from './cluster-dialect.js';
import { tableMissing } from './dns-queries.js';
import { existingColumn } from './existing-columns.js';

/** What is asked of a HiveServer2 client. @see HiveServer2 */
export interface StatementClient {
  readonly statements: number;
  pages(sql: string, options?: StatementOptions): AsyncIterable<Batch>;
  execute(sql: string, options?: StatementOptions): Promise<void>;
  columns(sql: string, options?: StatementOptions): Promise<readonly { readonly name: string }[]>;
  close(): Promise<void>;
}

export interface StatementOptions {
  readonly signal?: AbortSignal;
  /** Options of this statement alone. */
  readonly overlay?: Readonly<Record<string, string>>;
}

interface Described {
  readonly name: string;
  /** As the server says it: `bigint`, `decimal(12,2)`. */
  readonly type: string;
}

const KIND_OF_TYPE: Readonly<Record<string, Kind>> = {
  string: 'string',
  tinyint: 'tinyint',
  smallint: 'smallint',
  int: 'int',
  integer: 'int',
  bigint: 'bigint',
  float: 'float',
  real: 'double',
  double: 'double',
};

/** Text types have one form in files, whatever length they allow. */
const kindOf = (type: string): Kind | undefined => (/^(var)?char\b/.test(type) ? 'string' : KIND_OF_TYPE[type]);

export class ClusterEngine implements OpenEngine {
  readonly dialect: ClusterDialect;
  readonly #client: StatementClient;
  /** By the table's name: a run asks several times. */
  readonly #described = new Map<string, Promise<Described[] | null>>();

  constructor(client: StatementClient, dialect: ClusterDialect) {
    this.#client = client;
    this.dialect = dialect;
  }

  get name(): string {
    return this.dialect.name;
  }

  get statements(): number {
    return this.#client.statements;
  }

  async *pages(sql: string, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Batch> {
    yield* this.#client.pages(sql, { signal });
  }

  execute(sql: string, options: StatementOptions = {}): Promise<void> {
    return this.#client.execute(sql, options);
  }

  async columnsOf(sql: string): Promise<string[]> {
    return (await this.#client.columns(sql)).map(({ name }) => name);
  }

  /** Without those of types that this library has no kind for. */
  async describe(table: TableDefinition): Promise<Column[] | null> {
    const found = await this.#describe(table);
    return (
      found?.flatMap(({ name, type }) => {
        const kind = kindOf(type);
        return kind === undefined ? [] : [existingColumn(table, name, kind)];
      }) ?? null
    );
  }

  /**
   * The columns that a file of the table has. Impala finds a file's columns by their position, so that none may be left out
   * but at the end.
   * @throws {OaError} `TABLE_MISSING`; `TABLE_MISFIT` for a column of another type that stands before one of ours
   */
  async writableColumns(table: TableDefinition): Promise<Column[]> {
    const [columns, all] = [await this.describe(table), await this.#describe(table)];
    if (columns === null || all === null) throw tableMissing({ name: this.dialect.table(table) });
    const strange = all.find(({ name }, i) => columns[i]?.name !== name);
    const isLast = strange === undefined || all.indexOf(strange) === columns.length;
    if (isLast) return columns;
    throw new OaError(
      'TABLE_MISFIT',
      `table ${table.name}: column ${strange.name} is of type ${strange.type}, which cannot be written and stands before ${columns.at(-1)?.name}`,
    );
  }

  /** After tables were made. */
  forgetColumns(): void {
    this.#described.clear();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #describe(table: TableDefinition): Promise<Described[] | null> {
    const key = this.dialect.table(table);
    const known = this.#described.get(key) ?? this.#ask(table);
    this.#described.set(key, known);
    // An error is not what the table is like.
    known.catch(() => this.#described.delete(key));
    return known;
  }

  /** Hive and Spark list the partition columns a second time, below a heading; Impala only among the others. */
  async #ask(table: TableDefinition): Promise<Described[] | null> {
    const partition = new Set(columnList(table.partition).map(({ name }) => name));
    const columns: Described[] = [];
    try {
      for await (const page of this.#client.pages(this.dialect.describe(table))) {
        for (const row of page) {
          // Their headings differ: name or col_name, type or data_type.
          const [name, type] = Object.values(row).map((value) => String(value ?? '').trim());
          if (!name || name.startsWith('#')) return columns;
          if (!partition.has(name)) columns.push({ name, type: (type ?? '').toLowerCase() });
        }
      }
      return columns;
    } catch (error) {
      if (error instanceof OaError && error.code === 'TABLE_MISSING') return null;
      throw error;
    }
  }
}
