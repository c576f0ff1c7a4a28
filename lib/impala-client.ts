/**
 * `spot-dns-oa/impala-client`: a client of Impala, and of Hive's and Spark's servers, over HiveServer2, alone. Rows
 * come as a Node stream; early end, and a signal, cancel the query on the server.
 *
 * | SQL type | in JavaScript | why |
 * |---|---|---|
 * | BOOLEAN | boolean | |
 * | TINYINT, SMALLINT, INT | number | |
 * | BIGINT | number up to ±(2^53 − 1), else bigint | no integer is rounded |
 * | FLOAT, DOUBLE | number, NaN and infinities too | |
 * | DECIMAL | text, as the server wrote it | 38 digits do not fit a number, and `1.50` keeps its scale |
 * | TIMESTAMP | text, `2016-07-08 04:12:39.123456789` | it has nanoseconds and no time zone; a Date has neither |
 * | DATE | text, `2016-07-08` | a Date would be a point in time |
 * | STRING, VARCHAR, CHAR | text; bytes that are no UTF-8 become U+FFFD | CHAR keeps its padding |
 * | BINARY | Buffer | |
 * | ARRAY, MAP, STRUCT | text, as the server wrote it | each server has its own form |
 * | NULL of any type | null | |
 */
import { HiveServer2, type HiveServer2Options, type ResultColumn, type ServerDialect } from './engine/hiveserver2.js';
import { withParameters, type Parameters } from './engine/hiveserver2/placeholders.js';
import { RowStream } from './engine/hiveserver2/row-stream.js';

export { OutcomeUnknown } from './engine/hiveserver2.js';
export type { HiveServer2Options, ResultColumn, ServerDialect } from './engine/hiveserver2.js';
export type { Parameters } from './engine/hiveserver2/placeholders.js';
export { literal, type Parameter, type ParameterValue } from './engine/hiveserver2/values.js';
export type { RowStream } from './engine/hiveserver2/row-stream.js';
export type { Row } from '../schemas/columns.js';
export { OaError, ERRORS, type ErrorCode } from '../schemas/errors.js';

export interface ConnectOptions extends Partial<Omit<HiveServer2Options, 'hosts'>> {
  /** `host`, `host:port` or `[v6]:port`; several are tried in order. */
  readonly host: string | readonly string[];
}

export interface QueryOptions {
  /** Values of `?` (an array) or of `:name` (an object); they reach the statement as literals. */
  readonly params?: Parameters;
  /** Cancels the query. */
  readonly signal?: AbortSignal;
  /** Options of this statement alone, for example `{ MEM_LIMIT: '2g' }`. */
  readonly overlay?: Readonly<Record<string, string>>;
}

/** Several statements may run at once, each on a session of its own. */
export class ImpalaClient {
  readonly #server: HiveServer2;
  readonly #dialect: ServerDialect;

  constructor(server: HiveServer2, dialect: ServerDialect) {
    this.#server = server;
    this.#dialect = dialect;
  }

  /**
   * The rows of a query, as a stream of objects; `for await` over it takes one after the other, and leaving the loop
   * cancels the query. Its errors are those of {@link HiveServer2.pages}.
   * @throws {OaError} `VALUE_INVALID` for values and placeholders that do not fit
   */
  query(sql: string, { params, signal, overlay }: QueryOptions = {}): RowStream {
    const text = withParameters(sql, params, this.#dialect);
    return new RowStream((ending) =>
      this.#server.pages(text, { signal: signal ? AbortSignal.any([signal, ending]) : ending, overlay }),
    );
  }

  /**
   * Runs a statement to its end; rows that it gives are dropped.
   * @throws {OaError} `VALUE_INVALID`, `QUERY_FAILED`, `TABLE_MISSING`, `CONNECTION_FAILED`, `PERMISSION_DENIED`;
   * {@link OutcomeUnknown} when the connection died after the statement was sent
   */
  async execute(sql: string, { params, signal, overlay }: QueryOptions = {}): Promise<void> {
    await this.#server.execute(withParameters(sql, params, this.#dialect), { signal, overlay });
  }

  /** The columns of a query's result. */
  async columns(sql: string, { params, signal, overlay }: QueryOptions = {}): Promise<ResultColumn[]> {
    return this.#server.columns(withParameters(sql, params, this.#dialect), { signal, overlay });
  }

  /** Cancels what still runs, and closes all sessions. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A client; it connects at its first statement.
 * @throws {OaError} `SETTINGS_INVALID`
 */
export function connect({ host, dialect = 'impala', ...options }: ConnectOptions): ImpalaClient {
  const hosts = typeof host === 'string' ? [host] : host;
  return new ImpalaClient(new HiveServer2({ ...options, dialect, hosts }), dialect);
}
