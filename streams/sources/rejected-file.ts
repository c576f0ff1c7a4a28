/** The file of rejected lines: written while reading, cut at the end to the lines before the last row that is used. */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Readable, Writable } from 'node:stream';
import type { Rejection } from '../calculations/result-lines.js';
import type { Storage } from '../contracts.js';

export class RejectedFile {
  count = 0;
  /** Line number and reason of the first, for messages. */
  first = '';
  readonly #storage: Storage;
  readonly #path: string | undefined;
  /** For each rejected line, the good rows before it. */
  readonly #rowsBefore: number[] = [];
  #out: Writable | undefined;
  #finished = false;

  constructor(storage: Storage, path: string | undefined) {
    this.#storage = storage;
    this.#path = path;
  }

  /** Yesterday's rejected lines must not pass for today's. */
  async start(): Promise<void> {
    if (this.#path !== undefined) await this.#storage.delete(this.#path);
  }

  async add(rejections: readonly Rejection[]): Promise<void> {
    for (const { line, reason, raw, rowsBefore } of rejections) {
      this.count += 1;
      this.first ||= `${line}, ${reason}`;
      this.#rowsBefore.push(rowsBefore);
      if (this.#path === undefined) continue;
      this.#out ??= this.#storage.create(this.#spill());
      if (!this.#out.write(`${line}\t${reason}\t${raw}\n`)) await once(this.#out, 'drain');
    }
  }

  /** Rejected lines before the last of `used` rows. */
  countBefore(used: number): number {
    let low = 0;
    let high = this.#rowsBefore.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rowsBefore[middle]! < used) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts the first `keep` lines in place. */
  async finish(keep: number): Promise<void> {
    if (this.#out === undefined || this.#finished) return;
    this.#finished = true;
    const closed = once(this.#out, 'finish');
    this.#out.end();
    await closed;
    const [spill, path] = [this.#spill(), this.#path!];
    if (keep === this.count) return this.#storage.rename(spill, path);
    if (keep > 0) await pipeline(this.#storage.open(spill), firstLines(keep), this.#storage.create(path));
    await this.#storage.delete(spill);
  }

  /** After a failure: what was written is no one's. */
  async discard(): Promise<void> {
    if (this.#out === undefined || this.#finished) return;
    this.#finished = true;
    this.#out.on('error', () => undefined).destroy();
    await this.#storage.delete(this.#spill());
  }

  #spill(): string {
    return `${this.#path}.part`;
  }
}

function firstLines(count: number) {
  return async function* (bytes: Readable): AsyncGenerator<Buffer> {
    let left = count;
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      let end = 0;
      while (left > 0 && end < chunk.length) {
        const lineEnd = chunk.indexOf(10, end);
        if (lineEnd < 0) end = chunk.length;
        else {
          end = lineEnd + 1;
          left -= 1;
        }
      }
      yield chunk.subarray(0, end);
      if (left === 0) return;
    }
  };
}
