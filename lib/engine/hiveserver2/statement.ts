/** One statement on a session: sent, waited for, fetched, and ended whatever happens. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Row } from '../../../schemas/columns.js';
import { OaError } from '../../../schemas/errors.js';
import { Lost } from './channel.js';
import {
  connectionFailure,
  isSessionGone,
  isSuccess,
  OutcomeUnknown,
  shortened,
  statementFailure,
  STILL_EXECUTING,
  SUCCESS,
  SUCCESS_WITH_INFO,
  textOf,
} from './failures.js';
import type { Answer, Handle, Method, Request } from './messages.js';
import { readPage, type Page } from './page.js';
import { resultColumns, type ResultColumn } from './result-columns.js';
import { rowReader } from './rows.js';
import { PATIENCE, type Session } from './session.js';

export interface StatementOptions {
  readonly signal?: AbortSignal;
  /** Options of this statement alone (confOverlay): `{ SYNC_DDL: 'true' }`. */
  readonly overlay?: Readonly<Record<string, string>>;
}

/** The server has not begun with the statement, so it can be sent again. */
export class NotStarted extends Error {}

const FINISHED = 2;
const UNKNOWN = 6;
const RUNNING_STATES = new Set([0, 1, 7]);
const STATES = 'INITIALIZED RUNNING FINISHED CANCELED CLOSED ERROR UNKNOWN PENDING TIMEDOUT'.split(' ');
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

export class Statement {
  readonly session: Session;
  readonly #sql: string;
  readonly #options: StatementOptions;
  /** Whether losing the connection leaves open what became of it. */
  readonly #changes: boolean;
  #handle: (Handle & { readonly hasResultSet: boolean }) | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  /** Calls without an answer yet. */
  #underWay = 0;
  #abandoned: Promise<void> | undefined;

