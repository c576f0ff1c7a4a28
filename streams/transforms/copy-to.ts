import type { Columns } from '../../schemas/columns.js';
import { dnsResults } from '../../schemas/dns.js';
import { resultLine } from '../calculations/result-line.js';
import type { Batch, Storage, Warehouse } from '../contracts.js';
import { RowTransform } from '../rows.js';
import { OutputFile } from '../output-file.js';

class CopyTo extends RowTransform {
  override readonly keepsRows = true;
  readonly #storage: Storage;
  readonly #path: string;
  readonly #columns: readonly string[];
  readonly #delimiter: string;
  #opened: OutputFile | undefined;

  constructor(storage: Storage, path: string, columns: Columns, delimiter: string) {
    super(columns);
    this.#storage = storage;
    this.#path = path;
    this.#columns = Object.keys(columns);
    this.#delimiter = delimiter;
  }

  get #file(): OutputFile {
    return (this.#opened ??= new OutputFile(this.#storage.create(this.#path)));
  }

  override async onBatch(batch: Batch): Promise<Batch> {
    await this.#file.write(batch.map((row) => resultLine(row, this.#columns, this.#delimiter)).join(''));
    return batch;
  }

  override async onEnd(): Promise<Batch> {
    await this.#file.finish();
    return [];
  }

  override async onClose(): Promise<void> {
    await this.#opened?.undo();
  }
}

/**
 * Keeps a copy of the rows that pass, in the form of the results file. The file is there, whole, when the step has
 * flushed; after a failure before that nothing of it is left.
 * @param path of the warehouse's local storage
 */
export function copyTo(
  warehouse: Pick<Warehouse, 'local'>,
  path: string,
  { columns = dnsResults.columns, delimiter = '\t' }: { columns?: Columns; delimiter?: string } = {},
): RowTransform {
  return new CopyTo(warehouse.local, path, columns, delimiter);
}
