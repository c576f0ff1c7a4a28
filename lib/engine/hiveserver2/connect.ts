/** The way to a server: a connection, and the login where the settings have one. */
import { connect as netConnect, isIP, type Socket } from 'node:net';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';
import type { Channel } from './channel.js';
import { HttpChannel } from './http-channel.js';
import type { HiveServer2Settings, Host } from './options.js';
import { logInPlain } from './sasl-plain.js';
import { SocketChannel } from './socket-channel.js';

/** @param signal gives up */
export async function connect(at: Host, settings: HiveServer2Settings, signal: AbortSignal): Promise<Channel> {
  const { host, port, server } = at;
  const tls = tlsOptions(at, settings);
  const { user, password } = settings;
  signal.throwIfAborted();
  if (settings.transport === 'http') {
    return new HttpChannel({ host, port, path: settings.httpPath, user, password, tls }, server);
  }
  const socket = tls ? tlsConnect({ host, port, ...tls }) : netConnect({ host, port });
  const giveUp = () => socket.destroy(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await connected(socket, tls ? 'secureConnect' : 'connect');
    if (settings.auth === 'plain') await logInPlain(socket, user, password);
    return new SocketChannel(socket, server, settings.auth === 'plain');
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function tlsOptions({ host }: Host, { tls }: HiveServer2Settings): ConnectionOptions | undefined {
  if (!tls) return undefined;
  const { ca, cert, key, verify = true } = tls;
  // An address is no server name; the certificate is compared with it all the same.
  return { ca, cert, key, rejectUnauthorized: verify, ...(isIP(host) === 0 && { servername: host }) };
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.off(event, done).off('error', fail).off('close', closed);
    const done = () => {
      stop();
      resolve();
    };
    const fail = (error: Error) => {
      stop();
      reject(error);
    };
    const closed = () => fail(new Error('the server closed the connection'));
    socket.on(event, done).on('error', fail).on('close', closed);
  });
}
