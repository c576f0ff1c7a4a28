/** The second step of CREATE: one PUT of a file's bytes, each portion awaited. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { connectionFailure, remoteFailure, timedOut } from './failures.js';
import type { Http } from './http.js';
import type { BytesAt } from './name-nodes.js';

export class Upload {
  readonly at: BytesAt;
  readonly #request: ClientRequest;
  readonly #idle: number;
  #answered = false;
  /** The final word; `failure` is undefined when the server has the file. */
  #outcome: { readonly failure: Error | undefined } | undefined;
  /** Who waits for a portion or for the end. */
  readonly #waiting = new Set<() => void>();

  constructor(http: Http, at: BytesAt, idle: number) {
    this.at = at;
    this.#idle = idle;
    const headers = { ...at.headers, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
    this.#request = http.begin(at.target, { method: 'PUT', headers }, 'single');
    // What the server answered says more than the connection that it closes.
    const broken = (error: Error) => !this.#answered && this.#end(connectionFailure(error, at.place));
    this.#request.on('error', broken);
    this.#request.once('close', () => broken(new Error('the connection was closed')));
    this.#request.once('response', (response) => {
      this.#answered = true;
      this.#judge(http, response).then(
        (failure) => this.#end(failure),
        (error: unknown) => this.#end(connectionFailure(error, at.place)),
      );
    });
  }

  /** Resolves when the bytes have left; rejects as soon as the server has refused the file. */
  async write(bytes: Buffer): Promise<void> {
    // Lets an answer be read that has arrived: writing to a connection that was reset would drop it.
    await new Promise(setImmediate);
    return this.#awaited((left) => {
      this.#request.write(bytes, (error) => {
        // First the connection is read: a refusal is lost when the next write finds the connection closed.
        if (!error) setImmediate(left);
      });
    });
  }

  /** Resolves when the server has closed the file. */
  end(): Promise<void> {
    this.#request.end();
    return this.#awaited(() => undefined);
  }

  /** Ends it in such a way that the server, if it can, is done with the file afterwards, whatever became of it. */
  async abandon(patience: number): Promise<void> {
    if (!this.#outcome && !this.#request.destroyed) {
      this.#request.end();
      const timer = setTimeout(() => this.#request.destroy(), patience);
      await this.#awaited(() => undefined).catch(() => undefined);
      clearTimeout(timer);
    }
    this.#request.destroy();
  }

  async #judge(http: Http, response: IncomingMessage): Promise<Error | undefined> {
    const ended = this.#request.writableEnded;
    const status = response.statusCode ?? 0;
    const text = await http.text(response);
    if (status !== 201 && status !== 200) return remoteFailure(status, text, this.at.place);
    return ended ? undefined : connectionFailure(new Error('it answered before the end of the file'), this.at.place);
  }

  #end(failure: Error | undefined): void {
    this.#outcome ??= { failure };
    for (const settle of [...this.#waiting]) settle();
  }

  #awaited(work: (done: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#request.destroy(timedOut('progress', this.#idle)), this.#idle);
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        if (this.#outcome?.failure) reject(this.#outcome.failure);
        else resolve();
      };
      this.#waiting.add(settle);
      if (this.#outcome) settle();
      else work(settle);
    });
  }
}
