/** Questions to the NameNodes: who is asked, as whom, and where a NameNode sends the client for the bytes. */
import type { IncomingMessage } from 'node:http';
import { OaError } from '../../../schemas/errors.js';
import { connectionFailure, failureAt, remoteFailure, scrubber, type Place } from './failures.js';
import { Http, type Target } from './http.js';
import type { NameNode, WebHdfsSettings } from './settings.js';
import { readLocation } from './locations.js';
import { encodePath } from './paths.js';

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Question {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `LISTSTATUS`, `RENAME` … */
  readonly operation: string;
  readonly path: string;
  /** What messages call the path, where it is another one. */
  readonly shown?: string;
  readonly parameters?: Parameters;
  /** Values of parameters that no message may hold. */
  readonly secret?: string;
  readonly signal?: AbortSignal;
  /** Is told when a try may have reached a server though its answer did not come back. */
  readonly lost?: { answer: boolean };
}

export interface Answer {
  /** The parsed JSON; `null` for an empty body. */
  readonly json: unknown;
  /** Where it came from. */
  readonly place: Place;
}

/** Where the bytes are: a DataNode, or the server itself. */
export interface BytesAt {
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Host of the DataNode as HDFS names it, and whether the host map has it elsewhere; `undefined` without one. */
  readonly dataNode: { readonly name: string; readonly isMapped: boolean } | undefined;
  /** The token that it was asked with. */
  readonly token: string | undefined;
}

/** These succeed on a standby as well, so they do not tell which NameNode is active. */
const ANSWERED_BY_STANDBY = new Set(['CREATE', 'GETHOMEDIRECTORY']);

export class NameNodes {
  readonly http: Http;
  readonly settings: WebHdfsSettings;
  /** Index of the one that answered last. */
  #active = 0;
  #token: string | undefined;
  #renewing: Promise<string> | undefined;

  constructor(settings: WebHdfsSettings) {
    this.settings = settings;
    this.http = new Http(settings);
    this.#token = settings.token;
  }

  /** `webhdfs://nn1:9870` */
  get name(): string {
    const [first] = this.settings.nameNodes;
    return `${first!.protocol === 'https:' ? 'swebhdfs' : 'webhdfs'}://${first!.host}`;
  }

