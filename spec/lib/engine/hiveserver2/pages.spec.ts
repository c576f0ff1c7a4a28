import { at, client, COLUMNS, failureOf, numbered, rowsOf, serve } from '../../../fakes/hiveserver2-fixture.js';

const many = (count: number) => numbered(count).rows.map(([n, name]) => ({ n, name }));

describe('pages', () => {
  it.each(['impala', 'hive'] as const)('are those of the result: %s', async (dialect) => {
    const server = await serve({ dialect });
    const lengths: number[] = [];
    for await (const page of client({ dialect, hosts: at(server) }).pages('SELECT 1')) lengths.push(page.length);
    expect(lengths).toEqual([10, 10, 5]);
    expect(server.executed).toEqual(['SELECT 1']);
    // Impala says when it is the last one, the others answer with an empty one.
    expect(server.asked.filter((method) => method === 'FetchResults')).toHaveLength(dialect === 'impala' ? 3 : 4);
    expect(server.asked.at(-1)).toBe('CloseOperation');
    expect(server.operations).toBe(0);
  });

  it.each(['impala', 'hive'] as const)('are none where nothing came out: %s', async (dialect) => {
    const server = await serve({ dialect, run: async (sql) => (sql === 'DDL' ? null : numbered(0)) });
    const hs2 = client({ dialect, hosts: at(server) });
    expect(await rowsOf(hs2.pages('SELECT'))).toEqual([]);
    expect(await rowsOf(hs2.pages('DDL'))).toEqual([]);
    await hs2.execute('DDL');
    expect(server.operations).toBe(0);
    expect(hs2.statements).toBe(3);
  });

  it('of a server that gives fewer rows than it is asked for are all fetched', async () => {
    for (const dialect of ['impala', 'hive'] as const) {
      const server = await serve({ dialect, mostRows: 7 });
      expect(await rowsOf(client({ dialect, hosts: at(server) }).pages('SELECT'))).toEqual(many(25));
    }
  });

  it('are waited for while the server is still executing', async () => {
    const server = await serve();
    server.faults.stillExecuting = 2;
    expect(await rowsOf(client({ hosts: at(server) }).pages('SELECT'))).toEqual(many(25));
    expect(server.faults.stillExecuting).toBe(0);
  });

  it('that fail in the middle fail the query, after the rows before', async () => {
    const server = await serve();
    server.faults.failPage = 3;
    const hs2 = client({ hosts: at(server) });
    const seen: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const page of hs2.pages('SELECT\n  n\nFROM t')) seen.push(...page);
      })(),
    );
    expect(seen).toEqual(many(20));
    expect(error).toMatchObject({ code: 'QUERY_FAILED', retriable: false });
    expect(error.message).toBe('Parquet file is corrupt: 💥 (HY000); statement: SELECT n FROM t');
    expect(server.operations).toBe(0);
    server.faults.failPage = undefined;
    expect(await rowsOf(hs2.pages('SELECT'))).toHaveLength(25);
    expect(server.sessions).toHaveLength(1);
  });

  it('are asked for one ahead, never two', async () => {
    const server = await serve({ run: async () => numbered(100) });
    const fetched = () => server.asked.filter((method) => method === 'FetchResults').length;
    let taken = 0;
    for await (const page of client({ hosts: at(server) }).pages('SELECT')) {
      taken += 1;
      expect(page).toHaveLength(10);
      // A slow reader.
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(fetched()).toBe(Math.min(taken + 1, 10));
    }
  });

  it.each(['short', 'full', 'long'] as const)('have their nulls, by a bitmap that is %s', async (nulls) => {
    const columns = [...COLUMNS, { name: 'big', type: 'bigint' }, { name: 'flag', type: 'boolean' }];
    const rows = Array.from({ length: 21 }, (_, i) => [
      i === 9 ? null : i,
      i % 2 ? null : `${i}`,
      null,
      i < 3 ? null : true,
    ]);
    const server = await serve({ nulls, run: async () => ({ columns, rows }) });
    const expected = rows.map(([n, name, big, flag]) => ({ n, name, big, flag }));
    expect(await rowsOf(client({ hosts: at(server), pageRows: 11 }).pages('SELECT'))).toEqual(expected);
  });
});

