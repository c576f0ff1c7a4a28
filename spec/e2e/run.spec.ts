/** `run` as others call it: the report, what goes where, exit statuses, waiting, several days. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cli, startCli, type Ended } from './cli.js';
import { inProcess } from './in-process.js';
import { contents, DATE, DEMO_CONFIG, resultFiles, rowsOf, temporaryHomes } from './homes.js';

const homes = temporaryHomes();
let sample: string;
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
});

const scores = (home: string, date: string) => join(home, `spot-data/dns/scored_results/${date}/scores`);
const results = (home: string, date = DATE) => join(scores(home, date), 'dns_results.csv');
/** Control and format characters; a line end is not one of ours to complain of. */
const CONTROL = /[^\P{C}\n]/u;

/** One line of a failure, on standard error and nowhere else. */
function expectFailure(ended: Ended, status: number, code: string): string {
  expect(ended).toMatchObject({ status, stdout: '' });
  const last = ended.stderr.trimEnd().split('\n').at(-1)!;
  expect(last).toMatch(new RegExp(`^spot-dns-oa: ${code}: .`));
  expect(ended.stderr).not.toContain('    at ');
  return last;
}

const STEPS =
  'folders notebooks results limit tld reputation severity hour iana network-context scores details'.split(' ');

describe('the report', () => {
  it('has exactly the keys of the interface, and is all of standard output', async () => {
    const home = await homes.copyOf(sample);
    const { status, stdout, stderr } = await cli(home, 'run', '-d', DATE, '--json', '-t', 'dns', ...DEMO_CONFIG);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\{.*\}\n$/);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    const count = async (table: Parameters<typeof rowsOf>[1]) => (await rowsOf(home, table)).length;
    const file = await readFile(results(home));
    expect(report).toEqual({
      runId: expect.stringMatching(/^20160708-/) as string,
      date: DATE,
      engine: 'duckdb',
      rows: { read: 500, rejected: 0, written: 500 },
      tables: {
        dns_scores: 500,
        dns_edge: await count('dns_edge'),
        dns_dendro: await count('dns_dendro'),
        dns_ingest_summary: await count('dns_ingest_summary'),
      },
      statements: expect.any(Number) as number,
      bytesRead: file.length,
      warnings: expect.any(Array) as unknown[],
      steps: STEPS.map((name, i) => ({ step: i + 1, name, seconds: expect.any(Number) as number })),
    });
    expect(Object.keys(report).join()).toBe('runId,date,engine,rows,tables,statements,bytesRead,warnings,steps');
    // One statement for each of the three tables of step 12, one for the hours, one for the analysts' scores.
    expect(report.statements).toBe(5);
    for (const { seconds } of report.steps as { seconds: number }[]) expect(seconds).toBeGreaterThanOrEqual(0);
    for (const warning of report.warnings as object[]) expect(Object.keys(warning)).toEqual(['code', 'message']);
    // Logs and progress are on the other side.
    for (const [i, name] of STEPS.entries()) expect(stderr).toMatch(new RegExp(`^step +${i + 1}  ${name}$`, 'm'));
    expect(stderr).not.toMatch(CONTROL);
  });

  it('is text for a person without --json, and holds no character that moves a cursor', async () => {
    const home = await homes.copyOf(sample);
    const { status, stdout } = await inProcess(home, 'run', '-d', DATE, '-l', 'all');
    expect(status).toBe(0);
    expect(stdout).toContain(`DNS OA of ${DATE} on duckdb`);
    expect(stdout).not.toMatch(CONTROL);
    const lines = (await readFile(results(home), 'utf8')).split('\n').length - 1;
    expect(await rowsOf(home, 'dns_scores')).toHaveLength(lines);
    expect(lines).toBeGreaterThan(500);
  });

  it('counts what was rejected, and the file beside the copy holds the lines', async () => {
    const home = await homes.copyOf(sample);
    const good = (await readFile(results(home), 'utf8')).split('\n');
    const bad = ['a line', good[0]!.replace(/\d\d:\d\d:\d\d/, 'midday'), `${good[1]!}\tmore`];
    await writeFile(
      results(home),
      [bad[0], ...good.slice(0, 9), bad[1], ...good.slice(9, 10), bad[2], ''].join('\n'),
    );
    const ended = await inProcess(home, 'run', '-d', DATE, '--json', '-l', '10');
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { read: 10, rejected: 2, written: 10 } });
    const rejected = await readFile(join(home, `data/dns/${DATE}/rejected.tsv`), 'utf8');
    expect(rejected.split('\n').map((line) => line.split('\t')[0])).toEqual(['1', '11', '']);
    expect(rejected).toContain(`\t${bad[1]!}\n`);
    expect(await readFile(join(home, `data/dns/${DATE}/dns_results.csv`), 'utf8')).toBe(
      good.slice(0, 10).join('\n') + '\n',
    );
  });
});

