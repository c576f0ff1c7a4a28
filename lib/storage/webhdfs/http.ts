/**
 * One HTTP exchange over `node:http(s)`. Not `fetch`: DataNodes answer `100 Continue` unasked, on which it drops the
 * connection, and paths must reach the server as they were encoded.
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
// Notebooks run in Deno, where the global ones give a number.
import { clearTimeout, setTimeout } from 'node:timers';
import type { WebHdfsSettings } from './settings.js';
import { timedOut } from './failures.js';

/** Where a request goes; the path is encoded already. */
export interface Target {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** Name that the certificate has to bear, where another one is connected to. */
  readonly certificateName?: string;
  readonly path: string;
}

export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Bytes of an answer that is read whole; the largest are listings. */
const MAX_TEXT = 256 * 1024 * 1024;

export class Http {
  readonly #settings: WebHdfsSettings;
  readonly #agents;

  constructor(settings: WebHdfsSettings) {
    this.#settings = settings;
    const { ca, cert, key, passphrase, verify } = settings.tls;
    const tls = { ca, cert, key, passphrase, rejectUnauthorized: verify };
    const kept = { keepAlive: true, timeout: 5_000, scheduling: 'lifo' as const };
    this.#agents = {
      // Idle connections are given up before a server does, and hold no process back. DataNodes close theirs.
      kept: { 'http:': new HttpAgent(kept), 'https:': new HttpsAgent({ ...kept, ...tls }) },
      single: { 'http:': new HttpAgent(), 'https:': new HttpsAgent(tls) },
    };
  }

  /**
   * Begins a request; its body, if any, is the caller's to write and to end.
   * @param connection `single` for DataNodes, which close it anyway
   */
  begin(target: Target, exchange: Exchange, connection: 'kept' | 'single'): ClientRequest {
    const { protocol, hostname, port, path, certificateName } = target;
    const { method, headers, signal } = exchange;
    const make = protocol === 'https:' ? httpsRequest : httpRequest;
    const servername = certificateName && !isIP(certificateName) ? certificateName : undefined;
    const agent = this.#agents[connection][protocol];
    const identity = certificateName !== undefined && {
      ...(servername && { servername }),
      // Without a server name (an address is none) it would be compared with where the connection goes.
      checkServerIdentity: (_: string, certificate: PeerCertificate) =>
        checkServerIdentity(certificateName, certificate),
    };
    const request = make({ method, hostname, port, path, headers, signal, agent, ...identity });
    const { connect } = this.#settings.timeouts;
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => request.destroy(timedOut('connection', connect)), connect);
      const stop = () => clearTimeout(timer);
      socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', stop).once('close', stop);
    });
    return request;
  }

  /** Sends a request without a body, and gives the answer as soon as its headers are there. */
  send(target: Target, exchange: Exchange, connection: 'kept' | 'single'): Promise<IncomingMessage> {
    const request = this.begin(target, exchange, connection);
    const { idle } = this.#settings.timeouts;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => request.destroy(timedOut('answer', idle)), idle);
      request.once('close', () => clearTimeout(timer));
      request.once('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      // Stays for the time after the answer: what breaks then is told by the answer itself.
      request.on('error', reject);
      request.end();
    });
  }

  /** The rest of an answer, whole. */
  async text(response: IncomingMessage): Promise<string> {
    const body = this.body(response);
    const parts: Buffer[] = [];
    let size = 0;
    for (let part = await body.next(); part !== null; part = await body.next()) {
      size += part.length;
      if (size > MAX_TEXT) {
        response.destroy();
        throw new Error(`an answer of more than ${MAX_TEXT} bytes`);
      }
      parts.push(part);
    }
    return Buffer.concat(parts).toString();
  }

  /** The rest of an answer, portion by portion. */
  body(response: IncomingMessage): Body {
    return new Body(response, this.#settings.timeouts.idle);
  }
}

/** Bytes of an answer as they are asked for. Only the time in which bytes are waited for counts as idle. */
export class Body {
  readonly #response: IncomingMessage;
  readonly #idle: number;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(response: IncomingMessage, idle: number) {
    this.#response = response;
    this.#idle = idle;
    const wake = () => this.#wake?.();
    response
      .on('readable', wake)
      .on('end', wake)
      .on('close', () => {
        clearTimeout(this.#timer);
        wake();
      });
    response.on('error', (error) => {
      this.#failure = error;
      wake();
    });
  }

  /** `null` at the end; rejects when the connection is lost before. */
  async next(): Promise<Buffer | null> {
    const response = this.#response;
    for (;;) {
      const bytes = response.read() as Buffer | null;
      if (bytes !== null) return bytes;
      if (response.readableEnded) return null;
      if (this.#failure || response.destroyed) throw this.#failure ?? new Error('the connection was closed');
      await this.#more();
    }
  }

  /** For who does not read to the end: an answer that is complete, and unread, closes by nothing else. */
  close(): void {
    clearTimeout(this.#timer);
    this.#response.destroy();
  }

  async #more(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    // One timer for all waits: it is only looked at while someone waits.
    if (this.#timer) this.#timer.refresh();
    else
      this.#timer = setTimeout(() => this.#wake && this.#response.destroy(timedOut('byte', this.#idle)), this.#idle);
    await woken;
    this.#wake = undefined;
  }
}
