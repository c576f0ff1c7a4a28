import { at, client, failureOf, numbered, rowsOf, serve, until } from '../../../fakes/hiveserver2-fixture.js';

const refused = (message: string, sqlState?: string) => async () => {
  throw Object.assign(new Error(message), { sqlState });
};

describe('a statement', () => {
  it.each(['impala', 'hive'] as const)(
    'that is refused tells the first line of why, and what it was: %s',
    async (dialect) => {
      const server = await serve({ dialect, run: refused('ParseException: line 1\nmore', '42000') });
      const hs2 = client({ dialect, hosts: at(server) });
      const sql = `SELECT ${'x, '.repeat(200)}y FROM`;
      for (const work of [hs2.execute(sql), rowsOf(hs2.pages(sql)), hs2.columns(sql)]) {
        const error = await failureOf(work);
        expect(error).toMatchObject({ name: 'OaError', code: 'QUERY_FAILED', retriable: false });
        expect(error.message).toMatch(/^ParseException: line 1 \(42000\); statement: SELECT x, x, .{150,200}…$/);
      }
      expect(server.operations).toBe(0);
    },
  );

  it('that is refused tells the next line too where the first one only announces it', async () => {
    const words = 'HiveSQLException: ParseException: \n\n[PARSE_SYNTAX_ERROR] near SELEC\n\n== SQL ==\nSELEC';
    const server = await serve({ dialect: 'hive', run: refused(words, '42601') });
    const error = await failureOf(client({ dialect: 'hive', hosts: at(server) }).execute('SELEC'));
    const told = 'HiveSQLException: ParseException: [PARSE_SYNTAX_ERROR] near SELEC';
    expect(error.message).toBe(`${told} (42601); statement: SELEC`);
  });

  it.each([
    ['Table not found', '42S02', 'TABLE_MISSING'],
    ['[TABLE_OR_VIEW_NOT_FOUND] no', '42P01', 'TABLE_MISSING'],
    ["AnalysisException: Could not resolve table reference: 'dns'", 'HY000', 'TABLE_MISSING'],
    ['AnalysisException: Table does not exist: spot.dns', undefined, 'TABLE_MISSING'],
    ['AnalysisException: Database does not exist: spot', undefined, 'TABLE_MISSING'],
    ["AnalysisException: INPATH location '/a' does not exist.", undefined, 'QUERY_FAILED'],
    ["AnalysisException: Could not resolve column/field reference: 'x'", undefined, 'QUERY_FAILED'],
  ])('%s (%s) is %s', async (message, sqlState, code) => {
    const server = await serve({ run: refused(message, sqlState) });
    expect(await failureOf(client({ hosts: at(server) }).execute('SELECT'))).toMatchObject({ code });
  });

  it('that runs for a while is asked after', async () => {
    const server = await serve({ dialect: 'hive' });
    server.faults.running = 2;
    await client({ dialect: 'hive', hosts: at(server) }).execute('INSERT');
    expect(server.asked.filter((method) => method === 'GetOperationStatus')).toHaveLength(3);
  });

  it('has options of its own, and its session those of the client', async () => {
    const overlays: unknown[] = [];
    const run = async (_sql: string, overlay: object) => {
      overlays.push({ ...overlay });
      return null;
    };
    const impala = await serve({ run });
    const options = { request_pool: 'root.oa' };
    const one = client({ hosts: at(impala), options, database: 'spot', user: 'oa' });
    await one.execute('A', { overlay: { SYNC_DDL: 'true' } });
    await one.execute('B');
    expect(overlays).toEqual([{ SYNC_DDL: 'true' }, {}]);
    expect(impala.sessions).toEqual([
      { user: 'oa', open: true, configuration: { 'use:database': 'spot', request_pool: 'root.oa' } },
    ]);
    const hive = await serve({ run, dialect: 'hive' });
    const queue = { 'mapreduce.job.queuename': 'oa', 'set:hiveconf:hive.variable.substitute': 'true' };
    await client({ dialect: 'hive', hosts: at(hive), options: queue }).execute('A');
    expect(hive.sessions[0]!.configuration).toEqual({
      'set:hiveconf:mapreduce.job.queuename': 'oa',
      'set:hiveconf:hive.variable.substitute': 'false',
      'set:hiveconf:spark.sql.variable.substitute': 'false',
    });
  });

  it('does not wait for another one that is being fetched; one after the other share a session', async () => {
    const server = await serve();
    const hs2 = client({ hosts: at(server) });
    const first = hs2.pages('FIRST');
    await first.next();
    expect(await rowsOf(hs2.pages('SECOND'))).toHaveLength(25);
    await hs2.execute('THIRD');
    expect(await rowsOf(first)).toHaveLength(15);
    expect(server.sessions).toHaveLength(2);
    await hs2.execute('FOURTH');
    expect(server.sessions).toHaveLength(2);
    await hs2.close();
    expect(server.sessions.map(({ open }) => open)).toEqual([false, false]);
  });

  it('that is not read to its end is cancelled over another connection', async () => {
    const server = await serve({ run: async () => numbered(1000) });
    const hs2 = client({ hosts: at(server) });
    // A page that does not come keeps its connection busy.
    const pages = hs2.pages('SELECT');
    await pages.next();
    server.faults.hold.FetchResults = new Promise(() => undefined);
    await pages.return(undefined);
    expect(server.asked.slice(-3)).toEqual(['CancelOperation', 'CloseOperation', 'CloseSession']);
    expect(server.operations).toBe(0);
    server.faults.hold = {};
    await hs2.execute('SELECT');
  });

  it.each([
    ['while it runs', { running: 1e9 }],
    ['while it is fetched', {}],
  ])('is cancelled by its signal: %s', async (_when, faults) => {
    for (const dialect of ['impala', 'hive'] as const) {
      const server = await serve({ dialect });
      Object.assign(server.faults, faults);
      if (!('running' in faults)) server.faults.hold.FetchResults = new Promise(() => undefined);
      const controller = new AbortController();
      const hs2 = client({ dialect, hosts: at(server) });
      const rows = failureOf(rowsOf(hs2.pages('SELECT', { signal: controller.signal })));
      await until(() => server.asked.includes('running' in faults ? 'GetOperationStatus' : 'FetchResults'));
      controller.abort(new Error('enough'));
      expect((await rows).message).toBe('enough');
      expect(server.operations).toBe(0);
      expect(server.asked).toEqual(expect.arrayContaining(['CancelOperation', 'CloseOperation']));
    }
  });

  it('is cancelled by its signal when nobody reads, and before it is known to the client', async () => {
    const server = await serve({ run: async () => numbered(1000) });
    const hs2 = client({ hosts: at(server) });
    const controller = new AbortController();
    const pages = hs2.pages('SELECT', { signal: controller.signal });
    await pages.next();
    controller.abort(new Error('enough'));
    await until(() => server.operations === 0);
    expect((await failureOf(pages.next())).message).toBe('enough');

    let release: () => void = () => undefined;
    server.faults.hold.ExecuteStatement = new Promise<void>((resolve) => (release = resolve));
    const second = new AbortController();
    const failed = failureOf(hs2.execute('INSERT', { signal: second.signal }));
    await until(() => server.asked.filter((method) => method === 'ExecuteStatement').length === 2);
    second.abort(new Error('at once'));
    release();
    expect((await failed).message).toBe('at once');
    expect(server.operations).toBe(0);
  });

  it('is not sent when its signal has fired before', async () => {
    const server = await serve();
    const hs2 = client({ hosts: at(server) });
    const signal = AbortSignal.abort(new Error('too late'));
    expect((await failureOf(hs2.execute('A', { signal }))).message).toBe('too late');
    expect(server.asked).toEqual([]);
    expect(hs2.statements).toBe(0);
  });

  it('is cancelled by closing the client, and refused afterwards', async () => {
    const server = await serve({ run: async () => numbered(1000) });
    const hs2 = client({ hosts: at(server) });
    const pages = hs2.pages('SELECT');
    await pages.next();
    await hs2.close();
    expect(server.operations).toBe(0);
    for (const work of [pages.next(), hs2.execute('A'), rowsOf(hs2.pages('B'))]) {
      expect(await failureOf(work)).toMatchObject({
        code: 'CONNECTION_FAILED',
        retriable: false,
        message: expect.stringMatching(/closed/),
      });
    }
  });
});
