import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Columns, Row } from '../../schemas/columns.js';
import { dnsResults } from '../../schemas/dns.js';
import { resultLine } from '../calculations/result-line.js';
import type { Batch, Storage, Warehouse } from '../contracts.js';
import { RowTransform } from '../rows.js';

class CopyTo extends RowTransform {
  readonly #storage: Storage;
  readonly #path: string;
  readonly #columns: readonly string[];
  readonly #delimiter: string;
  #out: Writable | undefined;
  #failed: Promise<never> | undefined;
  #finished = false;

  constructor(storage: Storage, path: string, columns: Columns, delimiter: string) {
    super(columns);
    this.#storage = storage;
    this.#path = path;
    this.#columns = Object.keys(columns);
    this.#delimiter = delimiter;
  }

  override async onBatch(batch: Batch): Promise<Batch> {
    const text = batch.map((row: Row) => resultLine(row, this.#columns, this.#delimiter)).join('');
    if (!this.#file().write(text)) await Promise.race([once(this.#out!, 'drain'), this.#failed]);
    return batch;
  }

  override async onEnd(): Promise<Batch> {
    const finished = once(this.#file(), 'finish');
    this.#out!.end();
    await Promise.race([finished, this.#failed]);
    this.#finished = true;
    return [];
  }

  override async onClose(): Promise<void> {
    if (this.#out === undefined || this.#finished || this.#out.destroyed) return;
    const closed = once(this.#out, 'close');
    this.#out.destroy();
    await closed;
  }

  /** One listener for the whole life: an error between two batches must not be an uncaught one. */
  #file(): Writable {
    if (this.#out === undefined) {
      const out = this.#storage.create(this.#path);
      this.#out = out;
      this.#failed = new Promise((_resolve, reject) => out.on('error', reject));
      this.#failed.catch(() => undefined);
    }
    return this.#out;
  }
}

/**
 * Keeps a copy of the rows that pass, in the form of the results file. The file is there, whole, when the step has
 * flushed; after a failure nothing of it is left.
 * @param path of the warehouse's local storage
 */
export function copyTo(
  warehouse: Pick<Warehouse, 'local'>,
  path: string,
  { columns = dnsResults.columns, delimiter = '\t' }: { columns?: Columns; delimiter?: string } = {},
): RowTransform {
  return new CopyTo(warehouse.local, path, columns, delimiter);
}
