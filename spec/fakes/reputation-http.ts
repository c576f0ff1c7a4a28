/** A loopback HTTP server that answers as a test says, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Respond = (asked: Asked, response: ServerResponse) => void;

export const json =
  (value: unknown, status = 200): Respond =>
  (_asked, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Respond =>
  (_asked, response) =>
    void response.writeHead(code, headers).end(body);

/** Never answers. */
export const hang: Respond = () => undefined;

/** More than anyone should read. */
export const huge: Respond = (_asked, response) => {
  const block = Buffer.alloc(1 << 20, 'x');
  const more = () => {
    while (!response.destroyed) if (!response.write(block)) return void response.once('drain', more);
  };
  response.writeHead(200);
  more();
};

/** A port of the loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface FakeHttp {
  readonly origin: string;
  readonly asked: Asked[];
  respond: Respond;
}

/** For the tests of a file; what it was asked is forgotten after each. */
export function fakeHttp(): FakeHttp {
  const fake = { origin: '', asked: [] as Asked[], respond: status(500) as Respond };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const asked = { method: request.method!, url: request.url!, headers: request.headers, body };
      fake.asked.push(asked);
      fake.respond(asked, response);
    });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void (fake.asked.length = 0));
  afterAll(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return fake;
}
