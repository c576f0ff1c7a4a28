/**
 * `HIVESERVER2=host:port node dist/spec/bench/details.js [--rows 1000000] [--suspicious 1000] [--asked 60]`: the rows of
 * dns_edge by our one statement, beside one query for each suspicious row as the Python OA asked, on the same Spark
 * server (NOSASL). Of the latter only `--asked` are asked, and their time is multiplied: there is nothing to gain in more.
 */
import { parseArgs } from 'node:util';
import { clusterDialect } from '../../lib/engine/cluster-dialect.js';
import { edgeQuery } from '../../lib/engine/dns-queries.js';
import { HiveServer2 } from '../../lib/engine/hiveserver2.js';
import { parseDay } from '../../schemas/days.js';
import { dns, dnsScores } from '../../schemas/dns.js';
import { partitionValues } from '../../schemas/tables.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    suspicious: { type: 'string', default: '1000' },
    asked: { type: 'string', default: '60' },
  },
});
const [rows, suspicious, asked] = [Number(values.rows), Number(values.suspicious), Number(values.asked)];
const { HIVESERVER2: server } = process.env;
const say = (line: string) => process.stdout.write(`${line}\n`);

const day = parseDay('20160708');
const HOURS = [0, 4, 11, 17];
const database = `spot_dns_oa_bench_${process.pid}`;
const dialect = clusterDialect({ name: 'hive', database });

/** Raw rows of one hour: names of which some are asked for often and most rarely, as names are. */
const rawRows = (hour: number) => `SELECT 'Jul  8 2016 04:12:39.1 UTC', ${day.start + hour * 3600} + id % 3600,
  CAST(60 + id % 400 AS INT), concat('10.0.', CAST(id % 250 AS STRING), '.15'), '10.0.0.53',
  concat('host-', CAST(CAST(pow(id * 7919 % 10007, 1.5) AS BIGINT) AS STRING), '.example.com'), '0x00000001',
  CAST(1 AS INT), CAST(0 AS INT), '192.0.2.1' FROM range(${Math.ceil(rows / HOURS.length)})`;

async function makeTables(client: HiveServer2): Promise<void> {
  await client.execute(dialect.createDatabase(database));
  for (const table of [dns, dnsScores]) await client.execute(dialect.createManagedTable(table));
  for (const hour of HOURS) {
    const values = partitionValues(dns, day, hour);
    await client.execute(dialect.insertInto(dns, values).replace(/VALUES $/, rawRows(hour)));
  }
  const picked = `SELECT 'Jul  8 2016 04:12:39.1 UTC', t, '10.0.0.15', name, '0x00000001', CAST(1 AS INT), CAST(0 AS INT),
  CAST(0.001 AS DOUBLE), 'com', '', '04', 'Internet (IN)', 'A', 'NoError', '' FROM (
    SELECT dns_qry_name AS name, MIN(unix_tstamp) AS t FROM ${dialect.table(dns)} GROUP BY dns_qry_name
    ORDER BY dns_qry_name LIMIT ${suspicious}) names`;
  await client.execute(dialect.insertInto(dnsScores, partitionValues(dnsScores, day)).replace(/VALUES $/, picked));
}

/** What the Python OA asks for one suspicious row. */
const perRow = (name: string, time: number) =>
  `SELECT unix_tstamp, frame_len, ip_dst, ip_src, dns_qry_name, dns_qry_class, dns_qry_type, dns_qry_rcode, dns_a FROM ${dialect.table(dns)}
WHERE y = 2016 AND m = 7 AND d = 8 AND dns_qry_name LIKE ${dialect.literal(`%${name}%`, 'string')} AND h = ${Math.floor((time % 86_400) / 3600)} LIMIT 250`;

async function seconds(work: () => Promise<number>): Promise<{ seconds: number; rows: number }> {
  const start = performance.now();
  const found = await work();
  return { seconds: (performance.now() - start) / 1000, rows: found };
}

async function rowsOf(client: HiveServer2, sql: string): Promise<number> {
  let count = 0;
  for await (const page of client.pages(sql)) count += page.length;
  return count;
}

async function compare(client: HiveServer2): Promise<void> {
  const names: { name: string; time: number }[] = [];
  for await (const page of client.pages(
    `SELECT dns_qry_name, unix_tstamp FROM ${dialect.table(dnsScores)} LIMIT ${asked}`,
  ))
    names.push(...page.map((row) => ({ name: String(row.dns_qry_name), time: Number(row.unix_tstamp) })));
  const edge = edgeQuery(dialect, day, 250);
  // The first of each warms the server up.
  await rowsOf(client, edge);
  for (const { name, time } of names.slice(0, 5)) await rowsOf(client, perRow(name, time));
  const one = await seconds(() => rowsOf(client, edge));
  const many = await seconds(async () => {
    let count = 0;
    for (const { name, time } of names) count += await rowsOf(client, perRow(name, time));
    return count;
  });
  const all = (many.seconds / names.length) * suspicious;
  say(`${rows} raw rows, ${suspicious} suspicious ones, one run; Node ${process.version}\n`);
  say('| way | seconds | of the other (target 50 times) |\n|---|---|---|');
  say(
    `| one statement, ${one.rows} rows fetched | ${one.seconds.toFixed(2)} | ${(all / one.seconds).toFixed(0)} times |`,
  );
  say(
    `| a query for each suspicious row (${names.length} asked, ${many.seconds.toFixed(1)} s) | ${all.toFixed(0)} | 1 |`,
  );
}

if (server) {
  const client = new HiveServer2({ dialect: 'hive', auth: 'nosasl', hosts: [server] });
  try {
    await makeTables(client);
    await compare(client);
  } finally {
    await client.execute(`DROP DATABASE IF EXISTS ${database} CASCADE`);
    await client.close();
  }
} else {
  say('details: skipped, for HIVESERVER2 is not set (host:port of a Spark server)');
}
