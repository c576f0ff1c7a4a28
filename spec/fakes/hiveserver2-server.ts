/**
 * A HiveServer2 of the loopback, with the habits of Impala (by default) or of Hive and Spark, and a switch for each of
 * its faults. What statements give is the test's to say.
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import thrift from 'thrift';
import service from 'hive-driver/thrift/gen-nodejs/TCLIService.js';
import types from 'hive-driver/thrift/gen-nodejs/TCLIService_types.js';
import type { Nulls } from './hiveserver2-pages.js';
import { FakeService, type FakeMethod, type RunStatement } from './hiveserver2-service.js';

export type { FakeAnswer, RunStatement } from './hiveserver2-service.js';

export interface FakeHiveServer2Options {
  readonly run: RunStatement;
  /** @default 'impala' */
  readonly dialect?: 'impala' | 'hive';
  /** @default 'nosasl' */
  readonly auth?: 'nosasl' | 'plain';
  /** Whom plain lets in; without it everybody who has a password. */
  readonly users?: Readonly<Record<string, string>>;
  /** @default 'binary' */
  readonly transport?: 'binary' | 'http';
  readonly tls?: TlsOptions;
  /** @default 'short' */
  readonly nulls?: Nulls;
  /** @default 10000 */
  readonly mostRows?: number;
  /** @default a free one */
  readonly port?: number;
}

type Answer = (message: Buffer) => void;

