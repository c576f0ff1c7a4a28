/** What a HiveServer2 answers: sessions, operations and their results, with the habits of Impala or of Hive and Spark. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { wireColumns, wireSchema, type FakeColumn, type Nulls } from './hiveserver2-pages.js';

export interface FakeAnswer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
}
/** Null: no result set. An error that it throws may have a property `sqlState`. */
export type RunStatement = (
  sql: string,
  overlay: Record<string, string>,
  session: Readonly<Record<string, string>>,
) => Promise<FakeAnswer | null>;

export type FakeMethod =
  | 'OpenSession'
  | 'CloseSession'
  | 'GetInfo'
  | 'ExecuteStatement'
  | 'GetOperationStatus'
  | 'GetResultSetMetadata'
  | 'FetchResults'
  | 'CancelOperation'
  | 'CloseOperation';

/** Set by tests at any time. */
export interface Faults {
  /** Answers of FetchResults that say STILL_EXECUTING before the next page. */
  stillExecuting: number;
  /** Questions for the state that are answered with RUNNING. */
  running: number;
  /** The page that fails, from 1. */
  failPage: number | undefined;
  /** The connection dies, and with it the whole server, when this is called. */
  dieAt: FakeMethod | undefined;
  /** Only the connection is cut when this is called; once. */
  cutAt: FakeMethod | undefined;
  /** Is awaited before this is answered. */
  hold: Partial<Record<FakeMethod, Promise<unknown>>>;
  /** What is sent instead of an answer. */
  garble: ((answer: Buffer, method: string) => Buffer) | undefined;
  /** Bytes of the portions that answers are sent in; 0: whole. */
  portion: number;
  /** `serverProtocolVersion`; V6 is 5. */
  protocol: number | undefined;
  /** Results have the form of one row after another. */
  binaryColumns: boolean;
}

export interface FakeSession {
  readonly user: string;
  readonly configuration: Record<string, string>;
  open: boolean;
}

interface Handle {
  readonly operationId?: { readonly guid: Buffer };
  readonly sessionId?: { readonly guid: Buffer };
}

interface Operation {
  readonly session: FakeSession;
  state: number;
  failure: (Error & { sqlState?: string }) | undefined;
  answer: FakeAnswer | null;
  ran: Promise<void>;
  at: number;
  pages: number;
}

const [RUNNING, FINISHED, CANCELED, ERROR] = [1, 2, 3, 5];
const SUCCESS = { statusCode: 0 };
/** A statement that takes longer is one that Impala answers before it has run. */
const SHORT = 20;
const HAS_RESULT = /^\W*(select|with|values|show|describe|desc|explain|load|compute)\b/i;

export interface ServiceOptions {
  readonly run: RunStatement;
  readonly dialect: 'impala' | 'hive';
  readonly nulls: Nulls;
  /** Rows that a page has at most, whatever is asked for. */
  readonly mostRows: number;
}

export class FakeService {
  readonly sessions: FakeSession[] = [];
  readonly executed: string[] = [];
  /** Every call, in order. */
  readonly asked: FakeMethod[] = [];
  readonly faults: Faults = {
    stillExecuting: 0,
    running: 0,
    failPage: undefined,
    dieAt: undefined,
    cutAt: undefined,
    hold: {},
    garble: undefined,
    portion: 0,
    protocol: undefined,
    binaryColumns: false,
  };
  readonly #options: ServiceOptions;
  readonly #sessions = new Map<string, FakeSession>();
  readonly #operations = new Map<string, Operation>();

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Operations that are open. */
  get operations(): number {
    return this.#operations.size;
  }

  /** As after a restart, or a long time. */
  forgetSessions(): void {
    this.#sessions.clear();
    this.#operations.clear();
  }

  OpenSession = async (request: { username?: string; configuration?: Record<string, string> }) => {
    const session = { user: request.username ?? '', configuration: { ...request.configuration }, open: true };
    const handle = newHandle();
    this.sessions.push(session);
    this.#sessions.set(keyOf(handle), session);
    const { dialect } = this.#options;
    return {
      status: SUCCESS,
      serverProtocolVersion: this.faults.protocol ?? (dialect === 'impala' ? 5 : 7),
      sessionHandle: { sessionId: handle },
      configuration: {},
    };
  };

