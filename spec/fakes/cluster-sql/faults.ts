/** What a test wants to go wrong. */
import type { AfterDelete } from './partition-files.js';

export class Faults {
  readonly #failures: { pattern: RegExp; error: Error; times: number }[] = [];
  readonly #delays: { pattern: RegExp; until: Promise<unknown> }[] = [];
  readonly #afterwards: { pattern: RegExp; work: () => Promise<void> | void }[] = [];
  #death: AfterDelete | undefined;

  fail(pattern: RegExp, error: Error, times: number): void {
    this.#failures.push({ pattern, error, times });
  }

  delay(pattern: RegExp, until: Promise<unknown>): void {
    this.#delays.push({ pattern, until });
  }

  afterwards(pattern: RegExp, work: () => Promise<void> | void): void {
    this.#afterwards.push({ pattern, work });
  }

  die(callback: AfterDelete): void {
    this.#death = callback;
  }

  clear(): void {
    for (const list of [this.#failures, this.#delays, this.#afterwards]) list.length = 0;
    this.#death = undefined;
  }

  /** Waits or throws as was asked for this statement. */
  async before(sql: string): Promise<void> {
    for (const { pattern, until } of this.#delays) if (pattern.test(sql)) await until;
    const failure = this.#failures.find(({ pattern, times }) => times > 0 && pattern.test(sql));
    if (failure === undefined) return;
    failure.times -= 1;
    throw failure.error;
  }

  /** Once for each. */
  async after(sql: string): Promise<void> {
    const at = this.#afterwards.findIndex(({ pattern }) => pattern.test(sql));
    if (at >= 0) await this.#afterwards.splice(at, 1)[0]!.work();
  }

  /** Once: the server is dead then. */
  takeDeath(): AfterDelete | undefined {
    const callback = this.#death;
    this.#death = undefined;
    return (
      callback &&
      (async () => {
        await callback();
        throw new Error('the server died');
      })
    );
  }
}