describe('wrong usage', () => {
  const CASES: [name: string, args: string[], message: RegExp][] = [
    ['no date', ['run'], /-d YYYYMMDD/],
    [
      'an unknown command',
      ['runn', '-d', DATE],
      /"runn".*run, demo, init, sql, report, score, feedback, scores, audit, reset-scores, notebooks, doctor/,
    ],
    ['an unknown option', ['run', '-d', DATE, '--limt', '5'], /--limt/],
    ['a limit of 0', ['run', '-d', DATE, '-l', '0'], /"0".*1 or more/],
    ['a negative limit', ['run', '-d', DATE, '-l=-5'], /-l/],
    ['a limit that is none', ['run', '-d', DATE, '-l', '1e3'], /"1e3"/],
    ['another type', ['run', '-d', DATE, '-t', 'flow'], /flow: expected dns/],
    ['a file too much', ['run', '-d', DATE, 'extra'], /"extra"/],
    ['tables of a run that is one', ['run', '-d', DATE, '--tables', 'spot-1.0'], /--dry-run/],
    ['a wait that is none', ['run', '-d', DATE, '--wait', 'long'], /"long".*2h/],
    ['a scheme without a storage', ['run', '-d', DATE, '--results', 'ftp://host/x'], /ftp/],
  ];

  it.each(CASES)('%s ends with status 2 and one line', async (_name, args, message) => {
    const home = await homes.empty();
    expect(expectFailure(await inProcess(home, ...args), 2, 'USAGE')).toMatch(message);
  });

  it.each([
    ['a day that is none', '20160231'],
    ['another form', '2016-07-08'],
    ['an end before the beginning', '20160709..20160708'],
  ])('%s ends with status 2 and makes nothing', async (_name, date) => {
    const home = await homes.empty();
    expect(expectFailure(await inProcess(home, 'run', '-d', date), 2, 'DATE_INVALID')).toContain(date.slice(0, 8));
    expect(await contents(home)).toEqual({});
  });
});

describe('what a person asks for', () => {
  it('--help, without a command and with one', async () => {
    const home = await homes.empty();
    const all = await cli(home, '--help');
    const none = await inProcess(home);
    const one = await inProcess(home, 'run', '-d', DATE, '--help');
    expect(all).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['run', 'demo', 'init', 'sql', 'doctor'])
      expect(all.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(none).toEqual(all);
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toContain('--dry-run');
    expect(await contents(home)).toEqual({});
  });

  it('--version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await cli('.', '--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--verbose: the stack of the error and of its cause', async () => {
    const home = await homes.empty();
    await writeFile(join(home, 'broken.json'), '{');
    const ended = await cli(home, 'run', '-d', DATE, '--verbose', '--config', 'broken.json');
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^spot-dns-oa: SETTINGS_INVALID: .*broken\.json/);
    expect(ended.stderr).toMatch(/\n {4}at .*\n(.*\n)*caused by SyntaxError/);
  });
});