describe('values', () => {
  const TYPES: Readonly<Record<string, unknown[]>> = {
    boolean: [true, false],
    tinyint: [-128, 127, 0],
    smallint: [-32768, 32767],
    int: [-(2 ** 31), 2 ** 31 - 1],
    bigint: [
      0,
      -1,
      2 ** 53 - 1,
      -(2 ** 53) + 1,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 63n - 1n,
      -(2n ** 63n),
      2 ** 32,
      -(2 ** 32),
    ],
    float: [1.5, -0.25, Infinity],
    double: [0.1, NaN, -Infinity, 5e-324, 2 ** 60],
    string: [
      '',
      'a',
      'two words',
      'x'.repeat(200),
      'naïve 数据 🦆',
      '\ufeffmark',
      'a\0b',
      '"quoted" \\ \n',
      '\u007f',
      '\u0080',
    ],
    timestamp: ['2016-07-08 04:12:39.123456789'],
    date: ['2016-07-08'],
    'decimal(38,10)': ['12345678901234567890.1234567890'],
    'varchar(7)': ['seven'],
    'char(4)': ['ab  '],
    'array<int>': ['[1,2]'],
    'map<string,int>': ['{"k":1}'],
    'struct<x:int>': ['{"x":1}'],
    binary: [Buffer.from([0, 255, 65]), Buffer.alloc(0)],
  };
  const columns = Object.keys(TYPES).map((type, i) => ({ name: `c${i}`, type }));
  const rows = Array.from({ length: 10 }, (_, i) => Object.values(TYPES).map((values) => values[i % values.length]));

  it('of every type are what the table of the client says', async () => {
    const server = await serve({ run: async () => ({ columns, rows }) });
    const found = await rowsOf(client({ hosts: at(server), pageRows: 4 }).pages('SELECT'));
    expect(found.map((row) => Object.values(row))).toEqual(rows);
  });

  it('of type BINARY outlive their page', async () => {
    const bytes = Array.from({ length: 40 }, (_, i) => [Buffer.alloc(50, i)]);
    const server = await serve({ run: async () => ({ columns: [{ name: 'b', type: 'binary' }], rows: bytes }) });
    const found = await rowsOf(client({ hosts: at(server), pageRows: 3 }).pages('SELECT'));
    expect(found.map(({ b }) => [b])).toEqual(bytes);
  });

  it('of columns with odd names are not lost', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '',
      'a b',
      'n',
      'n',
      'N',
      '0',
      '__proto__',
    ];
    const odd = names.map((name) => ({ name, type: 'string' }));
    const server = await serve({ run: async () => ({ columns: odd, rows: [names.map((_, i) => `value ${i}`)] }) });
    const [row] = await rowsOf(client({ hosts: at(server) }).pages('SELECT'));
    const expected = new Map(names.map((name, i) => [name, `value ${i}`]));
    for (const [name, value] of [...expected, ['n', 'value 6'], ['n:1', 'value 7'], ['__proto__:1', 'value 10']]) {
      if (name === 'n' && value === 'value 7') continue;
      if (name === '__proto__' && value === 'value 10') continue;
      expect(Object.getOwnPropertyDescriptor(row, name!)).toMatchObject({ value, enumerable: true });
    }
    expect(Object.keys(row!)).toHaveLength(names.length);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});

describe('columns', () => {
  const columns = [
    { name: 't.id', type: 'bigint' },
    { name: 't.price', type: 'decimal(12,2)' },
    { name: 'code', type: 'varchar(5)' },
    { name: 'u.id', type: 'tinyint' },
    { name: 'a b.c', type: 'timestamp' },
    { name: 'flag', type: 'boolean' },
  ];

  it('have the types of the server, and names without the table that Hive puts before them', async () => {
    const server = await serve({ dialect: 'hive', run: async () => ({ columns, rows: [] }) });
    const hs2 = client({ dialect: 'hive', hosts: at(server) });
    expect(await hs2.columns('SELECT * FROM t')).toEqual([
      { name: 'id', type: 'bigint' },
      { name: 'price', type: 'decimal(12,2)' },
      { name: 'code', type: 'varchar(5)' },
      { name: 'id:1', type: 'tinyint' },
      { name: 'a b.c', type: 'timestamp' },
      { name: 'flag', type: 'boolean' },
    ]);
    expect(server.operations).toBe(0);
    expect(server.asked).not.toContain('FetchResults');
  });

  it('of Impala are as they come, and none where there is no result', async () => {
    const server = await serve({ run: async (sql) => (sql === 'DDL' ? null : { columns, rows: [] }) });
    const hs2 = client({ hosts: at(server) });
    expect((await hs2.columns('SELECT')).map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
    expect(await hs2.columns('DDL')).toEqual([]);
  });
});