  /** Asks each NameNode once, beginning with the one that answered last. */
  async ask(question: Question): Promise<Answer> {
    return this.#eachOnce(question, async (nameNode) => {
      const { response, place } = await this.#request(nameNode, question);
      const text = await this.http.text(response).catch((error: unknown) => {
        throw connectionFailure(error, place);
      });
      return { json: parsed(text, place), place };
    });
  }

  /** Asks where the bytes of an OPEN, CREATE or GETFILECHECKSUM are. */
  async locate(question: Question): Promise<BytesAt> {
    const { settings } = this;
    // HttpFS has all bytes itself; asking it first would only add a redirect to itself.
    if (settings.httpFs) {
      const parameters = { ...question.parameters, data: question.method === 'GET' ? undefined : true };
      return this.#eachOnce(question, async (nameNode) => ({
        target: this.#target(nameNode, { ...question, parameters }),
        headers: this.#headers(nameNode),
        place: placeOf(question, nameNode),
        dataNode: undefined,
        token: this.#token,
      }));
    }
    const parameters = { ...question.parameters, noredirect: true };
    return this.#eachOnce(question, async (nameNode) => {
      const { response, place } = await this.#request(nameNode, { ...question, parameters });
      const text = await this.http.text(response).catch((error: unknown) => {
        throw connectionFailure(error, place);
      });
      const location = response.headers.location ?? (parsed(text, place) as { Location?: unknown } | null)?.Location;
      if (typeof location !== 'string') throw failureAt(place, 'STORAGE_FAILED', 'expected a Location, got none');
      return this.#bytesAt(location, nameNode, place, encodePath(question.path));
    });
  }

  /** The error without secrets in its message. */
  clean(error: unknown, secret?: string): unknown {
    if (!(error instanceof OaError)) return error;
    const { settings } = this;
    const authorities = settings.nameNodes.flatMap(({ authorization: header }) => (header ? [header] : []));
    const secrets = [
      ...[this.#token, settings.token, secret, settings.tls.passphrase].filter((text) => text !== undefined),
      ...authorities.flatMap((header) => [header, Buffer.from(header.slice(6), 'base64').toString().split(':')[1]!]),
      ...Object.values({ ...settings.headers, ...settings.dataNodeHeaders }).filter((value) => value.length > 7),
    ];
    const message = scrubber(secrets)(error.message);
    if (message === error.message) return error;
    // The cause may hold the same words.
    return new OaError(error.code, message, { retriable: error.retriable });
  }

  /**
   * Fetches a new token when the error says that the present one is no longer valid and there is a way to get one.
   * @param used the token of the request that failed; another request may have fetched a new one since
   * @returns whether the same request is worth another try
   */
  async renewToken(error: unknown, used: string | undefined): Promise<boolean> {
    const { newToken } = this.settings;
    if (!(error instanceof OaError) || error.code !== 'TOKEN_EXPIRED' || !newToken) return false;
    if (this.#token === used) await this.#fetchToken(newToken);
    return true;
  }

  async #fetchToken(newToken: () => Promise<string>): Promise<void> {
    this.#renewing ??= newToken().finally(() => (this.#renewing = undefined));
    this.#token = await this.#renewing;
  }

  async #eachOnce<T>(question: Question, ask: (nameNode: NameNode) => Promise<T>): Promise<T> {
    const { nameNodes } = this.settings;
    const failures: OaError[] = [];
    const first = this.#active;
    for (let i = 0; i < nameNodes.length; i++) {
      const index = (first + i) % nameNodes.length;
      try {
        const answer = await this.#withToken(() => ask(nameNodes[index]!));
        if (!ANSWERED_BY_STANDBY.has(question.operation)) this.#active = index;
        return answer;
      } catch (error) {
        question.signal?.throwIfAborted();
        const cleaned = this.clean(error, question.secret);
        if (!(cleaned instanceof OaError) || !mayOtherKnow(cleaned)) throw cleaned;
        if (cleaned.code === 'CONNECTION_FAILED' && question.lost) question.lost.answer = true;
        failures.push(cleaned);
      }
    }
    throw together(failures);
  }

  async #withToken<T>(ask: () => Promise<T>): Promise<T> {
    const { newToken } = this.settings;
    if (this.#token === undefined && newToken) await this.#fetchToken(newToken);
    const used = this.#token;
    try {
      return await ask();
    } catch (error) {
      if (!(await this.renewToken(error, used))) throw error;
      return ask();
    }
  }

  async #request(nameNode: NameNode, question: Question): Promise<{ response: IncomingMessage; place: Place }> {
    const { method, signal } = question;
    const place = placeOf(question, nameNode);
    const target = this.#target(nameNode, question);
    const exchange = { method, headers: this.#headers(nameNode), signal };
    const send = () => this.http.send(target, exchange, 'kept');
    try {
      const response = await send();
      const status = response.statusCode ?? 0;
      if ((status >= 200 && status < 300) || response.headers.location) return { response, place };
      throw remoteFailure(status, await this.http.text(response), place);
    } catch (error) {
      signal?.throwIfAborted();
      throw connectionFailure(error, place);
    }
  }

  #target({ protocol, hostname, port, base }: NameNode, question: Question): Target {
    const { operation, path, parameters } = question;
    const { user, doas } = this.settings;
    const who = this.#token === undefined ? { 'user.name': user, doas } : { delegation: this.#token };
    const query = Object.entries({ op: operation, ...who, ...parameters })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    return { protocol, hostname, port, path: `${base}/webhdfs/v1${encodePath(path)}?${query.join('&')}` };
  }

  #headers({ authorization }: NameNode): Record<string, string> {
    return { ...(authorization && { authorization }), ...this.settings.headers };
  }

  #bytesAt(location: string, nameNode: NameNode, place: Place, ownPath: string): BytesAt {
    const { host, target, isMapped } = readLocation(location, { nameNode, settings: this.settings, place, ownPath });
    const own = this.settings.nameNodes.find(
      ({ protocol, hostname, port }) =>
        protocol === target.protocol && hostname === target.hostname && port === target.port,
    );
    return {
      target,
      headers: own ? this.#headers(own) : this.#dataNodeHeaders(),
      place: { ...place, server: `${place.server} (${own ? 'itself' : `DataNode ${host}`})` },
      dataNode: { name: host.replace(/:\d+$/, ''), isMapped },
      token: this.#token,
    };
  }

  #dataNodeHeaders(): Readonly<Record<string, string>> {
    const { headers, dataNodeHeaders } = this.settings;
    return (
      dataNodeHeaders ??
      Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() === 'x-xsrf-header'))
    );
  }
}

function parsed(text: string, place: Place): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw failureAt(place, 'STORAGE_FAILED', `expected JSON, got ${JSON.stringify(text.slice(0, 80))}`, {
      retriable: false,
    });
  }
}

const placeOf = ({ shown, path, operation }: Question, { host }: NameNode): Place => ({
  path: shown ?? path,
  operation,
  server: host,
});

/** Whether the other NameNode may do what this one does not. */
function mayOtherKnow({ code, retriable }: OaError): boolean {
  return code === 'STANDBY' || code === 'CONNECTION_FAILED' || (code === 'STORAGE_FAILED' && retriable);
}

/** What several NameNodes said, as one error. */
function together(failures: readonly OaError[]): OaError {
  const [first] = failures;
  if (failures.length === 1) return first!;
  const { code } = failures.find((failure) => failure.code !== 'CONNECTION_FAILED') ?? first!;
  return new OaError(code, failures.map(({ message }) => message).join('; '), {
    cause: first,
    retriable: failures.some(({ retriable }) => retriable),
  });
}
