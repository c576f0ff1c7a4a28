/**
 * A WebHDFS of the loopback: NameNodes and DataNodes, each on a port of its own, with the answers of a real Hadoop
 * 3.4.2 and a switch for each of its faults.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { HdfsFiles, Refused } from './hdfs-files.js';
import type { Asked, Fault } from './webhdfs-faults.js';

export type NameNodeState = 'active' | 'standby' | 'starting' | 'down';

interface Planned {
  readonly operation: string;
  readonly fault: Fault;
  readonly server: RegExp;
  readonly path: RegExp;
  times: number;
}

export class FakeWebHdfs {
  readonly files = new HdfsFiles();
  readonly asked: Asked[] = [];
  readonly state: Record<string, NameNodeState> = {};
  /** DataNodes that are dead though the NameNode still names them. */
  readonly dead = new Set<string>();
  /** DataNodes that the NameNode knows to be gone. */
  readonly gone = new Set<string>();
  safeMode = false;
  /** Answers redirects to `noredirect=true` too, Unicode-normalised, as old servers do. */
  redirects = false;
  /** Host of DataNodes in Locations. */
  dataNodeHost: string | undefined;
  token: string | undefined;
  pageSize = 5;
  /** The NameNodes are HttpFS: they send and take the bytes themselves. */
  httpFs = false;
  /** Whether uploaded bytes are kept. */
  keep = true;
  /** Bytes of bodies. */
  sent = 0;
  received = 0;
  /** Connections that were begun, those too that no request came from. */
  connections = 0;
  readonly #servers = new Map<string, Server>();
  readonly #planned: Planned[] = [];

  /** Plans a fault for the next requests of an operation. */
  fail(operation: string, fault: Fault, { times = 1, server = /./, path = /./ } = {}): void {
    this.#planned.push({ operation, fault, times, server, path });
  }

  /** URLs of the NameNodes. */
  get nameNodes(): string[] {
    return [...this.#servers.keys()].filter((name) => name.startsWith('nn')).map((name) => this.url(name));
  }

  url(name: string): string {
    const server = this.#servers.get(name)!;
    const protocol = server instanceof SecureServer ? 'https' : 'http';
    return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  operations(server = /./): string[] {
    return this.asked.filter((one) => server.test(one.server)).map(({ operation }) => operation);
  }

  /** @param tls without it the server speaks plain HTTP */
  async listen(name: string, tls?: TlsOptions): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(name, request, response);
    const server = tls ? createSecureServer(tls, handle) : createServer(handle);
    server.on('connection', () => (this.connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#servers.set(name, server);
    if (name.startsWith('nn')) this.state[name] = name === 'nn1' ? 'active' : 'standby';
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #handle(server: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://fake');
    const query = filtered(searchParams);
    const operation = query.get('op') ?? '';
    const path = decodeURIComponent(pathname.replace(/^\/webhdfs\/v1/, '')) || '/';
    const url = request.url!;
    const asked = { server, method: request.method!, operation, path, url, query, headers: request.headers };
    this.asked.push(asked);
    // A dropped connection ends the work in its own place.
    request.on('error', () => undefined);
    const fault = this.#faultOf(asked);
    try {
      if (this.state[server] === 'down' || this.dead.has(server)) return void request.socket.destroy();
      if (fault && 'stall' in fault) return;
      if (fault && 'reset' in fault && !fault.done) return void request.socket.destroy();
      if (fault && 'exception' in fault && !('received' in fault))
        throw Object.assign(new Refused(fault.exception, fault.message ?? 'told so', fault.status), fault);
      if (fault && 'body' in fault) return void response.writeHead(fault.status).end(fault.body);
      const hasBytes = ['OPEN', 'CREATE', 'GETFILECHECKSUM'].includes(operation);
      if (server.startsWith('dn') || (this.httpFs && hasBytes))
        return await this.#dataNode(asked, request, response, fault);
      const answer = this.#nameNode(asked, fault);
      if (fault && 'reset' in fault) return void request.socket.destroy();
      const location = (answer as { Location?: string } | null)?.Location;
      if (location && this.redirects) {
        const header = encodeURI(decodeURI(location).normalize('NFC')).replaceAll('%25', '%');
        return void response.writeHead(307, { location: header }).end();
      }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(answer === null ? '' : JSON.stringify(answer));
    } catch (error) {
      // What still comes is read, else the answer would be lost with the connection.
      request.resume();
      this.#refuse(response, error, server.startsWith('dn'));
    }
  }

  #faultOf({ operation, server, path }: Asked): Fault | undefined {
    const found = this.#planned.find(
      (one) => one.operation === operation && one.server.test(server) && one.path.test(path) && one.times > 0,
    );
    if (found) found.times -= 1;
    return found?.fault;
  }

  #refuse(response: ServerResponse, error: unknown, isDataNode: boolean): void {
    if (!(error instanceof Refused)) throw error;
    const { exception, message, status } = error;
    const javaClassName = (error as { javaClassName?: string }).javaClassName ?? `org.apache.hadoop.${exception}`;
    const trace = isDataNode ? '\n\tat org.apache.hadoop.Fake.answer(Fake.java:1)\n\tat java.lang.Thread.run' : '';
    // Some answers are pretty-printed.
    const body = JSON.stringify({ RemoteException: { message: message + trace, exception, javaClassName } }, null, 2);
    response.writeHead(status, { 'content-type': 'application/json', ...(isDataNode && { connection: 'close' }) });
    response.end(body);
  }

  #nameNode({ server, operation, path, query }: Asked, fault: Fault | undefined): object | null {
    const { files } = this;
    if (this.state[server] === 'starting') throw new Refused('RetriableException', 'Namenode is in startup mode');
    const standbyAnswers = operation === 'CREATE' || operation === 'GETHOMEDIRECTORY';
    if (this.state[server] === 'standby' && !standbyAnswers)
      throw new Refused('StandbyException', 'Operation category READ is not supported in state standby.');
    if (this.token !== undefined && query.get('delegation') !== this.token)
      throw new Refused('InvalidToken', `token (for ${query.get('delegation')}) can't be found in cache`);
    if (/[:\0]|\/\/|\/\.{1,2}(\/|$)/.test(path))
      throw new Refused('InvalidPathException', `Invalid path name ${path}`, 400);
    const changes = ['MKDIRS', 'DELETE', 'RENAME', 'SETPERMISSION', 'MODIFYACLENTRIES', 'GETDELEGATIONTOKEN'];
    if (this.safeMode && changes.includes(operation))
      throw new Refused('SafeModeException', `Cannot ${operation} ${path}. Name node is in safe mode.`);
    switch (operation) {
      case 'GETFILESTATUS':
        return { FileStatus: files.status(path) };
      case 'LISTSTATUS':
        return { FileStatuses: { FileStatus: files.list(path) } };
      case 'LISTSTATUS_BATCH': {
        const all = files.list(path) as { pathSuffix: string }[];
        // As Hadoop's: a parameter's name with a capital makes it decode values twice.
        const twice = query.get('startafter')?.replace(/(%[0-9a-f]{2})+/gi, decodeURIComponent);
        const after = all.findIndex(({ pathSuffix }) => pathSuffix === (query.get('startafter') ?? twice));
        const page = all.slice(after + 1, after + 1 + this.pageSize);
        const remainingEntries = all.length - after - 1 - page.length;
        return { DirectoryListing: { partialListing: { FileStatuses: { FileStatus: page } }, remainingEntries } };
      }
      case 'MKDIRS':
        return { boolean: files.mkdirs(path, query.get('permission') ?? undefined) };
      case 'RENAME': {
        const options = this.httpFs ? undefined : (query.get('renameoptions') ?? undefined);
        const boolean = files.rename(path, query.get('destination')!, options);
        return options === undefined ? { boolean } : null;
      }
      case 'DELETE':
        return { boolean: files.delete(path, query.get('recursive') === 'true') };
      case 'SETPERMISSION':
        files.get(path).permission = query.get('permission')!;
        return null;
      case 'SETQUOTA':
        files.get(path).spaceQuota = Number(query.get('storagespacequota'));
        return null;
      case 'MODIFYACLENTRIES':
        files.get(path).acl.push(...query.get('aclspec')!.split(','));
        return null;
      case 'CHECKACCESS':
        files.get(path);
        return null;
      case 'GETACLSTATUS':
        return { AclStatus: { owner: 'hdfs', group: 'supergroup', stickyBit: false, entries: files.get(path).acl } };
      case 'GETCONTENTSUMMARY':
        return { ContentSummary: files.summary(path) };
      case 'GETHOMEDIRECTORY':
        return { Path: `/user/${query.get('user.name') ?? 'dr.who'}` };
      case 'GETDELEGATIONTOKEN':
        return { Token: { urlString: 'token-of-the-fake' } };
      case 'RENEWDELEGATIONTOKEN':
        return { long: 1_700_000_000_000 };
      case 'CANCELDELEGATIONTOKEN':
        return null;
      case 'OPEN':
      case 'CREATE':
      case 'GETFILECHECKSUM':
        return { Location: fault && 'location' in fault ? fault.location : this.#location(operation, path, query) };
      default:
        throw new Refused('IllegalArgumentException', `Invalid value for webhdfs parameter "op": ${operation}`, 400);
    }
  }

  /** Non-ASCII characters are unencoded, as in a real answer. */
  #location(operation: string, path: string, query: URLSearchParams): string {
    if (operation !== 'CREATE') {
      const { kind, length } = this.files.get(path, `File ${path} not found.`);
      const offset = Number(query.get('offset') ?? 0);
      if (kind === 'FILE' && length > 0 && offset >= length)
        throw new Refused('IOException', `Offset=${offset} out of the range [0, ${length}); OPEN, path=${path}`);
    }
    const excluded = (query.get('excludedatanodes') ?? '').split(',');
    const names = [...this.#servers.keys()].filter((name) => name.startsWith('dn'));
    // Each DataNode has a host name of its own where the test says so; else all are 127.0.0.1.
    const hostOf = (name: string) => (this.dataNodeHost ?? '127.0.0.1').replace('{name}', name);
    const found = names.find((name) => !this.gone.has(name) && !excluded.includes(hostOf(name)));
    if (!found) {
      const what =
        operation === 'CREATE'
          ? 'Failed to find datanode, suggest to check cluster health'
          : 'No active nodes contain this block';
      throw new Refused('IOException', `${what}. excludeDatanodes=${excluded.join()}`);
    }
    const [protocol, , port] = this.url(found).split(':');
    query.delete('noredirect');
    const encoded = path.replace(/[^\u0080-\u{10ffff}/=+;']/gu, (char) => encodeURIComponent(char));
    return `${protocol}://${hostOf(found)}:${port}/webhdfs/v1${encoded}?${query.toString()}&namenoderpcaddress=ns`;
  }

  async #dataNode(asked: Asked, request: IncomingMessage, response: ServerResponse, fault: Fault | undefined) {
    const { operation, path, query } = asked;
    if (operation === 'GETFILECHECKSUM')
      return void response.end(JSON.stringify({ FileChecksum: this.files.checksum(path) }));
    if (operation === 'OPEN') return this.#read(path, query, response, fault);
    if (
      this.httpFs &&
      (query.get('data') !== 'true' || request.headers['content-type'] !== 'application/octet-stream')
    )
      throw new Refused('IllegalArgumentException', 'Data upload requests must have content-type set', 400);
    // Unasked, before anything is judged.
    response.writeContinue();
    if (this.safeMode)
      throw new Refused('SafeModeException', `Cannot create file${path}. Name node is in safe mode.`);
    await this.#write(path, query, request, fault);
    if (fault && 'reset' in fault) return void request.socket.destroy();
    response.writeHead(201, { connection: 'close' }).end();
  }

  async #read(path: string, query: URLSearchParams, response: ServerResponse, fault: Fault | undefined) {
    const { kind, length, content } = this.files.get(path);
    if (kind === 'DIRECTORY') throw new Refused('FileNotFoundException', `Path is not a file: ${path}`, 404);
    const offset = Number(query.get('offset') ?? 0);
    let end = Math.min(length, offset + Number(query.get('length') ?? length));
    const cut = fault && 'after' in fault ? fault : undefined;
    if (cut?.then === 'end') end = Math.min(end, offset + cut.after);
    response.writeHead(200, { 'content-length': end - offset, connection: 'close' });
    const stop = cut && cut.then !== 'end' ? Math.min(end, offset + cut.after) : end;
    for (let position = offset; position < stop;) {
      const bytes = content(position, Math.min(64 * 1024, stop - position));
      position += bytes.length;
      this.sent += bytes.length;
      if (response.destroyed) return;
      if (!response.write(bytes)) await drained(response);
    }
    if (cut?.then === 'stall') return;
    if (cut?.then === 'reset') response.socket?.destroy();
    else response.end();
  }

  /** A dropped upload closes the file with what has come, as if it were complete. */
  async #write(path: string, query: URLSearchParams, request: IncomingMessage, fault: Fault | undefined) {
    const node = this.files.create(path, query.get('overwrite') === 'true', query.get('permission') ?? undefined);
    const parts: Buffer[] = [];
    try {
      // The answer needs the connection.
      for await (const bytes of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        this.received += bytes.length;
        this.files.checkQuota(path, node.length + bytes.length);
        node.length += bytes.length;
        if (this.keep) parts.push(bytes);
        if (!fault) continue;
        if ('received' in fault && node.length >= fault.received) throw new Refused(fault.exception, 'told so');
        if ('after' in fault && node.length >= fault.after && fault.then !== 'end') {
          if (fault.then === 'stall') return await new Promise(() => undefined);
          return void request.socket.destroy();
        }
      }
    } finally {
      const whole = Buffer.concat(parts);
      if (fault && 'after' in fault && fault.then === 'end') node.length = Math.min(node.length, fault.after);
      node.content = (offset, length) => whole.subarray(offset, offset + length);
    }
  }
}

/** Hadoop's `ParamFilter`: one name with a capital, and all values are decoded once more. */
function filtered(query: URLSearchParams): URLSearchParams {
  const entries = [...query];
  if (!entries.some(([name]) => /[A-Z]/.test(name))) return query;
  return new URLSearchParams(
    entries.map(([name, value]): [string, string] => [name.toLowerCase(), decodeURIComponent(value)]),
  );
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

export interface FakeServers {
  /** Default 1. The first one is active, the second standby. */
  readonly nameNodes?: number;
  /** Default 1. */
  readonly dataNodes?: number;
  /** Certificates by the server's name; one without speaks plain HTTP. */
  readonly tls?: Readonly<Record<string, TlsOptions>>;
}

export async function startFakeWebHdfs({
  nameNodes = 1,
  dataNodes = 1,
  tls = {},
}: FakeServers = {}): Promise<FakeWebHdfs> {
  const fake = new FakeWebHdfs();
  for (let i = 1; i <= nameNodes; i++) await fake.listen(`nn${i}`, tls[`nn${i}`]);
  for (let i = 1; i <= dataNodes; i++) await fake.listen(`dn${i}`, tls[`dn${i}`]);
  return fake;
}