describe('results that are not there', () => {
  it('end with status 3: none, empty, and still being written', async () => {
    const [none, empty, parts, both] = await Promise.all([1, 2, 3, 4].map(() => homes.copyOf(sample)));
    await rm(results(none!));
    await writeFile(results(empty!), '');
    await writeFile(join(scores(parts!, DATE), 'part-00000'), 'x');
    await rm(results(parts!));
    // The merge of the parts is under way: the file is there and growing.
    await writeFile(join(scores(both!, DATE), 'part-00000'), 'x');
    const before = await resultFiles(sample);
    const ended = [await cli(none!, 'run', '-d', DATE)];
    for (const home of [empty!, parts!, both!]) ended.push(await inProcess(home, 'run', '-d', DATE));
    expect(expectFailure(ended[0]!, 3, 'NO_RESULTS')).toContain('dns_results.csv');
    expect(expectFailure(ended[1]!, 3, 'NO_RESULTS')).toContain('empty');
    for (const one of ended.slice(2)) expect(expectFailure(one, 3, 'RESULTS_NOT_READY')).toContain('_SUCCESS');
    for (const home of [none!, empty!, parts!, both!]) expect(await resultFiles(home)).toEqual(before);
  });

  it('are waited for with --wait', async () => {
    const home = await homes.copyOf(sample);
    const file = await readFile(results(home));
    await rm(results(home));
    const { child, ended } = startCli(home, ['run', '-d', DATE, '--wait', '20s', '--json']);
    let said = '';
    child.stderr!.on('data', (text: string) => {
      if (!said.includes('waiting:') && (said + text).includes('waiting:')) void writeFile(results(home), file);
      said += text;
    });
    const { status, stdout, stderr } = await ended;
    expect(stderr).toContain('waiting: NO_RESULTS');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: { written: 500 } });
  });

  it('are waited for no longer than asked, and not after a signal', async () => {
    const [short, long] = [await homes.empty(), await homes.empty()];
    const waiting = startCli(long, ['run', '-d', DATE, '--wait', '2h']);
    let said = '';
    waiting.child.stderr!.on('data', (text: string) => {
      if (!said.includes('waiting:') && (said + text).includes('waiting:')) waiting.child.kill('SIGTERM');
      said += text;
    });
    const [first, second] = await Promise.all([cli(short, 'run', '-d', DATE, '--wait', '1s'), waiting.ended]);
    expectFailure(first, 3, 'NO_RESULTS');
    expectFailure(second, 143, 'ABORTED');
  });
});

describe('-d', () => {
  it('yesterday is yesterday, UTC', async () => {
    const home = await homes.empty();
    const day = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const [before, ended, after] = [day(), await inProcess(home, 'run', '-d', 'yesterday'), day()];
    const message = expectFailure(ended, 3, 'NO_RESULTS');
    expect([before, after].some((date) => message.includes(`/${date}/`))).toBe(true);
  });

  it('A..B goes on after a day that failed, in order, and has failed then', async () => {
    const home = await homes.copyOf(sample);
    await mkdir(scores(home, '20160710'), { recursive: true });
    await cp(results(home), results(home, '20160710'));
    // Names of the 8th are no names of the 10th: only the scores can be had.
    const ended = await cli(home, 'run', '-d', `${DATE}..20160711`, '--json');
    const message = expectFailure(ended, 3, 'NO_RESULTS');
    expect(message).toContain('2 of 4 days failed');
    const failures = ended.stderr.split('\n').filter((line) => /^2016071?\d+: /.test(line));
    expect(failures.map((line) => line.slice(0, 20))).toEqual(['20160709: NO_RESULTS', '20160711: NO_RESULTS']);
    expect(await rowsOf(home, 'dns_scores', '20160710')).toHaveLength(500);
  });

  it('A..B tells a failure before results that are only late', async () => {
    const home = await homes.copyOf(sample);
    await writeFile(results(home, DATE), 'no row\n'.repeat(20));
    const ended = await inProcess(home, 'run', '-d', `20160707..${DATE}`);
    expect(expectFailure(ended, 1, 'TOO_MANY_REJECTED')).toContain('2 of 2 days failed');
  });

  it('A..B prints one report a line with --json', async () => {
    const home = await homes.copyOf(sample);
    await mkdir(dirname(results(home, '20160709')), { recursive: true });
    await cp(results(home), results(home, '20160709'));
    const { status, stdout } = await inProcess(home, 'run', '-d', `${DATE}..20160709`, '--json');
    expect(status).toBe(0);
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { date: string });
    expect(reports.map(({ date }) => date)).toEqual([DATE, '20160709']);
  });
});
