/** A cluster's SQL over files in memory, for the specs beside this. */
import { FakeClusterSql, type FakeClusterSqlOptions, type ServerDialect } from '../cluster-sql.js';
import { MemoryStorage } from '../memory-storage.js';
import { parquetBytes } from '../parquet-file.js';
import type { Columns, Row } from '../../../schemas/columns.js';

export const DIALECTS: ServerDialect[] = ['impala', 'hive'];

export interface Cluster {
  readonly storage: MemoryStorage;
  readonly sql: FakeClusterSql;
  /** The rows of a result. */
  rows(statement: string): Promise<unknown[][]>;
  put(path: string, columns: Columns, rows: Row[]): void;
  /** `sqlState message`, its first line. */
  refusal(statement: string): Promise<string>;
}

const open: FakeClusterSql[] = [];
afterEach(async () => {
  for (const sql of open.splice(0)) await sql.close();
});

/** With the table `spot.t (n BIGINT, name STRING)`, partitioned by `y SMALLINT, d TINYINT`, in `/t`; closed after the test. */
export async function clusterOf(
  dialect: ServerDialect,
  options: Partial<FakeClusterSqlOptions> = {},
): Promise<Cluster> {
  const storage = new MemoryStorage();
  const sql = new FakeClusterSql({ storage, dialect, ...options });
  open.push(sql);
  await sql.run('CREATE DATABASE spot');
  await sql.run('USE spot');
  await sql.run(
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`spot\`.\`t\` (\`n\` BIGINT, \`name\` STRING) PARTITIONED BY (\`y\` SMALLINT, \`d\` TINYINT) STORED AS PARQUET LOCATION 'hdfs://nn:8020/t'`,
  );
  return {
    storage,
    sql,
    rows: async (statement) => (await sql.run(statement))?.rows ?? [],
    put: (path, columns, rows) => storage.put(path, parquetBytes(columns, rows)),
    refusal: async (statement) => {
      const error = await sql.run(statement).then(
        () => undefined,
        (one: Error & { sqlState?: string }) => one,
      );
      return error === undefined ? 'no error' : `${error.sqlState} ${error.message.split('\n')[0]!}`;
    },
  };
}
