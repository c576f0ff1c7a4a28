/** `sql`: for a person, for a program, for another DuckDB; and reading only. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DNS_TABLES } from '../../schemas/dns.js';
import { cli, PROGRAM, start } from './cli.js';
import { contents, DATE, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let home: string;
beforeAll(async () => {
  home = await homes.empty();
  expect(await inProcess(home, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
});

const sql = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await inProcess(home, 'sql', ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
/** Control and format characters, but for the line end. */
const CONTROL = /[^\P{C}\n]/u;
const HOSTILE = `SELECT 'esc' AS what, chr(27) || '[2J' AS text UNION ALL SELECT 'bidi', 'a' || chr(8238) || 'b'
UNION ALL SELECT 'c1', chr(155) || '0m' UNION ALL SELECT 'line', 'a' || chr(10) || 'b' UNION ALL SELECT 'tag', chr(917569) ORDER BY what`;

describe('sql', () => {
  it('prints a table for a person, missing values as nothing', async () => {
    const printed = await sql("SELECT 1 AS n, 'x' AS text, NULL AS nothing, [1, 2] AS list, {'a': 1} AS struct");
    expect(printed).toBe(
      [
        '  n  text  nothing  list   struct',
        '  -  ----  -------  -----  -------',
        '  1  x              [1,2]  {"a":1}',
        '',
      ].join('\n'),
    );
    expect(await sql('SELECT 1 WHERE false')).toBe('no rows\n');
  });

  it('--json prints one array of objects: null as null, an integer beyond 2^53 as text', async () => {
    const printed = await sql(
      '--json',
      "SELECT 7 AS small, 9007199254740993 AS big, NULL AS nothing, 0.1 AS tenth, DATE '2016-07-08' AS day, true AS yes",
    );
    expect(printed).toBe(
      '[{"small":7,"big":"9007199254740993","nothing":null,"tenth":0.1,"day":"2016-07-08","yes":true}]\n',
    );
    expect(await sql('--json', 'SELECT 1 WHERE false')).toBe('[]\n');
  });

  it('--csv prints a header line, also without rows, and quotes where needed', async () => {
    const query = `SELECT 'a,b' AS "with,comma", 'say "x"' AS q, 'two' || chr(10) || 'lines' AS l, NULL AS nothing, 9007199254740993 AS big`;
    expect(await sql('--csv', query)).toBe(
      '"with,comma",q,l,nothing,big\n"a,b","say ""x""","two\nlines",,9007199254740993\n',
    );
    expect(await sql('--csv', 'SELECT * FROM dns_dendro WHERE false')).toBe(
      'unix_tstamp,dns_a,dns_qry_name,ip_dst,y,m,d\n',
    );
  });

  it('shows no character that moves a cursor or turns a text round', async () => {
    const [table, json] = [await sql(HOSTILE), await sql('--json', HOSTILE)];
    expect(table).not.toMatch(CONTROL);
    expect(table).toContain('\\u{1b}[2J');
    expect(table).toContain('a\\u{202e}b');
    expect(json).not.toMatch(CONTROL);
    expect((JSON.parse(json) as { text: string }[]).map(({ text }) => text)).toEqual([
      'a\u202eb',
      '\u009b0m',
      '\u001b[2J',
      'a\nb',
      '\u{e0041}',
    ]);
    const names = await sql('SELECT dns_qry_name, query_rep, tld FROM dns_scores ORDER BY score');
    expect(names).not.toMatch(CONTROL);
    expect(names).toContain('elpmaxe\\u{202e}gpj.example');
    // Neither in what an error says.
    const failed = await inProcess(home, 'sql', 'SELECT "\u001b[2J"');
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).not.toMatch(CONTROL);
  });

  it('knows the tables by their names, partitions included', async () => {
    expect(await sql('--json', 'SELECT count(*) AS n, min(y) AS y, max(h) AS h FROM dns')).toBe(
      '[{"n":2000,"y":2016,"h":23}]\n',
    );
    const shown = JSON.parse(await sql('--json', 'SHOW TABLES')) as { name: string }[];
    expect(shown.map(({ name }) => name).sort()).toEqual(Object.keys(DNS_TABLES).sort());
  });

  it('gives the values as they are: every name of the results is found by its own text', async () => {
    const rows = JSON.parse(await sql('--json', 'SELECT DISTINCT dns_qry_name AS name FROM dns_scores')) as {
      name: string;
    }[];
    const file = await readFile(join(home, `data/dns/${DATE}/dns_results.csv`), 'utf8');
    const names = new Set(
      file
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t')[4]),
    );
    expect(new Set(rows.map(({ name }) => name))).toEqual(names);
  });

  it.each([
    'DROP TABLE dns_scores',
    'CREATE TABLE x AS SELECT 1',
    'INSERT INTO dns_scores SELECT * FROM dns_scores',
    "COPY (SELECT 1) TO 'out.csv'",
    "EXPORT DATABASE 'out'",
    "ATTACH 'out.db'",
    'SET threads = 1',
    'SELECT 1; DROP TABLE dns_scores',
    'WITH a AS (SELECT 1) INSERT INTO dns_scores SELECT * FROM a',
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'out.csv'",
    'INSTALL httpfs',
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('../secret.txt')",
    'SELECT',
    '',
  ])('refuses %j and changes nothing', async (statement) => {
    const before = await contents(home);
    const ended = await inProcess(home, 'sql', statement);
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^spot-dns-oa: QUERY_FAILED: .+\n$/);
    expect(await contents(home)).toEqual(before);
  });

  it.each([[[]], [['SELECT 1', '--views']], [['--json', '--csv', 'SELECT 1']], [['SELECT 1', 'SELECT 2']]])(
    'with %j is wrong usage',
    async (args) => {
      expect(await inProcess(home, 'sql', ...args)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(/^spot-dns-oa: USAGE: /) as string,
      });
    },
  );

  it('--views prints statements that open the warehouse in any DuckDB', async () => {
    const views = await sql('--views');
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(views);
    const query =
      "SELECT 'dns' AS name, count(*) AS n FROM dns UNION ALL SELECT 'scores', count(*) FROM dns_scores WHERE y = 2016 AND m = 7 AND d = 8 UNION ALL SELECT 'edge', sum(hh) FROM dns_edge UNION ALL SELECT 'none', count(*) FROM dns_storyboard ORDER BY name";
    const found = (await connection.runAndReadAll(query)).getRowObjectsJson();
    connection.closeSync();
    database.closeSync();
    const expected = JSON.parse(await sql('--json', query)) as { name: string; n: number }[];
    expect(found.map(({ name, n }) => ({ name, n: Number(n) }))).toEqual(expected);
    expect(expected.find(({ name }) => name === 'scores')).toEqual({ name: 'scores', n: 500 });
  });

  it('ends quietly when its reader goes', async () => {
    const pipe = '"$0" "$1" sql "SELECT a.* FROM dns a, range(9)" --json | head -c 5';
    const ended = await start('sh', ['-c', pipe, process.execPath, PROGRAM], { cwd: home }).ended;
    expect(ended).toEqual({ status: 0, signal: null, stdout: '[{"fr', stderr: '' });
  });

  it('says so when its output cannot be written', async () => {
    const ended = await start('sh', ['-c', '"$0" "$1" sql "SELECT 1" > /dev/full', process.execPath, PROGRAM], {
      cwd: home,
    }).ended;
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/^spot-dns-oa: STORAGE_FAILED: standard output: .*ENOSPC/);
  });

  it('works on another folder, and in one where nothing is yet', async () => {
    const elsewhere = await homes.empty();
    await writeFile(
      join(elsewhere, 'config.json'),
      JSON.stringify({ storage: { type: 'local', root: 'warehouse' } }),
    );
    const ended = await cli(
      elsewhere,
      'sql',
      'SELECT count(*) AS n FROM dns_scores',
      '--config',
      'config.json',
      '--json',
    );
    expect(ended).toEqual({ status: 0, signal: null, stdout: '[{"n":0}]\n', stderr: '' });
    const given = await inProcess(
      elsewhere,
      'sql',
      'SELECT count(*) AS n FROM dns',
      '--json',
      '--data',
      join(home, 'spot-data'),
    );
    expect(given.stdout).toBe('[{"n":2000}]\n');
  });
});
