import type { StatementClient, StatementOptions } from '../../lib/engine/cluster-engine.js';
import type { Batch } from '../../streams/contracts.js';

/** Rows of a statement; nothing of those that are not answered. */
export type Answer = (sql: string) => Batch | Promise<Batch> | undefined;

/** A HiveServer2 client without a server: it notes what it is told, and answers as the test says. */
export class ToldClient implements StatementClient {
  readonly told: string[] = [];
  readonly overlays: StatementOptions['overlay'][] = [];
  isClosed = false;
  answer: Answer;

  constructor(answer: Answer = () => undefined) {
    this.answer = answer;
  }

  get statements(): number {
    return this.told.length;
  }

  async *pages(sql: string, { overlay }: StatementOptions = {}): AsyncGenerator<Batch> {
    this.told.push(sql);
    this.overlays.push(overlay);
    yield (await this.answer(sql)) ?? [];
  }

  async execute(sql: string, options?: StatementOptions): Promise<void> {
    for await (const page of this.pages(sql, options)) void page;
  }

  columns(): Promise<readonly { readonly name: string }[]> {
    return Promise.resolve([{ name: 'n' }]);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