  CloseSession = async ({ sessionHandle }: { sessionHandle: Handle }) => {
    const session = this.#session(sessionHandle);
    session.open = false;
    this.#sessions.delete(keyOf(sessionHandle.sessionId));
    for (const [key, operation] of this.#operations) if (operation.session === session) this.#operations.delete(key);
    return { status: SUCCESS };
  };

  GetInfo = async ({ sessionHandle }: { sessionHandle: Handle }) => {
    this.#session(sessionHandle);
    return { status: SUCCESS, infoValue: { stringValue: 'loopback' } };
  };

  ExecuteStatement = async (request: {
    sessionHandle: Handle;
    statement: string;
    confOverlay?: Record<string, string> | null;
  }) => {
    const session = this.#session(request.sessionHandle);
    this.executed.push(request.statement);
    const operation: Operation = {
      session,
      state: RUNNING,
      failure: undefined,
      answer: null,
      ran: Promise.resolve(),
      at: 0,
      pages: 0,
    };
    const handle = newHandle();
    this.#operations.set(keyOf(handle), operation);
    operation.ran = this.#run(operation, request.statement, { ...request.confOverlay });
    const isImpala = this.#options.dialect === 'impala';
    if (isImpala) await Promise.race([operation.ran, wait(SHORT)]);
    if (isImpala && operation.failure) {
      this.#operations.delete(keyOf(handle));
      throw operation.failure;
    }
    const hasResultSet =
      !isImpala || (operation.state === RUNNING ? HAS_RESULT.test(request.statement) : operation.answer !== null);
    return { status: SUCCESS, operationHandle: { operationId: handle, operationType: 0, hasResultSet } };
  };

  GetOperationStatus = async ({ operationHandle }: { operationHandle: Handle }) => {
    const operation = this.#operation(operationHandle);
    const isRunning = this.faults.running > 0 && this.faults.running-- > 0;
    const { failure } = operation;
    return {
      status: SUCCESS,
      operationState: isRunning && operation.state === FINISHED ? RUNNING : operation.state,
      ...(failure && { sqlState: failure.sqlState, errorMessage: this.#text(failure) }),
    };
  };

  GetResultSetMetadata = async ({ operationHandle }: { operationHandle: Handle }) => {
    const operation = this.#operation(operationHandle);
    await operation.ran;
    return { status: SUCCESS, schema: wireSchema(this.#columns(operation)) };
  };

  FetchResults = async (request: {
    operationHandle: Handle;
    orientation: number;
    maxRows: { toNumber(): number };
  }) => {
    const operation = this.#operation(request.operationHandle);
    const { dialect, nulls, mostRows } = this.#options;
    if (dialect === 'impala') {
      if (request.orientation !== 0) throw failed('Unsupported operation: only FETCH_NEXT', 'HYC00');
      if (this.faults.stillExecuting > 0) {
        this.faults.stillExecuting -= 1;
        return { status: { statusCode: 2 }, hasMoreRows: true };
      }
      await operation.ran;
    }
    if (operation.failure) throw operation.failure;
    if (operation.state !== FINISHED) throw failed('Expected state FINISHED, but found another', undefined);
    operation.pages += 1;
    if (operation.pages === this.faults.failPage) throw failed('Parquet file is corrupt: \u{1f4a5}', 'HY000');
    const asked = Number(request.maxRows.toNumber());
    const rows = operation.answer?.rows.slice(operation.at, operation.at + Math.min(asked, mostRows)) ?? [];
    const startRowOffset = operation.at;
    operation.at += rows.length;
    const isMore = operation.at < (operation.answer?.rows.length ?? 0);
    const columns = operation.answer ? wireColumns(this.#columns(operation), rows, nulls) : undefined;
    return {
      status: SUCCESS,
      hasMoreRows: dialect === 'impala' && isMore,
      results: {
        startRowOffset,
        rows: [],
        columns,
        ...(this.faults.binaryColumns && { binaryColumns: Buffer.from('rows'), columnCount: 1 }),
      },
    };
  };

  CancelOperation = async ({ operationHandle }: { operationHandle: Handle }) => {
    const operation = this.#operation(operationHandle);
    const isImpala = this.#options.dialect === 'impala';
    operation.state = isImpala ? ERROR! : CANCELED!;
    if (isImpala) operation.failure = failed('Cancelled', undefined);
    return { status: SUCCESS };
  };

  CloseOperation = async ({ operationHandle }: { operationHandle: Handle }) => {
    this.#operation(operationHandle);
    this.#operations.delete(keyOf(operationHandle.operationId));
    return { status: SUCCESS };
  };

  /** Fields of the status that stands for an error. */
  statusOf(error: Error & { sqlState?: string }) {
    return { statusCode: 3, sqlState: error.sqlState, errorCode: 0, errorMessage: this.#text(error) };
  }

  async #run(operation: Operation, sql: string, overlay: Record<string, string>): Promise<void> {
    try {
      operation.answer = await this.#options.run(sql, overlay, operation.session.configuration);
      if (operation.state === RUNNING) operation.state = FINISHED!;
    } catch (error) {
      operation.failure ??= error as Error;
      if (operation.state === RUNNING) operation.state = ERROR!;
    }
  }

  /** Spark says that there is a result where there is none. */
  #columns({ answer }: Operation): readonly FakeColumn[] {
    return answer?.columns ?? [{ name: 'Result', type: 'string' }];
  }

  #text({ message }: Error): string {
    const stack = '\n\tat org.apache.example.Server.run(Server.java:1)\n\tat java.lang.Thread.run(Thread.java:2)';
    return this.#options.dialect === 'hive' ? message + stack : message;
  }

  #session({ sessionId }: Handle): FakeSession {
    const session = this.#sessions.get(keyOf(sessionId));
    if (session) return session;
    const words =
      this.#options.dialect === 'impala' ? 'Invalid session id: 0:0' : 'Invalid SessionHandle: SessionHandle [0]';
    throw failed(words, 'HY000');
  }

  #operation({ operationId }: Handle): Operation {
    const operation = this.#operations.get(keyOf(operationId));
    if (!operation) throw failed('Invalid OperationHandle: OperationHandle [0]', 'HY000');
    return operation;
  }
}

const newHandle = () => ({ guid: randomBytes(16), secret: randomBytes(16) });
const keyOf = (handle: { guid: Buffer } | undefined) => Buffer.from(handle!.guid).toString('hex');
const failed = (message: string, sqlState: string | undefined) => Object.assign(new Error(message), { sqlState });
