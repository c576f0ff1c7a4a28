/**
 * Partitions that take their places together. Until then each is staged whole, the warehouse's own engine reads it where
 * it is staged, and nothing of the tables has changed: a run that fails on the way leaves every one of them as it was.
 */
import type { Day } from '../../schemas/days.js';
import type { TableDefinition } from '../../schemas/tables.js';

export interface StagedPartition {
  readonly table: TableDefinition;
  readonly day: Day;
  /** The partition's folder, below the root. */
  readonly folder: string;
  /** The staged file, below the root; null when the partition becomes empty. */
  readonly staged: string | null;
  /** Fails where the partition could not be replaced, as far as that can be known. */
  readonly check: () => Promise<unknown>;
  /** Replaces the partition. */
  readonly place: () => Promise<void>;
  /** Removes what is staged, or leaves it to another that was staged over it. */
  readonly discard: (staysFor?: StagedPartition) => Promise<void>;
}

export class Together {
  /** By the partition's folder; undefined while none has to wait. */
  #waiting: Map<string, StagedPartition> | undefined;

  /** From here on partitions wait for `place`. */
  hold(): void {
    this.#waiting ??= new Map();
  }

  /** The partition takes its place, now or together with the others. */
  async take(partition: StagedPartition): Promise<void> {
    if (this.#waiting === undefined) return partition.place();
    await partition.check();
    const earlier = this.#waiting.get(partition.folder);
    this.#waiting.set(partition.folder, partition);
    await earlier?.discard(partition);
  }

  /** Those that wait, of a table, or of a day of it. */
  of(table: TableDefinition, day?: Day): StagedPartition[] {
    const all = [...(this.#waiting?.values() ?? [])];
    return all.filter((one) => one.table.name === table.name && (day === undefined || one.day.text === day.text));
  }

  /** Replaces the partitions, one after the other; what cannot be replaced, and what comes after it, is discarded. */
  async place(): Promise<void> {
    try {
      for (const [folder, partition] of this.#waiting ?? []) {
        await partition.place();
        this.#waiting?.delete(folder);
      }
    } finally {
      await this.discard();
    }
  }

  /** Those that wait are given up; the next ones take their places at once. */
  async discard(): Promise<void> {
    const waiting = [...(this.#waiting?.values() ?? [])];
    this.#waiting = undefined;
    for (const { discard } of waiting) await discard();
  }
}
