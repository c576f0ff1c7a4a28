/** Thrift messages over a TCP or TLS connection, as they are or in frames of a known length (SASL). */
import type { Socket } from 'node:net';
import { Arriving, Lost, MAX_ANSWER, type Channel } from './channel.js';
import { MessageScan, NotThrift } from './message-scan.js';

interface Call {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

const FRAME_HEAD = 4;

export class SocketChannel implements Channel {
  readonly server: string;
  readonly #socket: Socket;
  readonly #isFramed: boolean;
  readonly #scan = new MessageScan(MAX_ANSWER);
  readonly #arriving = new Arriving();
  readonly #calls: Call[] = [];
  /** Where the answer that is awaited begins. */
  #start = 0;
  #failure: Error | undefined;

  /** @param isFramed whether each message has its length before it, four bytes */
  constructor(socket: Socket, server: string, isFramed: boolean) {
    this.#socket = socket;
    this.server = server;
    this.#isFramed = isFramed;
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('error', (error) => this.end(error))
      .on('close', () => this.end(new Error('the server closed the connection')));
    // An idle client holds no process back.
    socket.unref();
  }

  get alive(): boolean {
    return this.#failure === undefined && this.#socket.writable && !this.#socket.readableEnded;
  }

  exchange(message: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (!this.alive) {
        reject(new Lost(this.#failure ?? new Error('the server closed the connection'), false));
        return;
      }
      this.#calls.push({ resolve, reject });
      this.#socket.ref();
      if (!this.#isFramed) {
        this.#socket.write(message);
        return;
      }
      const head = Buffer.alloc(FRAME_HEAD);
      head.writeUInt32BE(message.length);
      this.#socket.cork();
      this.#socket.write(head);
      this.#socket.write(message);
      this.#socket.uncork();
    });
  }

  end(reason = new Error('the connection was given up')): void {
    this.#failure ??= reason;
    this.#socket.destroy();
    for (const { reject } of this.#calls.splice(0)) reject(new Lost(this.#failure, true));
  }

  #take(chunk: Buffer): void {
    if (this.#failure) return;
    const arriving = this.#arriving;
    if (this.#start === arriving.length) this.#rewind();
    arriving.add(chunk);
    try {
      for (let end = this.#endOfAnswer(); end > 0; end = this.#endOfAnswer()) {
        const call = this.#calls.shift();
        if (!call) throw new NotThrift('expected no message that was not asked for');
        const answer = arriving.bytes.subarray(this.#start + (this.#isFramed ? FRAME_HEAD : 0), end);
        this.#start = end;
        this.#scan.reset(end);
        call.resolve(answer);
      }
      if (arriving.length - this.#start > MAX_ANSWER) {
        throw new NotThrift(`expected a message of at most ${MAX_ANSWER} bytes`);
      }
    } catch (error) {
      this.end(error as Error);
    }
    if (this.#calls.length === 0) this.#socket.unref();
  }

  /** Only now: whoever awaited the last answer has read it. */
  #rewind(): void {
    this.#arriving.clear();
    this.#start = 0;
    this.#scan.reset(0);
  }

  /** 0 while bytes are missing. */
  #endOfAnswer(): number {
    const { view, length } = this.#arriving;
    if (length === this.#start) return 0;
    if (!this.#isFramed) return Math.max(this.#scan.end(view, length), 0);
    if (length - this.#start < FRAME_HEAD) return 0;
    const size = view.getUint32(this.#start);
    if (size > MAX_ANSWER)
      throw new NotThrift(`expected a message of at most ${MAX_ANSWER} bytes, got one of ${size}`);
    const end = this.#start + FRAME_HEAD + size;
    return end <= length ? end : 0;
  }
}
