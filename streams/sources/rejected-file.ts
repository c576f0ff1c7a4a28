/** The file of rejected lines: written while reading, cut at the end to the lines before the last row that is used. */
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Rejection } from '../calculations/result-lines.js';
import type { Storage } from '../contracts.js';
import { OutputFile } from '../output-file.js';

export class RejectedFile {
  count = 0;
  /** Line number and reason of the first, for messages. */
  first = '';
  readonly #storage: Storage;
  readonly #path: string | undefined;
  /** For each rejected line, the good rows before it. */
  readonly #rowsBefore: number[] = [];
  #file: OutputFile | undefined;
  /** One thing after the other: the end may be asked for while lines are still being written. */
  #work: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(storage: Storage, path: string | undefined) {
    this.#storage = storage;
    this.#path = path;
  }

  /** Yesterday's rejected lines must not pass for today's. */
  start(): Promise<void> {
    return this.#do(async () => {
      if (this.#path === undefined) return;
      await this.#storage.delete(this.#path);
      await this.#storage.delete(this.#spill);
    });
  }

  /** Resolves when more may come; after the end it does nothing. */
  add(rejections: readonly Rejection[]): Promise<void> {
    if (this.#ended || rejections.length === 0) return Promise.resolve();
    for (const { line, reason, rowsBefore } of rejections) {
      this.count += 1;
      this.first ||= `${line}, ${reason}`;
      this.#rowsBefore.push(rowsBefore);
    }
    return this.#do(async () => {
      if (this.#path === undefined) return;
      this.#file ??= new OutputFile(this.#storage.create(this.#spill));
      for (const { line, reason, raw } of rejections) await this.#file.write(`${line}\t${reason}\t${raw}\n`);
    });
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
  finish(keep: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#ended = true;
    return this.#do(async () => {
      if (this.#file === undefined) return;
      await this.#file.finish();
      const [spill, path] = [this.#spill, this.#path!];
      if (keep === this.count) return this.#storage.rename(spill, path);
      if (keep > 0) await pipeline(this.#storage.open(spill), firstLines(keep), this.#storage.create(path));
      await this.#storage.delete(spill);
    });
  }

  /** After a failure: what was written and not put in place is no one's. */
  discard(): Promise<void> {
    this.#ended = true;
    return this.#do(async () => {
      if (this.#file === undefined) return;
      await this.#file.undo();
      await this.#storage.delete(this.#spill);
    });
  }

  #do(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  get #spill(): string {
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
