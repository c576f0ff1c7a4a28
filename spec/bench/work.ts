/**
 * One measurement, in a process of its own so that its peak memory is its own: `node work.js NAME FILE FOLDER`. Prints
 * rows, seconds and peak resident memory as JSON.
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import csv from 'csv-parser';
import { dnsResults } from '../../schemas/dns.js';
import { DNS_QRY_CLASS, DNS_QRY_RCODE, DNS_QRY_TYPE } from '../../schemas/iana-tables.js';
import { compose, pipe } from '../../streams/pipe.js';
import { RowSink } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { publicSuffix } from '../../streams/calculations/public-suffix.js';
import { readResults } from '../../streams/sources/read-results.js';
import { hour } from '../../streams/transforms/hour.js';
import { ianaNames } from '../../streams/transforms/iana-names.js';
import { networkContext } from '../../streams/transforms/network-context.js';
import { severity } from '../../streams/transforms/severity.js';
import { tld } from '../../streams/transforms/tld.js';
import { loadNetworkContext } from '../../lib/lookups/network-context.js';
import { openWarehouse } from '../../lib/open-warehouse.js';

const [name = '', file = '', folder = ''] = process.argv.slice(2);

/** 1,024 ranges of 10.0.0.0/8, so that a look-up has something to search. */
async function contextFile(): Promise<string> {
  const path = `${folder}/networkcontext.csv`;
  const lines = Array.from({ length: 1024 }, (_, i) => `10.${i >> 2}.${(i & 3) * 64}.0/18,net ${i}`);
  await writeFile(path, `ip,description\n${lines.join('\n')}\n`);
  return path;
}

const contexts = await loadNetworkContext({ files: [await contextFile()] });
const enrich = () => compose(tld(), severity(), hour(), ianaNames(), networkContext(contexts));

const nothing = () => {
  const target = { write: () => Promise.resolve(), commit: () => Promise.resolve(), abort: () => Promise.resolve() };
  return new RowSink({}, () => Promise.resolve(target));
};

/** The way most Node code does it: one row at a time through object-mode streams. */
async function rowAtATime(): Promise<number> {
  let rows = 0;
  const steps = enrich();
  const columns = Object.entries(dnsResults.columns);
  const signal = new AbortController().signal;
  const sink = new Writable({
    objectMode: true,
    write(row: Record<string, unknown>, _encoding, callback) {
      for (const [column, kind] of columns)
        if (kind !== 'string') row[column] = row[column] === 'null' ? null : Number(row[column]);
      void Promise.resolve(steps.onBatch([row] as never, signal)).then(() => {
        rows += 1;
        callback();
      }, callback);
    },
  });
  await pipeline(
    createReadStream(file),
    csv({ separator: '\t', headers: columns.map(([column]) => column), quote: '\u0000', escape: '\u0000' }),
    sink,
  );
  return rows;
}

async function ours(to: 'nothing' | 'parquet'): Promise<number> {
  const warehouse = await openWarehouse({ storage: { type: 'local', root: `${folder}/warehouse` } });
  try {
    const sink = to === 'nothing' ? nothing() : writeTable(warehouse, 'dns_scores', { date: '20160708' });
    return (await pipe(readResults(warehouse, { file }), enrich(), sink)).written;
  } finally {
    await warehouse.close();
  }
}

