/** SASL PLAIN (RFC 4616) in thrift's framing: `[status][length, four bytes][bytes]` until the server says complete. */
import type { Socket } from 'node:net';
import { OaError } from '../../../schemas/errors.js';

const START = 1;
const OK = 2;
const BAD = 3;
const ERROR = 4;
const COMPLETE = 5;
const HEAD = 5;
/** Bytes of the longest answer of a server that is read. */
const LONGEST = 64 * 1024;

/** @throws {OaError} `PERMISSION_DENIED` when the server does not let the user in */
export async function logInPlain(socket: Socket, user: string, password: string): Promise<void> {
  socket.cork();
  socket.write(part(START, 'PLAIN'));
  socket.write(part(OK, `\0${user}\0${password}`));
  socket.uncork();
  const { status, text } = await answerOf(socket);
  if (status === COMPLETE) return;
  if (status === BAD || status === ERROR) {
    throw new OaError('PERMISSION_DENIED', `the server refused the login of ${user}: ${text || 'no reason given'}`);
  }
  throw new Error(`expected an answer to the login, got status ${status}`);
}

function part(status: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(status);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** The first answer that is not just `go on`. */
function answerOf(socket: Socket): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const take = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= HEAD) {
        const [status, length] = [bytes.readUInt8(), bytes.readUInt32BE(1)];
        if (status < START || status > COMPLETE || length > LONGEST) {
          fail(new Error('expected an answer to the login; the server may not want one (auth nosasl)'));
          return;
        }
        if (bytes.length < HEAD + length) return;
        const text = bytes.toString('utf8', HEAD, HEAD + length).trim();
        bytes = bytes.subarray(HEAD + length);
        if (status === OK) continue;
        stop();
        resolve({ status, text });
        return;
      }
    };
    const stop = () => socket.off('data', take).off('error', fail).off('close', closed);
    const fail = (error: Error) => {
      stop();
      reject(error);
    };
    const closed = () => fail(new Error('the server closed the connection during the login'));
    socket.on('data', take).on('error', fail).on('close', closed);
  });
}
