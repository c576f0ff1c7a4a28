/** Answers of one service, a bounded number of them, each for as long as its kind lives. */
import { UNAVAILABLE } from '../../../streams/calculations/reputation-column.js';
import type { Verdict } from '../../../streams/contracts.js';

/** A verdict, or null for a key that the service does not list. */
export type Answer = Verdict | null;

export interface StoreOptions {
  /** Answers kept; the oldest go first. @default 100,000 */
  readonly size?: number;
  /** Milliseconds that a verdict is good for. @default a day */
  readonly hits?: number;
  /** Milliseconds that "not listed" is good for. @default four hours */
  readonly misses?: number;
  /** Milliseconds before a key whose look-up failed is asked about again. @default a minute */
  readonly errors?: number;
}

export interface StoredAnswer {
  readonly answer: Answer;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** Of an earlier run, and not used in this one yet. */
  earlier: boolean;
}

export class AnswerStore {
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #size: number;
  readonly #lives: { hits: number; misses: number; errors: number };
  /** Whether it holds what the file of an earlier run does not. */
  changed = false;

  constructor({ size = 100_000, hits = 86_400_000, misses = 14_400_000, errors = 60_000 }: StoreOptions = {}) {
    this.#size = size;
    this.#lives = { hits, misses, errors };
  }

  get size(): number {
    return this.#size;
  }

  get(key: string, now: number): StoredAnswer | undefined {
    const found = this.#answers.get(key);
    if (found === undefined || found.expires > now) return found;
    this.#answers.delete(key);
    return undefined;
  }

  keep(key: string, answer: Answer, now: number): void {
    const { hits, misses, errors } = this.#lives;
    const life = answer === null ? misses : isUnavailable(answer) ? errors : hits;
    this.put(key, { answer, expires: now + life, earlier: false });
    this.changed ||= life > 0 && !isUnavailable(answer);
  }

  /** The key is not asked about before that time, milliseconds since 1970. */
  setUnavailable(key: string, until: number): void {
    this.put(key, { answer: UNAVAILABLE, expires: until, earlier: false });
  }

  put(key: string, stored: StoredAnswer): void {
    // A key that is there keeps its place else, and would go too early.
    this.#answers.delete(key);
    this.#answers.set(key, stored);
    if (this.#answers.size <= this.#size) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      break;
    }
  }

  /** What another run may use, the oldest first. */
  *lasting(now: number): Generator<[string, StoredAnswer]> {
    for (const entry of this.#answers) {
      const { answer, expires } = entry[1];
      if (expires > now && !isUnavailable(answer)) yield entry;
    }
  }
}

export const isUnavailable = (answer: Answer | undefined): boolean => answer?.label === UNAVAILABLE.label;
