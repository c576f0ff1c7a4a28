/** `sql` and `init`, as a user types them. */
import { DuckDBInstance } from '@duckdb/node-api';
import { rm } from 'node:fs/promises';
import { cli } from './cli.js';
import { DATE, rowsOf, temporaryHomes } from './homes.js';

const homes = temporaryHomes();
let home: string;
beforeAll(async () => {
  home = await homes.empty();
  expect((await cli(home, 'demo', '--rows', '2000')).status).toBe(0);
});

describe('sql', () => {
  it('prints a table, JSON or CSV', async () => {
    const query = `SELECT 1 AS one, NULL AS none, 'a "b", c' AS text, 9007199254740993 AS big`;
    expect((await cli(home, 'sql', query, '--json')).stdout).toBe(
      '[{"one":1,"none":null,"text":"a \\"b\\", c","big":"9007199254740993"}]\n',
    );
    expect((await cli(home, 'sql', query, '--csv')).stdout).toBe(
      'one,none,text,big\n1,,"a ""b"", c",9007199254740993\n',
    );
    expect((await cli(home, 'sql', query)).stdout).toMatch(
      /^ {2}one +none +text +big\n[ -]+\n {2}1 +a "b", c +9007199254740993\n$/,
    );
  });

  it('knows every table, and none of the raw ones counts as another', async () => {
    const { stdout } = await cli(
      home,
      'sql',
      'SELECT (SELECT count(*) FROM dns) AS raw, (SELECT count(*) FROM dns_scores) AS scores',
      '--json',
    );
    expect(JSON.parse(stdout)).toEqual([{ raw: 2000, scores: 500 }]);
    const shown = await cli(home, 'sql', 'DESCRIBE dns_scores', '--json');
    expect((JSON.parse(shown.stdout) as { column_name: string }[]).map(({ column_name }) => column_name)).toContain(
      'query_rep',
    );
  });

  it('prints an empty array for no rows', async () => {
    expect((await cli(home, 'sql', 'SELECT tld FROM dns_scores WHERE false', '--json')).stdout).toBe('[]\n');
  });

  it('shows hostile values as text: no control character reaches the terminal', async () => {
    const { stdout } = await cli(
      home,
      'sql',
      `SELECT chr(27) || '[2J' || chr(8238) || 'x' || chr(10) || 'y' AS name`,
    );
    expect(stdout).toContain('\\u{1b}[2J\\u{202e}x\\u{a}y');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it.each([
    'DROP TABLE dns_scores',
    'CREATE TABLE x AS SELECT 1',
    "COPY (SELECT 1) TO 'x.csv'",
    "ATTACH 'x.db'",
    'INSTALL httpfs',
    "SELECT * FROM read_csv('/etc/passwd')",
    'SELECT 1; SELECT 2',
    'SELECT FROM',
  ])('refuses %j', async (query) => {
    const { status, stdout, stderr } = await cli(home, 'sql', query);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^spot-dns-oa: QUERY_FAILED: [^\n]*\n$/);
  });

  it.each([
    [['sql']],
    [['sql', 'SELECT 1', '--views']],
    [['sql', 'SELECT 1', '--json', '--csv']],
    [['sql', 'a', 'b']],
  ])('%j is wrong usage', async (args) => {
    const { status, stdout } = await cli(home, ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('--views open the warehouse in any DuckDB', async () => {
    const { stdout } = await cli(home, 'sql', '--views');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(stdout);
    const rows = await connection.runAndReadAll('SELECT count(*) FROM dns_scores WHERE y = 2016 AND m = 7 AND d = 8');
    expect(rows.getRows()).toEqual([[500n]]);
    expect((await connection.runAndReadAll('SELECT count(*) FROM dns_storyboard')).getRows()).toEqual([[0n]]);
  });
});

describe('init', () => {
  it('makes either layout once, and names what it made', async () => {
    const place = await homes.empty();
    const first = await cli(place, 'init', '--tables', 'spot-1.0');
    expect(first.stdout.split('\n').filter((line) => line.startsWith('created '))).toHaveLength(8);
    expect((await cli(place, 'init')).stdout).toBe('8 tables were there already\n');
    const { stdout } = await cli(place, 'sql', 'DESCRIBE dns_scores', '--json');
    const columns = (JSON.parse(stdout) as { column_name: string; column_type: string }[]).map((c) => [
      c.column_name,
      c.column_type,
    ]);
    expect(Object.fromEntries(columns)).toMatchObject({ ml_score: 'FLOAT', hh: 'INTEGER', frame_len: 'BIGINT' });
  });

  it('refuses another layout', async () => {
    expect((await cli(home, 'init', '--tables', 'mine')).status).toBe(2);
  });

  it('tables of Spot 1.0 are filled by a run, with _table.json or without', async () => {
    const place = await homes.empty();
    await cli(place, 'init', '--tables', 'spot-1.0');
    expect((await cli(place, 'demo', '--rows', '2000')).status).toBe(0);
    const documented = await rowsOf(home, 'dns_scores');
    const spot = await rowsOf(place, 'dns_scores');
    expect(spot.map((row) => [row.hh, row.dns_qry_name, row.ml_score])).toEqual(
      documented.map((row) => [Number(row.hh), row.dns_qry_name, Math.fround(row.score as number)]),
    );
    expect(spot.every(({ frame_len }) => typeof frame_len === 'number' || typeof frame_len === 'bigint')).toBe(true);
    // As a folder that was copied from HDFS: the newest file says what the columns are.
    await rm(`${place}/spot-data/dns/hive/oa/suspicious/_table.json`);
    expect(
      (await cli(place, 'run', '-d', DATE, '-l', '100', '--config', 'spot-data/demo/settings.json')).status,
    ).toBe(0);
    expect(await rowsOf(place, 'dns_scores')).toEqual(spot.slice(0, 100));
  });
});
