/** Thrift messages as bodies of HTTP requests. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { OaError } from '../../../schemas/errors.js';
import { Arriving, Lost, MAX_ANSWER, type Channel } from './channel.js';

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly user: string;
  readonly password: string;
  readonly tls: ConnectionOptions | undefined;
}

export class HttpChannel implements Channel {
  readonly server: string;
  readonly #target: HttpTarget;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #arriving = [new Arriving(), new Arriving()];
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #turn = 0;

  constructor(target: HttpTarget, server: string) {
    this.#target = target;
    this.server = server;
    // One connection, so that calls are answered in order; while it is idle it holds no process back.
    const kept = { keepAlive: true, maxSockets: 1 };
    this.#agent = target.tls ? new HttpsAgent({ ...kept, ...target.tls }) : new HttpAgent(kept);
    // Servers ask for it even where they check no password.
    const login = Buffer.from(`${target.user}:${target.password}`).toString('base64');
    this.#headers = {
      'content-type': 'application/x-thrift',
      accept: 'application/x-thrift',
      authorization: `Basic ${login}`,
    };
  }

  get alive(): boolean {
    return this.#failure === undefined;
  }

  exchange(message: Buffer): Promise<Buffer> {
    const answer = this.#last.then(() => this.#post(message));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  end(reason = new Error('the connection was given up')): void {
    this.#failure ??= reason;
    this.#agent.destroy();
  }

  async #post(message: Buffer): Promise<Buffer> {
    if (this.#failure) throw new Lost(this.#failure, false);
    let connected = false;
    try {
      const response = await this.#send(message, () => (connected = true));
      const body = await this.#body(response);
      if (response.statusCode === 200) return body;
      throw this.#refused(response.statusCode ?? 0, body);
    } catch (error) {
      this.#failure ??= error as Error;
      this.#agent.destroy();
      throw error instanceof OaError ? error : new Lost(this.#failure, connected);
    }
  }

  #send(message: Buffer, connected: () => void): Promise<IncomingMessage> {
    const { host, port, path, tls } = this.#target;
    const headers = { ...this.#headers, 'content-length': String(message.length) };
    const make = tls ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = make({ method: 'POST', host, port, path, headers, agent: this.#agent });
      request.once('socket', (socket) => {
        socket.setNoDelay(true).setKeepAlive(true, 60_000);
        if (!socket.connecting) connected();
        else socket.once(tls ? 'secureConnect' : 'connect', connected);
      });
      request.once('response', resolve).on('error', reject);
      request.end(message);
    });
  }

  /** The last answer may still be read while this one arrives, so two portions of memory take turns. */
  #body(response: IncomingMessage): Promise<Buffer> {
    const arriving = this.#arriving[(this.#turn ^= 1)]!;
    arriving.clear();
    return new Promise((resolve, reject) => {
      response.on('data', (chunk: Buffer) => {
        arriving.add(chunk);
        if (arriving.length > MAX_ANSWER) {
          response.destroy(new Error(`expected an answer of at most ${MAX_ANSWER} bytes`));
        }
      });
      response.on('end', () => resolve(arriving.bytes.subarray(0, arriving.length)));
      response.on('error', reject);
      response.on('close', () => reject(new Error('the server closed the connection')));
    });
  }

  #refused(status: number, body: Buffer): OaError | Error {
    const words = body
      .toString('utf8', 0, 2000)
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200);
    const said = `HTTP ${status}${words && `: ${words}`}`;
    if (status !== 401 && status !== 403) return new Error(`expected an answer of HiveServer2, got ${said}`);
    return new OaError(
      'PERMISSION_DENIED',
      `the server at ${this.server} refused the login of ${this.#target.user}: ${said}`,
    );
  }
}
