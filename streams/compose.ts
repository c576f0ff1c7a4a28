/** `compose`: several steps as one. */
import { columnsOf } from './column-order.js';
import type { Batch } from './contracts.js';
import { RowTransform, type Fresh } from './row-transform.js';

/** Several steps as one. An inner step that has all it wants ends the whole. */
class Composed extends RowTransform {
  override readonly keepsRows: boolean;
  override readonly takes: number;
  readonly #steps: readonly RowTransform[];
  /** Steps at the beginning that keep rows: what the first step after them takes, these take. */
  readonly #keeping: number;

  constructor(steps: readonly RowTransform[]) {
    const { needs, adds } = columnsOf(steps);
    super(needs, adds);
    this.#steps = steps;
    const dropping = steps.findIndex((step) => !step.keepsRows);
    this.keepsRows = dropping < 0;
    this.#keeping = this.keepsRows ? steps.length : dropping + 1;
    const nothing = steps.some((step) => step.takes === 0);
    this.takes = nothing ? 0 : Math.min(...steps.slice(0, this.#keeping).map((step) => step.takes));
    this.done = steps.some((step) => step.done);
  }

  override onBatch(batch: object[], signal: AbortSignal) {
    return this.#through(batch as Batch, 0, signal);
  }

  async #through(batch: Batch, from: number, signal: AbortSignal): Promise<Batch> {
    let rows = batch;
    for (const [i, step] of this.#steps.entries()) {
      if (i < from) continue;
      if (rows.length === 0 || step.done) return [];
      rows = await step.onBatch(rows, signal);
      if (!step.done) continue;
      this.done = true;
      if (i < this.#keeping) this.used = step.used;
    }
    return rows;
  }

  override async onEnd() {
    let rest: Batch = [];
    for (const [i, step] of this.#steps.entries()) {
      const held = await step.onEnd();
      rest = rest.concat(await this.#through(held, i + 1, new AbortController().signal));
    }
    return rest;
  }

  override async onClose() {
    await Promise.all(this.#steps.map((step) => step.onClose()));
  }
}

/** What stands in a step's place in an error message when a step before it adds a column of another kind. */
interface KindMismatch<Names> {
  'this step needs a column of another kind than a step before it adds': Names;
}

type Fits<A, N> = string extends keyof A
  ? unknown
  : Pick<A, keyof A & keyof N> extends Pick<N, keyof A & keyof N>
    ? unknown
    : KindMismatch<keyof A & keyof N>;

/** A step after others that need `N` and add `A`. */
type Next<N, A, N2 extends object, A2 extends object> = RowTransform<N2, A2> & Fits<A, N2> & Fresh<N & A, A2>;

/**
 * Steps as one step, to be named and used again: `const names = compose(tld(), ianaNames())`. It needs what its steps
 * need and none before them adds.
 * @throws {OaError} `STEP_ORDER`, `COLUMN_DUPLICATE`
 */
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>): RowTransform<N1 & Omit<N2, keyof A1>, A1 & A2>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)>, A1 & A2 & A3>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>, s4: Next<N1 & N2 & N3, A1 & A2 & A3, N4, A4>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)>, A1 & A2 & A3 & A4>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>, s4: Next<N1 & N2 & N3, A1 & A2 & A3, N4, A4>, s5: Next<N1 & N2 & N3 & N4, A1 & A2 & A3 & A4, N5, A5>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)>, A1 & A2 & A3 & A4 & A5>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>, s4: Next<N1 & N2 & N3, A1 & A2 & A3, N4, A4>, s5: Next<N1 & N2 & N3 & N4, A1 & A2 & A3 & A4, N5, A5>, s6: Next<N1 & N2 & N3 & N4 & N5, A1 & A2 & A3 & A4 & A5, N6, A6>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)>, A1 & A2 & A3 & A4 & A5 & A6>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object, N7 extends object, A7 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>, s4: Next<N1 & N2 & N3, A1 & A2 & A3, N4, A4>, s5: Next<N1 & N2 & N3 & N4, A1 & A2 & A3 & A4, N5, A5>, s6: Next<N1 & N2 & N3 & N4 & N5, A1 & A2 & A3 & A4 & A5, N6, A6>, s7: Next<N1 & N2 & N3 & N4 & N5 & N6, A1 & A2 & A3 & A4 & A5 & A6, N7, A7>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)> & Omit<N7, keyof (A1 & A2 & A3 & A4 & A5 & A6)>, A1 & A2 & A3 & A4 & A5 & A6 & A7>;
// prettier-ignore
export function compose<N1 extends object, A1 extends object, N2 extends object, A2 extends object, N3 extends object, A3 extends object, N4 extends object, A4 extends object, N5 extends object, A5 extends object, N6 extends object, A6 extends object, N7 extends object, A7 extends object, N8 extends object, A8 extends object>(s1: RowTransform<N1, A1>, s2: Next<N1, A1, N2, A2>, s3: Next<N1 & N2, A1 & A2, N3, A3>, s4: Next<N1 & N2 & N3, A1 & A2 & A3, N4, A4>, s5: Next<N1 & N2 & N3 & N4, A1 & A2 & A3 & A4, N5, A5>, s6: Next<N1 & N2 & N3 & N4 & N5, A1 & A2 & A3 & A4 & A5, N6, A6>, s7: Next<N1 & N2 & N3 & N4 & N5 & N6, A1 & A2 & A3 & A4 & A5 & A6, N7, A7>, s8: Next<N1 & N2 & N3 & N4 & N5 & N6 & N7, A1 & A2 & A3 & A4 & A5 & A6 & A7, N8, A8>): RowTransform<N1 & Omit<N2, keyof A1> & Omit<N3, keyof (A1 & A2)> & Omit<N4, keyof (A1 & A2 & A3)> & Omit<N5, keyof (A1 & A2 & A3 & A4)> & Omit<N6, keyof (A1 & A2 & A3 & A4 & A5)> & Omit<N7, keyof (A1 & A2 & A3 & A4 & A5 & A6)> & Omit<N8, keyof (A1 & A2 & A3 & A4 & A5 & A6 & A7)>, A1 & A2 & A3 & A4 & A5 & A6 & A7 & A8>;
export function compose(...steps: unknown[]): unknown {
  return new Composed(steps as RowTransform[]);
}
