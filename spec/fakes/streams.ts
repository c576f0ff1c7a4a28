/** Sources, steps and sinks that say what was done with them. */
import type { Columns } from '../../schemas/columns.js';
import type { Batch } from '../../streams/contracts.js';
import { BatchEnrichment, Enrichment, RowSink, RowSource, RowTransform } from '../../streams/rows.js';

export interface Numbered {
  n: number;
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export interface SourceOptions {
  /** @default endless */
  batches?: number;
  /** @default 100 */
  batchRows?: number;
  /** Before each batch but the first. */
  wait?: (signal: AbortSignal) => Promise<void>;
  settle?: (used: number, complete: boolean) => Promise<void>;
}

/** Rows `{ n: 0 }`, `{ n: 1 }`, … */
export class NumberSource {
  pulls = 0;
  opened = false;
  aborted = false;
  closed = 0;
  readonly settled: { used: number; complete: boolean }[] = [];
  readonly stream: RowSource<Numbered>;

  constructor({ batches = Infinity, batchRows = 100, wait, settle }: SourceOptions = {}) {
    const open = async function* (this: NumberSource, signal: AbortSignal): AsyncGenerator<Batch<Numbered>> {
      this.opened = true;
      signal.addEventListener('abort', () => (this.aborted = true));
      for (let i = 0; i < batches; i++) {
        this.pulls += 1;
        if (i > 0) await wait?.(signal);
        yield Array.from({ length: batchRows }, (_, k) => ({ n: i * batchRows + k }));
      }
    };
    this.stream = new RowSource<Numbered>({
      columns: { n: 'int' },
      open: open.bind(this),
      settle: async (used, complete) => {
        this.settled.push({ used, complete });
        await settle?.(used, complete);
      },
      close: async () => {
        await turn();
        this.closed += 1;
      },
    });
  }
}

/** A sink that keeps its rows and notes what was asked of it; two things at a time are noted as `overlap`. */
export class NumberSink {
  readonly rows: Record<string, unknown>[] = [];
  readonly events: string[] = [];
  readonly stream: RowSink<Numbered>;
  #busy = 0;

  constructor(on: Partial<Record<'open' | 'write' | 'commit' | 'abort', () => Promise<void> | void>> = {}) {
    const event = async (what: 'open' | 'write' | 'commit' | 'abort', done: () => void = () => undefined) => {
      if (this.#busy > 0) this.events.push('overlap');
      this.#busy += 1;
      try {
        if (this.events.at(-1) !== what) this.events.push(what);
        await turn();
        await on[what]?.();
        done();
      } finally {
        this.#busy -= 1;
      }
    };
    this.stream = new RowSink<Numbered>({ n: 'int' }, async () => {
      await event('open');
      return {
        write: (batch) => event('write', () => this.rows.push(...(batch as Record<string, unknown>[]))),
        commit: () => event('commit', () => this.events.push('committed')),
        abort: () => event('abort', () => this.events.push('aborted')),
      };
    });
  }

  get numbers(): number[] {
    return this.rows.map(({ n }) => n as number);
  }

  get last(): string | undefined {
    return this.events.at(-1);
  }
}

export type NumberStep = RowTransform | RowTransform<Numbered>;

/** `{ [as]: n }` at once. */
export const adds = (as: string, fields: (row: Numbered) => number = ({ n }) => n) =>
  new Enrichment({ n: 'int' }, { [as]: 'int' } as Columns, (row) => ({ [as]: fields(row as Numbered) }));

/** `{ [as]: n }` after a while, the later batch possibly the sooner. */
export const addsLater = (as: string, work: (batch: number) => Promise<void> = turn) => {
  let batches = 0;
  return new BatchEnrichment({ n: 'int' }, { [as]: 'int' } as Columns, async (batch) => {
    await work(batches++);
    return batch.map((row) => ({ [as]: (row as Numbered).n }));
  });
};

/** Drops odd rows. */
export class EvenRows extends RowTransform<Numbered> {
  override onBatch(batch: Batch<Numbered>): Batch {
    return batch.filter(({ n }) => n % 2 === 0) as unknown as Batch;
  }
}

/** Hands everything on, and counts how often it is closed. */
export class ClosingStep extends RowTransform {
  override readonly keepsRows = true;
  closings = 0;

  override onBatch(batch: Batch): Batch {
    return batch;
  }

  override async onClose(): Promise<void> {
    await turn();
    this.closings += 1;
  }
}
