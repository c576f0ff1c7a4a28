/** Loopback servers and their clients for the length of a test. */
import { HiveServer2, type HiveServer2Options } from '../../lib/engine/hiveserver2.js';
import type { Row } from '../../schemas/columns.js';
import {
  startFakeHiveServer2,
  type FakeAnswer,
  type FakeHiveServer2,
  type FakeHiveServer2Options,
} from './hiveserver2-server.js';

const servers: FakeHiveServer2[] = [];
const clients: HiveServer2[] = [];

export const COLUMNS = [
  { name: 'n', type: 'int' },
  { name: 'name', type: 'string' },
];

/** `{ n: 0, name: 'name 0' }` and so on. */
export const numbered = (count: number): FakeAnswer => ({
  columns: COLUMNS,
  rows: Array.from({ length: count }, (_, i) => [i, `name ${i}`]),
});

export async function serve(options: Partial<FakeHiveServer2Options> = {}): Promise<FakeHiveServer2> {
  const server = await startFakeHiveServer2({ run: async () => numbered(25), ...options });
  servers.push(server);
  return server;
}

export function client(options: Partial<HiveServer2Options> & { hosts: readonly string[] }): HiveServer2 {
  const made = new HiveServer2({ dialect: 'impala', auth: 'nosasl', user: 'spot', pageRows: 10, ...options });
  clients.push(made);
  return made;
}

export const at = (...many: FakeHiveServer2[]): string[] => many.map(({ port }) => `127.0.0.1:${port}`);

export async function rowsOf(pages: AsyncIterable<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** The error that a promise rejects with. */
export const failureOf = (work: Promise<unknown>): Promise<Error & Record<string, unknown>> =>
  work.then(
    () => Promise.reject(new Error('expected an error')),
    (error: Error & Record<string, unknown>) => error,
  );

export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((one) => one.close()));
  await Promise.all(servers.splice(0).map((one) => one.close()));
});
