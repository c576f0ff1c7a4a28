/**
 * A client of HiveServer2, the service of Impala, Hive and Spark: statements over thrift, results page by page.
 * Nothing of thrift is loaded before the first statement.
 */
import type { Row } from '../../schemas/columns.js';
import { OaError } from '../../schemas/errors.js';
import { checkHiveServer2Options, type HiveServer2Options, type HiveServer2Settings } from './hiveserver2/options.js';
import type { ResultColumn } from './hiveserver2/result-columns.js';
import { Sessions } from './hiveserver2/sessions.js';
import { NotStarted, Statement, type StatementOptions } from './hiveserver2/statement.js';

export { OutcomeUnknown } from './hiveserver2/failures.js';
export type { HiveServer2Options, ServerDialect } from './hiveserver2/options.js';
export type { ResultColumn } from './hiveserver2/result-columns.js';
export type { StatementOptions } from './hiveserver2/statement.js';

/** How often a statement is sent in all that no server has begun with. */
const ATTEMPTS = 3;

export class HiveServer2 {
  /** Statements that were sent. */
  statements = 0;

  readonly #settings: HiveServer2Settings;
  readonly #sessions: Sessions;
  readonly #running = new Set<Statement>();
  readonly #closing = new AbortController();

  /** @throws {OaError} `SETTINGS_INVALID` */
  constructor(options: HiveServer2Options) {
    this.#settings = checkHiveServer2Options(options);
    this.#sessions = new Sessions(this.#settings);
  }

  /**
   * The rows of a query, page by page, as plain objects: null, booleans, numbers and text; BIGINT is a number where
   * that is exact and else a `bigint`, BINARY a Buffer, every other type the server's own text. Ending the iteration
   * early cancels the query, and so does the signal.
   * @throws {OaError} `QUERY_FAILED`, `TABLE_MISSING`, `CONNECTION_FAILED`, `PERMISSION_DENIED`; the signal's reason
   */
  async *pages(sql: string, options: StatementOptions = {}): AsyncGenerator<Row[]> {
    const statement = await this.#run(sql, options, false);
    try {
      yield* statement.pages();
    } finally {
      await this.#end(statement);
    }
  }

  /**
   * Runs a statement to its end; rows that it gives are dropped.
   * @throws {OaError} as `pages`; {@link OutcomeUnknown} when the connection died after the statement was sent
   */
  async execute(sql: string, options: StatementOptions = {}): Promise<void> {
    const statement = await this.#run(sql, options, true);
    try {
      await statement.drain();
    } finally {
      await this.#end(statement);
    }
  }

  /** The columns of a query's result. The query is begun, and ended when they are known. @throws {OaError} as `pages` */
  async columns(sql: string, options: StatementOptions = {}): Promise<ResultColumn[]> {
    const statement = await this.#run(sql, options, false);
    try {
      return await statement.columns();
    } finally {
      await this.#end(statement);
    }
  }

  /** Cancels what still runs, and closes all sessions. Statements after it are refused. */
  async close(): Promise<void> {
    this.#closing.abort(new OaError('CONNECTION_FAILED', 'HiveServer2: the client is closed', { retriable: false }));
    await Promise.all([...this.#running].map((statement) => this.#end(statement)));
    await this.#sessions.close();
  }

  /** A statement that has run, or whose first rows are there. */
  async #run(sql: string, options: StatementOptions, changes: boolean): Promise<Statement> {
    const closing = this.#closing.signal;
    const signal = options.signal ? AbortSignal.any([closing, options.signal]) : closing;
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const session = await this.#sessions.take(signal);
      const statement = new Statement(session, sql, { ...options, signal }, changes);
      this.#running.add(statement);
      this.statements += 1;
      try {
        await statement.run();
        return statement;
      } catch (error) {
        if (error instanceof NotStarted) session.end();
        await this.#end(statement);
        if (!(error instanceof NotStarted)) throw error;
        if (attempt === ATTEMPTS) throw new OaError('CONNECTION_FAILED', error.message, { cause: error.cause });
        this.statements -= 1;
      }
    }
  }

  async #end(statement: Statement): Promise<void> {
    const isFirst = this.#running.delete(statement);
    await statement.end();
    if (isFirst) await this.#sessions.give(statement.session);
  }
}