export class FakeHiveServer2 extends FakeService {
  port = 0;
  /** Connections that were made. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #options: FakeHiveServer2Options;

  constructor(options: FakeHiveServer2Options) {
    const { run, dialect = 'impala', nulls = 'short', mostRows = 10_000, transport, tls } = options;
    super({ run, dialect, nulls, mostRows });
    this.#options = options;
    this.#server = transport === 'http' ? this.#http() : tls ? createTlsServer(tls) : createServer();
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    });
    if (transport !== 'http') {
      this.#server.on(tls ? 'secureConnection' : 'connection', (socket) => this.#binary(socket));
      this.#server.on('tlsClientError', () => undefined);
    }
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.#options.port ?? 0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Ends at once, as a killed process does. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #binary(socket: Socket): void {
    const isFramed = this.#options.auth === 'plain';
    let bytes: Buffer = Buffer.alloc(0);
    let loggedIn = !isFramed;
    let last = Promise.resolve();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!loggedIn) {
        const rest = this.#logIn(socket, bytes);
        if (!rest) return;
        loggedIn = true;
        bytes = rest;
      }
      while (bytes.length > (isFramed ? 4 : 0)) {
        const start = isFramed ? 4 : 0;
        if (isFramed && bytes.length < 4 + bytes.readUInt32BE()) return;
        const call = this.#call(bytes.subarray(start));
        if (!call) return;
        bytes = bytes.subarray(start + call.length);
        // One after the other, as real ones do.
        last = last.then(() => call.answer((message) => this.#write(socket, isFramed ? framed(message) : message)));
      }
    });
  }

  /** @returns the bytes after the login, once it is complete */
  #logIn(socket: Socket, bytes: Buffer): Buffer | undefined {
    const second = 5 + (bytes.length >= 5 ? bytes.readUInt32BE(1) : 0);
    if (bytes.length < second + 5) return undefined;
    const end = second + 5 + bytes.readUInt32BE(second + 1);
    // A client that does not log in gets no answer.
    if (bytes[0] !== 1 || bytes.length < end) return undefined;
    const [, user = '', password = ''] = bytes.toString('utf8', second + 5, end).split('\0');
    const isRight = this.#isRight(user, password);
    const words = Buffer.from(isRight ? '' : 'Error validating the login');
    const head = Buffer.from([isRight ? 5 : 3, 0, 0, 0, words.length]);
    socket.write(Buffer.concat([head, words]));
    if (!isRight) socket.end();
    return isRight ? bytes.subarray(end) : undefined;
  }

  #isRight(user: string, password: string): boolean {
    const { users } = this.#options;
    return users ? Object.hasOwn(users, user) && users[user] === password : password !== '';
  }

  #http(): Server {
    const { tls } = this.#options;
    const server = tls ? createHttpsServer(tls) : createHttpServer();
    return server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const [user = '', password = ''] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
          .toString()
          .split(':');
        const refuse = (status: number) => response.writeHead(status, { 'content-type': 'text/html' });
        if (request.url !== '/cliservice') refuse(405).end('<html><title>Error 405</title></html>');
        else if (!this.#isRight(user, password)) refuse(401).end('<html><body>Authentication failed</body></html>');
        else {
          const send: Answer = (message) => {
            response.writeHead(200, { 'content-type': 'application/x-thrift' });
            response.end(message);
          };
          void this.#call(Buffer.concat(parts))?.answer(send);
        }
      });
    });
  }

  /** A call, if it is there whole; read by thrift itself, not by what is tested. */
  #call(bytes: Buffer): { length: number; answer: (send: Answer) => Promise<void> } | undefined {
    const input = new thrift.TBufferedTransport(undefined, () => undefined);
    Object.assign(input, { inBuf: bytes, readCursor: 0, writeCursor: bytes.length });
    let asked: { method: FakeMethod; request: object; respond: (response: object) => void } | undefined;
    let send: Answer = () => undefined;
    const output = new thrift.TBufferedTransport(undefined, (message) => send(message));
    const handler = Object.fromEntries(
      METHODS.map((method) => [
        method,
        (request: object, callback: (error: null, response: object) => void) => {
          const respond = (response: object) => callback(null, new types[`T${method}Resp`]!(response));
          asked = { method, request, respond };
        },
      ]),
    );
    try {
      new service.Processor(handler).process(new thrift.TBinaryProtocol(input), new thrift.TBinaryProtocol(output));
    } catch (error) {
      if ((error as Error).name === 'InputBufferUnderrunError') return undefined;
      throw error;
    }
    const { method, request, respond } = asked!;
    return {
      length: input.readCursor,
      answer: async (sendAnswer) => {
        send = (message) => sendAnswer(this.faults.garble?.(message, method) ?? message);
        await this.#answer(method, request, respond);
      },
    };
  }

  async #answer(method: FakeMethod, request: object, respond: (response: object) => void): Promise<void> {
    this.asked.push(method);
    const { faults } = this;
    if (faults.dieAt === method) {
      await this.close();
      return;
    }
    if (faults.cutAt === method) {
      faults.cutAt = undefined;
      for (const socket of this.#sockets) socket.destroy();
      return;
    }
    await faults.hold[method];
    const work = this[method] as (request: object) => Promise<object>;
    const failed = FAILED[method] ?? {};
    respond(await work(request).catch((error: Error) => ({ status: this.statusOf(error), ...failed })));
  }

  #write(socket: Socket, message: Buffer): void {
    const { portion } = this.faults;
    if (portion === 0) {
      socket.write(message);
      return;
    }
    let at = 0;
    const next = () => {
      if (at >= message.length) return;
      socket.write(message.subarray(at, (at += portion)));
      setImmediate(next);
    };
    next();
  }
}

const METHODS: readonly FakeMethod[] = [
  'OpenSession',
  'CloseSession',
  'GetInfo',
  'ExecuteStatement',
  'GetOperationStatus',
  'GetResultSetMetadata',
  'FetchResults',
  'CancelOperation',
  'CloseOperation',
];

/** Fields that an answer must have even where it is an error. */
const FAILED: Partial<Record<FakeMethod, object>> = {
  OpenSession: { serverProtocolVersion: 5 },
  GetInfo: { infoValue: { stringValue: '' } },
};

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(message.length);
  return Buffer.concat([head, message]);
}

export const startFakeHiveServer2 = (options: FakeHiveServer2Options): Promise<FakeHiveServer2> =>
  new FakeHiveServer2(options).listen();
