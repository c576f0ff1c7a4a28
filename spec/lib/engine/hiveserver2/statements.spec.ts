import { HiveServer2 } from '../../../../lib/engine/hiveserver2.js';
import { startFakeHiveServer2 } from '../../../fakes/hiveserver2-server.js';

describe('a statement', () => {
  it('gives its rows, page by page', async () => {
    const rows = Array.from({ length: 25 }, (_, i) => [i, `text ${i}`, i % 3 ? null : BigInt(i)]);
    const columns = [
      { name: 'n', type: 'int' },
      { name: 't', type: 'string' },
      { name: 'b', type: 'bigint' },
    ];
    for (const dialect of ['impala', 'hive'] as const) {
      const server = await startFakeHiveServer2({
        dialect,
        run: async (sql) => (sql === 'DDL' ? null : { columns, rows }),
      });
      const client = new HiveServer2({ dialect, auth: 'nosasl', hosts: [`127.0.0.1:${server.port}`], pageRows: 10 });
      const pages: number[] = [];
      for await (const page of client.pages('SELECT')) {
        pages.push(page.length);
      }
      expect(pages).toEqual([10, 10, 5]);
      await client.execute('DDL');
      await client.close();
      expect(server.operations).toBe(0);
      await server.close();
    }
  });
});
