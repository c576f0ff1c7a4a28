/** What sources, transforms and sinks of batches have in common. */

/** Batches, not rows: Node's object-mode default of 16 held ten times as many rows in memory as 2 do. */
const HIGH_WATER_MARK = 2;
export const BATCHES = { objectMode: true, highWaterMark: HIGH_WATER_MARK } as const;

/** Rows of a batch, unless a source decides otherwise. */
export const BATCH_ROWS = 1000;

/** What can be told by a step downstream how many rows are of use. */
export interface Stoppable {
  /** No more is wanted. Resolves when the source has judged what it read; rejects when the verdict is bad. */
  stop(used?: number): Promise<void>;
  /** Rows from this number on are never wanted. Told when streams are connected, before anything is read. */
  want(rows: number): void;
}

export function isStoppable(stream: unknown): stream is Stoppable {
  const { stop, want } = (stream ?? {}) as Partial<Stoppable>;
  return typeof stop === 'function' && typeof want === 'function';
}

export const aborted = () => new DOMException('The stream was destroyed', 'AbortError');
