/** A session on a server, over one connection. */
import { OaError } from '../../../schemas/errors.js';
import { Lost, type Channel } from './channel.js';
import { connect } from './connect.js';
import { connectionFailure, isSuccess, textOf } from './failures.js';
import { loadMessages, type Answer, type Handle, type Messages, type Method, type Request } from './messages.js';
import type { HiveServer2Settings, Host } from './options.js';

/** `HIVE_CLI_SERVICE_PROTOCOL_V10`; the server answers with the highest that it knows of those up to it. */
const ASKED_PROTOCOL = 9;
/** `HIVE_CLI_SERVICE_PROTOCOL_V6`, from which on results come in columns. */
const FIRST_COLUMNAR = 5;
const FETCH_NEXT = 0;
const DBMS_NAME = 17;
/** What is done for tidiness only, or to find out whether a server is still there, may take so long, milliseconds. */
export const PATIENCE = 5_000;

export class Session {
  readonly settings: HiveServer2Settings;
  readonly #host: Host;
  readonly #channel: Channel;
  readonly #messages: Messages;
  readonly #handle: Handle;

  private constructor(settings: HiveServer2Settings, host: Host, calls: Calls, handle: Handle) {
    this.settings = settings;
    this.#host = host;
    this.#channel = calls.channel;
    this.#messages = calls.messages;
    this.#handle = handle;
  }

  /** @throws {OaError} `CONNECTION_FAILED`, `PERMISSION_DENIED`, `QUERY_FAILED` (for example: no such database) */
  static async open(host: Host, settings: HiveServer2Settings, signal?: AbortSignal): Promise<Session> {
    return withConnection(host, settings, signal, async (calls) => {
      const answer = await callOver(calls, 'OpenSession', {
        client_protocol: ASKED_PROTOCOL,
        username: settings.user,
        configuration: settings.configuration,
      });
      if (!isSuccess(answer.status)) {
        throw new OaError(
          'QUERY_FAILED',
          `HiveServer2 at ${host.server} opened no session: ${textOf(answer.status)}`,
        );
      }
      if (answer.serverProtocolVersion < FIRST_COLUMNAR) {
        const spoken = `V${answer.serverProtocolVersion + 1}`;
        throw new OaError(
          'CONNECTION_FAILED',
          `HiveServer2 at ${host.server}: expected protocol V6 or later, got ${spoken}`,
          {
            retriable: false,
          },
        );
      }
      return new Session(settings, host, calls, answer.sessionHandle);
    });
  }

  get alive(): boolean {
    return this.#channel.alive;
  }

  get server(): string {
    return this.#host.server;
  }

  /** @throws {Lost} when the connection is gone */
  call<M extends Method>(method: M, request: Omit<Request<M>, 'sessionHandle'>): Promise<Answer<M>> {
    const whole = { sessionHandle: this.#handle, ...request } as Request<M>;
    return callOver({ channel: this.#channel, messages: this.#messages }, method, whole);
  }

  /**
   * Asks for an operation's next page, again and again by the same bytes; an answer is given as it came, and is good as
   * long as `Channel` says.
   */
  fetcher(operationHandle: Handle): () => Promise<Buffer> {
    const request = { operationHandle, orientation: FETCH_NEXT, maxRows: this.settings.pageRows };
    const message = this.#messages.encode('FetchResults', request);
    return () => this.#channel.exchange(message);
  }

  /** An answer of FetchResults by the stubs, for what is no page. */
  decodeFetched(answer: Buffer): Answer<'FetchResults'> {
    return this.#messages.decode('FetchResults', answer);
  }

  /** Whether the server still knows it. */
  async isKnown(): Promise<boolean> {
    try {
      const { status } = await within(PATIENCE, this.call('GetInfo', { infoType: DBMS_NAME }));
      return isSuccess(status);
    } catch {
      return false;
    }
  }

  /**
   * Ends an operation, and the session with it, over a connection of its own: those of this one wait for their turn.
   * Does what it can, and throws nothing.
   */
  async abandon(operationHandle: Handle | undefined, reason: Error): Promise<void> {
    this.#channel.end(reason);
    try {
      await withConnection(this.#host, this.settings, AbortSignal.timeout(PATIENCE), async (calls) => {
        if (operationHandle) {
          await callOver(calls, 'CancelOperation', { operationHandle });
          await callOver(calls, 'CloseOperation', { operationHandle });
        }
        await callOver(calls, 'CloseSession', { sessionHandle: this.#handle });
        calls.channel.end();
      });
    } catch {
      // A server that cannot be reached any more ends it by its own time limits.
    }
  }

  /** Does what it can, and throws nothing. */
  async closeOperation(operationHandle: Handle): Promise<void> {
    await within(PATIENCE, this.call('CloseOperation', { operationHandle })).catch((error: Error) => this.end(error));
  }

  async close(): Promise<void> {
    await within(PATIENCE, this.call('CloseSession', {})).catch(() => undefined);
    this.#channel.end();
  }

  end(reason?: Error): void {
    this.#channel.end(reason);
  }
}

interface Calls {
  readonly channel: Channel;
  readonly messages: Messages;
}

async function callOver<M extends Method>(calls: Calls, method: M, request: Request<M>): Promise<Answer<M>> {
  const { channel, messages } = calls;
  const answer = await channel.exchange(messages.encode(method, request));
  try {
    return messages.decode(method, answer);
  } catch (error) {
    channel.end(error as Error);
    throw new Lost(error as Error, true);
  }
}

/** Connects and does the first work within the time that opening may take. */
async function withConnection<T>(
  host: Host,
  settings: HiveServer2Settings,
  signal: AbortSignal | undefined,
  work: (calls: Calls) => Promise<T>,
): Promise<T> {
  const { openMilliseconds: limit, auth, transport } = settings;
  const messages = await loadMessages();
  const controller = new AbortController();
  let channel: Channel | undefined;
  const giveUp = (reason: Error) => {
    controller.abort(reason);
    channel?.end(reason);
  };
  const advice = transport === 'binary' ? `; the server may expect another login than ${auth}` : '';
  const timer = setTimeout(() => giveUp(new Error(`no session within ${limit} ms${advice}`)), limit);
  const abort = () => giveUp(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    channel = await connect(host, settings, controller.signal);
    return await work({ channel, messages });
  } catch (error) {
    channel?.end();
    signal?.throwIfAborted();
    throw connectionFailure(error, host.server);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
