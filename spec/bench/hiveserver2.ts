/**
 * `HIVESERVER2=host:port node dist/spec/bench/hiveserver2.js [--rows 1000000] [--times 5]`: a large result fetched from
 * a Spark server (NOSASL) beside Python's impyla on the same server, rows built by both. Each measurement is a process
 * of its own, in turns; medians.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { HiveServer2 } from '../../lib/engine/hiveserver2.js';
import { pythonWithImpyla } from './impyla.js';

export interface FetchMeasurement {
  readonly rows: number;
  /** From the statement to the last row. */
  readonly seconds: number;
  readonly firstSeconds: number;
  readonly processorSeconds: number;
  readonly peakMB: number;
}

export interface FetchBench {
  readonly ours: FetchMeasurement;
  readonly impyla: FetchMeasurement;
}

const run = promisify(execFile);
const PROGRAM = fileURLToPath(import.meta.url);

/** INT, SMALLINT, TINYINT, BIGINT, FLOAT, DOUBLE, STRING, STRING with nulls, INT and BOOLEAN. */
const COLUMNS = [
  'CAST(id AS INT) AS a',
  'CAST(id % 30000 AS SMALLINT) AS b',
  'CAST(id % 100 AS TINYINT) AS c',
  'id * 1000003 AS d',
  'CAST(id / 3 AS FLOAT) AS e',
  'CAST(id AS DOUBLE) / 7 AS f',
  "concat('host-', CAST(id % 5000 AS STRING), '.example.com') AS g",
  "CASE WHEN id % 7 = 0 THEN NULL ELSE concat('query ', CAST(id AS STRING)) END AS h",
  'CAST(id % 24 AS INT) AS i',
  'id % 2 = 0 AS j',
];

/** What impyla's users do. The pages are of the size that served it best. */
const PYTHON = `
import json, resource, sys, time
from impala.dbapi import connect
host, port, sql = sys.argv[1:4]
cursor = connect(host, int(port), auth_mechanism='NOSASL').cursor()
start, first, rows = time.time(), 0, 0
cursor.execute(sql)
while True:
    page = cursor.fetchmany(10000)
    if not page:
        break
    first = first or time.time() - start
    rows += len(page)
seconds = time.time() - start
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({'rows': rows, 'seconds': seconds, 'firstSeconds': first,
                  'processorSeconds': usage.ru_utime + usage.ru_stime, 'peakMB': usage.ru_maxrss / 1024}))
`;

const clientOf = (server: string) => new HiveServer2({ dialect: 'hive', auth: 'nosasl', hosts: [server] });

/** Fetches the whole result of a query. For a process of its own, whose peak it tells. */
export async function fetchAll(server: string, sql: string): Promise<FetchMeasurement> {
  const client = clientOf(server);
  const start = performance.now();
  let [rows, first] = [0, 0];
  for await (const page of client.pages(sql)) {
    first ||= performance.now() - start;
    rows += page.length;
  }
  const seconds = (performance.now() - start) / 1000;
  await client.close();
  const { user, system } = process.cpuUsage();
  const peakMB = process.resourceUsage().maxRSS / 1024;
  return { rows, seconds, firstSeconds: first / 1000, processorSeconds: (user + system) / 1e6, peakMB };
}

/** Makes a table of so many rows, fetches it by both clients in turns, and drops it. */
export async function compareFetch(server: string, rows: number, times: number): Promise<FetchBench> {
  const python = await pythonWithImpyla();
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? [];
  const table = `spot_dns_oa_bench_${process.pid}`;
  const client = clientOf(server);
  const sql = `SELECT * FROM ${table}`;
  const [ours, impyla]: [FetchMeasurement[], FetchMeasurement[]] = [[], []];
  const measure = async (program: string, ...args: string[]) =>
    JSON.parse((await run(program, args)).stdout) as FetchMeasurement;
  try {
    await client.execute(
      `CREATE TABLE ${table} STORED AS PARQUET AS SELECT ${COLUMNS.join(', ')} FROM range(${rows})`,
    );
    // The first round warms the server up.
    for (let i = 0; i <= times; i++) {
      const round = [
        await measure(python, '-c', PYTHON, host, port, sql),
        await measure(process.execPath, PROGRAM, 'fetch', server, sql),
      ] as const;
      if (i === 0) continue;
      impyla.push(round[0]);
      ours.push(round[1]);
    }
  } finally {
    await client.execute(`DROP TABLE IF EXISTS ${table}`);
    await client.close();
  }
  return { ours: medianOf(ours), impyla: medianOf(impyla) };
}

function medianOf(list: readonly FetchMeasurement[]): FetchMeasurement {
  const median = (key: keyof FetchMeasurement) =>
    list.map((one) => one[key]).sort((a, b) => a - b)[list.length >> 1]!;
  return {
    rows: median('rows'),
    seconds: median('seconds'),
    firstSeconds: median('firstSeconds'),
    processorSeconds: median('processorSeconds'),
    peakMB: Math.max(...list.map(({ peakMB }) => peakMB)),
  };
}

/** As lines of a Markdown table. */
export function fetchTable({ ours, impyla }: FetchBench): string[] {
  const line = (name: string, one: FetchMeasurement) => {
    const ratio = (impyla.seconds / one.seconds).toFixed(2);
    const [rate, first] = [Math.round(one.rows / one.seconds), Math.round(one.firstSeconds * 1000)];
    return `| ${name} | ${rate} | ${ratio} | ${first} | ${one.processorSeconds.toFixed(1)} | ${Math.round(one.peakMB)} |`;
  };
  return [
    '| client | rows/s | of impyla (target 1.20) | first page ms | processor s | peak MB (target 150) |',
    '|---|---|---|---|---|---|',
    line('ours', ours),
    line('impyla', impyla),
  ];
}

if (process.argv[1] === PROGRAM) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: 'string', default: '1000000' }, times: { type: 'string', default: '5' } },
  });
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const [work, of, sql] = positionals;
  const server = process.env.HIVESERVER2;
  if (work === 'fetch') {
    say(JSON.stringify(await fetchAll(of!, sql!)));
  } else if (server) {
    const found = await compareFetch(server, Number(values.rows), Number(values.times));
    say(`${found.ours.rows} rows of 10 columns, median of ${values.times}; Node ${process.version}\n`);
    fetchTable(found).forEach(say);
  } else {
    say('HiveServer2: skipped, for HIVESERVER2 is not set (host:port of a Spark server)');
  }
}