/** The same columns by SQL: suffixes and names by joins, the context by the ranges' integers, one thread. */
async function duckdb(to: 'nothing' | 'parquet'): Promise<number> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const values = (rows: readonly (readonly [number | string, string])[]) =>
    rows.map(([key, text]) => `(${typeof key === 'number' ? key : quoted(key)}, ${quoted(text)})`).join(', ');
  const types = { string: 'VARCHAR', bigint: 'BIGINT', int: 'INTEGER', double: 'DOUBLE' } as Record<string, string>;
  const columns = Object.entries(dnsResults.columns).map(
    ([column, kind]) => `${column}: '${types[kind.replace('?', '')]!}'`,
  );
  const read = `read_csv(${quoted(file)}, delim = '\t', quote = '', escape = '', header = false, nullstr = 'null', auto_detect = false, columns = {${columns.join(', ')}})`;
  const make = async (table: string, key: string, rows: readonly (readonly [number | string, string])[]) =>
    void (await connection.run(`CREATE TABLE ${table} AS SELECT * FROM (VALUES ${values(rows)}) t(${key}, name)`));
  await make('classes', 'code', [...DNS_QRY_CLASS]);
  await make('types', 'code', [...DNS_QRY_TYPE]);
  await make('rcodes', 'code', [...DNS_QRY_RCODE]);
  const names = await connection.runAndReadAll(
    `SELECT DISTINCT regexp_extract(lower(dns_qry_name), '[^.]*\\.?[^.]*$') FROM ${read}`,
  );
  const suffixes = new Set(names.getRows().map(([text]) => publicSuffix(String(text))));
  await make(
    'suffixes',
    'suffix',
    [...suffixes].map((suffix) => [suffix, suffix] as const),
  );
  await connection.run(
    `CREATE TABLE contexts AS SELECT (10 << 24) + i * 16384 AS low, 'net ' || i AS name FROM range(1024) t(i)`,
  );
  const select = `SELECT r.frame_time, r.unix_tstamp, r.ip_dst, r.dns_qry_name, r.dns_qry_class, r.dns_qry_type, r.dns_qry_rcode, r.score,
    coalesce(s2.name, s1.name, l1) AS tld, '' AS query_rep, lpad(regexp_extract(r.frame_time, '(?:^|[^0-9])([0-9]{1,2}):([0-9]{2})', 1), 2, '0') AS hh,
    coalesce(c.name, 'Unknown (' || r.dns_qry_class || ')') AS dns_qry_class_name, coalesce(t.name, 'Unknown (' || r.dns_qry_type || ')') AS dns_qry_type_name,
    coalesce(rc.name, 'Unknown (' || r.dns_qry_rcode || ')') AS dns_qry_rcode_name, coalesce(n.name, '') AS network_context
  FROM (SELECT *, regexp_extract(lower(dns_qry_name), '[^.]*$') AS l1, regexp_extract(lower(dns_qry_name), '[^.]*\\.[^.]*$') AS l2,
      (CASE WHEN ip_dst LIKE '10.%.%.%' THEN (10 << 24) + (split_part(ip_dst, '.', 2)::INT << 16) + (split_part(ip_dst, '.', 3)::INT << 8) + split_part(ip_dst, '.', 4)::INT ELSE -1 END) AS ip
    FROM ${read}) r
  LEFT JOIN suffixes s2 ON s2.suffix = r.l2 LEFT JOIN suffixes s1 ON s1.suffix = r.l1
  LEFT JOIN classes c ON c.code = try_cast(r.dns_qry_class AS INT) LEFT JOIN types t ON t.code = r.dns_qry_type
  LEFT JOIN rcodes rc ON rc.code = r.dns_qry_rcode ASOF LEFT JOIN contexts n ON r.ip >= n.low`;
  start = performance.now(); // making the small tables is not the work
  if (to === 'parquet') {
    const result = await connection.run(
      `COPY (${select}) TO ${quoted(`${folder}/duckdb.parquet`)} (FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION v1)`,
    );
    return Number((await result.getRows())[0]?.[0]);
  }
  const parts =
    'frame_time dns_qry_name tld hh dns_qry_class_name dns_qry_type_name dns_qry_rcode_name network_context ip_dst'.split(
      ' ',
    );
  const sums = parts.map((column) => `sum(length(${column}))`);
  const [row] = (
    await connection.runAndReadAll(
      `SELECT count(*), sum(score), sum(unix_tstamp), ${sums.join(', ')} FROM (${select})`,
    )
  ).getRows();
  return Number(row?.[0]);
}

const WORK: Record<string, () => Promise<number>> = {
  'ours-nothing': () => ours('nothing'),
  'ours-parquet': () => ours('parquet'),
  'duckdb-nothing': () => duckdb('nothing'),
  'duckdb-parquet': () => duckdb('parquet'),
  'csv-parser-nothing': rowAtATime,
};

let start = performance.now();
const rows = await WORK[name]!();
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ name, rows, seconds, peakMB: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