  constructor(session: Session, sql: string, options: StatementOptions, changes: boolean) {
    this.session = session;
    this.#sql = sql;
    this.#options = options;
    this.#changes = changes;
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Resolves when the statement has run, or its first rows are there. @throws {NotStarted} */
  async run(): Promise<void> {
    const starting = this.#start();
    this.#starting = starting.catch(() => undefined);
    await starting;
    await this.#finish();
  }

  /** Those of its result; none where it has no result. */
  async columns(): Promise<ResultColumn[]> {
    if (!this.#handle?.hasResultSet) return [];
    const answer = await this.#call('GetResultSetMetadata', { operationHandle: this.#handle });
    if (!isSuccess(answer.status)) throw statementFailure(answer.status, this.#sql);
    return resultColumns(answer.schema?.columns ?? [], this.session.settings.dialect);
  }

  /** The result's rows; the next page is asked for before the one at hand is read, never more than one. */
  async *pages(): AsyncGenerator<Row[]> {
    if (!this.#handle?.hasResultSet) return;
    const described = this.columns();
    described.catch(() => undefined);
    let read: ReturnType<typeof rowReader> | undefined;
    for await (const { page, bytes, view } of this.#answers(this.#handle)) {
      read ??= rowReader((await described).map(({ name }) => name));
      if (page.rows === 0) continue;
      yield this.#checked(() => read!(page, bytes, view));
    }
  }

  /** Reads to the end, and drops what comes. */
  async drain(): Promise<void> {
    if (!this.#handle?.hasResultSet) return;
    for await (const answer of this.#answers(this.#handle)) void answer;
  }

  /** Ends it on the server, wherever it stands. Throws nothing. */
  async end(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    if (this.#abandoned || !this.#handle) return this.#abandoned;
    if (this.#underWay === 0 && this.session.alive) await this.session.closeOperation(this.#handle);
    else await this.#abandon(new Error('the result is not wanted any more'));
  }

  /** Each answer of FetchResults; its bytes are good until the next one is asked for. */
  async *#answers(handle: Handle): AsyncGenerator<{ page: Page; bytes: Buffer; view: DataView }> {
    const { signal } = this.#options;
    const isTruthful = this.session.settings.dialect === 'impala';
    const pauses = new Pauses();
    const fetch = this.session.fetcher(handle);
    let next = this.#ahead(fetch);
    for (;;) {
      const bytes = await next;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const page = this.#pageOf(bytes, view);
      const isWaiting = page.statusCode === STILL_EXECUTING && page.rows === 0;
      const hasMore = isWaiting || (isTruthful ? page.hasMoreRows : page.rows > 0);
      if (isWaiting) await pauses.pause(signal);
      pauses.begin();
      if (hasMore) next = this.#ahead(fetch);
      yield { page, bytes, view };
      signal?.throwIfAborted();
      if (!hasMore) return;
    }
  }

  async #start(): Promise<void> {
    const { signal, overlay } = this.#options;
    signal?.throwIfAborted();
    const request = { statement: this.#sql, confOverlay: overlay, runAsync: true };
    const { status, operationHandle } = await this.session
      .call('ExecuteStatement', request)
      .catch((error: unknown) => {
        if (error instanceof Lost && !error.sent) throw new NotStarted(error.message, { cause: error });
        throw this.#failure(error);
      });
    if (isSessionGone(status)) throw new NotStarted(textOf(status));
    if (!isSuccess(status) || !operationHandle) throw statementFailure(status, this.#sql);
    this.#handle = operationHandle;
  }

  /** Asks again and again until it has run; the first time at once, and at once again where the server lets wait itself. */
  async #finish(): Promise<void> {
    const { signal } = this.#options;
    const operationHandle = this.#handle!;
    for (const pauses = new Pauses(); ; await pauses.pause(signal)) {
      signal?.throwIfAborted();
      pauses.begin();
      const answer = await this.#call('GetOperationStatus', { operationHandle });
      if (!isSuccess(answer.status)) throw statementFailure(answer.status, this.#sql);
      const state = answer.operationState ?? UNKNOWN;
      if (state === FINISHED) return;
      if (RUNNING_STATES.has(state)) continue;
      const word = `the statement ended in state ${STATES[state] ?? state}`;
      throw statementFailure({ ...answer, errorMessage: answer.errorMessage || word }, this.#sql);
    }
  }

  /** The answer's page. @throws {OaError} what the server says instead of one */
  #pageOf(bytes: Buffer, view: DataView): Page {
    const page = this.#checked(() => readPage(view));
    if (page && [SUCCESS, SUCCESS_WITH_INFO, STILL_EXECUTING].includes(page.statusCode)) return page;
    const { status } = this.#checked(() => this.session.decodeFetched(bytes));
    throw statementFailure(status, this.#sql);
  }

  /** @throws {OaError} `CONNECTION_FAILED` for bytes that are no answer; what comes after them would be none either */
  #checked<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.session.end(error as Error);
      throw this.#failure(new Lost(error as Error, true));
    }
  }

  /** Its answer may come, or fail, while nobody awaits it yet. */
  #ahead(fetch: () => Promise<Buffer>): Promise<Buffer> {
    const answer = this.#counted(fetch);
    answer.catch(() => undefined);
    return answer;
  }

  #call<M extends Method>(method: M, request: Omit<Request<M>, 'sessionHandle'>): Promise<Answer<M>> {
    return this.#counted(() => this.session.call(method, request));
  }

  async #counted<T>(call: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await call();
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#underWay -= 1;
    }
  }

  #failure(error: unknown): unknown {
    const { signal } = this.#options;
    if (signal?.aborted) return signal.reason;
    if (!(error instanceof Lost)) return error;
    const failure = connectionFailure(error, this.session.server);
    const message = `${failure.message}; statement: ${shortened(this.#sql)}`;
    if (this.#changes) {
      return new OutcomeUnknown(`${message}; whether it was carried out is not known`, { cause: failure });
    }
    return new OaError(failure.code, message, { cause: failure, retriable: failure.retriable });
  }

  readonly #abort = () => void this.#abandon(this.#options.signal?.reason as Error);

  #abandon(reason: Error): Promise<void> {
    this.#abandoned ??= (async () => {
      // Without its handle it cannot be cancelled.
      await Promise.race([this.#starting, wait(PATIENCE, undefined, { ref: false })]);
      await this.session.abandon(this.#handle, reason);
    })();
    return this.#abandoned;
  }
}

/** Growing pauses between questions; the time that an answer took counts. */
class Pauses {
  #length = FIRST_PAUSE;
  #since = performance.now();

  begin(): void {
    this.#since = performance.now();
  }

  async pause(signal?: AbortSignal): Promise<void> {
    const left = this.#length - (performance.now() - this.#since);
    this.#length = Math.min(this.#length * 1.5, LONGEST_PAUSE);
    if (left > 0) await wait(left, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}
