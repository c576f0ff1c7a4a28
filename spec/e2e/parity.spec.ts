/** The four tables against an independent computation, row by row and column by column. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cli } from './cli.js';
import { DATE, RESULT_TABLES, rowsOf, temporaryHomes, type OaTable } from './homes.js';
import type { PlainRow } from './parquet-rows.js';
import { plainOa, type PlainTables } from './plain-oa.js';

const homes = temporaryHomes();
const sorted = (rows: PlainRow[]): PlainRow[] =>
  rows
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);

/** Jest takes long to compare many rows: it gets the first that differs. */
function expectSameRows(found: PlainRow[], expected: PlainRow[]): void {
  expect(found).toHaveLength(expected.length);
  const at = expected.findIndex((row, i) => !isDeepStrictEqual(found[i], row));
  if (at >= 0) expect({ at, ...found[at] }).toEqual({ at, ...expected[at] });
}

/** The design document's columns, in its order; its misprint `ns_qry_name` put right. */
const COLUMNS = {
  dns_scores:
    'frame_time unix_tstamp ip_dst dns_qry_name dns_qry_class dns_qry_type dns_qry_rcode score tld query_rep hh dns_qry_class_name dns_qry_type_name dns_qry_rcode_name network_context',
  dns_edge:
    'unix_tstamp frame_len ip_dst ip_src dns_qry_name dns_qry_class dns_qry_type dns_qry_rcode dns_a hh dns_qry_class_name dns_qry_type_name dns_qry_rcode_name network_context',
  dns_dendro: 'unix_tstamp dns_a dns_qry_name ip_dst',
  dns_ingest_summary: 'tdate total',
};

/** How many rows each key has, the most first. */
function sizes(rows: PlainRow[], key: (row: PlainRow) => unknown): number[] {
  const counts = new Map<unknown, number>();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
}

const CASES = [
  { name: 'the sample day, 60,000 rows and the usual limit', demo: [], run: null, limit: 500 },
  {
    name: 'all results of a smaller day',
    demo: ['--rows', '6000', '--seed', '7'],
    run: ['run', '-d', DATE, '-l', 'all', '--config', 'spot-data/demo/settings.json'],
    limit: Infinity,
  },
];

describe.each(CASES)('$name', ({ demo, run, limit }) => {
  const found = {} as Record<OaTable, PlainRow[]>;
  let expected: PlainTables;

  beforeAll(async () => {
    const home = await homes.empty();
    expect(await cli(home, 'demo', ...demo)).toMatchObject({ status: 0 });
    if (run) expect(await cli(home, ...run)).toMatchObject({ status: 0 });
    expected = await plainOa(join(home, 'spot-data'), DATE, limit);
    for (const table of RESULT_TABLES) found[table] = await rowsOf(home, table);
  });

  it('gives dns_scores in the order of the results', () => {
    expectSameRows(found.dns_scores, expected.dns_scores);
  });

  it.each(['dns_edge', 'dns_dendro', 'dns_ingest_summary'] as const)('gives %s', (table) => {
    expectSameRows(sorted(found[table]), sorted(expected[table]));
  });

  it.each(RESULT_TABLES)('gives %s the columns of the design document', (table) => {
    expect(Object.keys(found[table][0]!).join(' ')).toBe(COLUMNS[table]);
  });

  it('meets the limit of 250 rows in details and dendrogram', () => {
    const ofName = sizes(found.dns_edge, ({ dns_qry_name, hh }) => `${String(hh)} ${String(dns_qry_name)}`);
    const ofClient = sizes(found.dns_dendro, ({ ip_dst }) => ip_dst);
    expect([ofName[0], ofClient[0]]).toEqual([250, 250]);
  });
});
