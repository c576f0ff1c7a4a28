/** What an analyst does by commands, from a finished run to the reset. */
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openAnalystDay } from '../../lib/analyst/analyst-day.js';
import type { AuditRecord } from '../../lib/analyst/audit.js';
import { resetScores } from '../../lib/commands/reset-scores.js';
import type { Console } from '../../lib/commands/main.js';
import { feedbackCells, readBySpotMl } from '../fakes/spot-ml-feedback.js';
import { startCli, type Ended } from './cli.js';
import { DATE, DEMO_CONFIG, leftovers, rowsOf, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let sample: string;
let home: string;
/** The most suspicious row of the sample day. */
let [name, client] = ['', ''];
beforeAll(async () => {
  sample = await homes.empty();
  expect(await inProcess(sample, 'demo', '--rows', '2000')).toMatchObject({ status: 0 });
  const [first] = await rowsOf(sample, 'dns_scores');
  [name, client] = [String(first!.dns_qry_name), String(first!.ip_dst)];
});
beforeEach(async () => {
  home = await homes.copyOf(sample);
});

const command = (...args: string[]): Promise<Ended> => inProcess(home, ...args, ...DEMO_CONFIG);
const done = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await command(...args);
  expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
  return stdout;
};
const feedbackPath = () => join(home, `spot-data/dns/scored_results/${DATE}/feedback/ml_feedback.csv`);
const feedback = () => readFile(feedbackPath());
const scored = () => rowsOf(home, 'dns_threat_investigation');
const records = async () => JSON.parse(await done('audit', '-d', DATE, '--json')) as AuditRecord[];
const day = () => openAnalystDay(join(home, 'ipynb/dns', DATE));

describe('score', () => {
  it('takes a connection from the list and puts it into the feedback; none withdraws it', async () => {
    const rows = (await rowsOf(home, 'dns_scores')).filter((row) => row.dns_qry_name === name).length;
    expect(await done('score', '-d', DATE, '--name', name, '--severity', 'low', '--note', 'known')).toBe(
      `rows of ${DATE} that match: ${rows}; rows changed: ${rows}\nnames scored low, which spot-ml will use: 1 (${name})\nother verdicts (high, medium, or on clients), which it will not use: 0\n`,
    );
    const read = readBySpotMl(await feedback());
    expect(new Set(read.map(({ dns_qry_name }) => dns_qry_name))).toEqual(new Set([name]));
    expect(read).toHaveLength(rows);
    // The documented dns_scores has no length: it is the raw row's.
    expect(read.every(({ frame_len }) => frame_len > 0)).toBe(true);
    const analyst = await day();
    const listed = (await analyst.suspicious()).rows;
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.some(({ dns_qry_name }) => dns_qry_name === name)).toBe(false);
    await analyst.close();
    expect(await done('score', '-d', DATE, '--name', name, '--severity', 'none')).toContain(
      'which spot-ml will use: 0\n',
    );
    expect(await scored()).toEqual([]);
    expect(await records()).toEqual([
      expect.objectContaining({ action: 'score', rows, note: 'known', after: [{ name, severity: 'low' }] }),
      expect.objectContaining({ action: 'withdraw', rows, before: [{ name, severity: 'low' }] }),
    ]);
    expect(await done('audit', '-d', DATE)).toContain('withdraw');
    expect(await leftovers(home)).toEqual([]);
  });

  it('takes any number from a file, or standard input, and says what matches nothing', async () => {
    await writeFile(
      join(home, 'verdicts.csv'),
      `ip,name,severity\n${client},,high\n,"${name}",low\n,no\u001bwhere,low\n`,
    );
    const said = await done('score', '-d', DATE, '--file', 'verdicts.csv');
    expect(said).toContain(`no row of ${DATE} matches, nothing stored: no\\u{1b}where`);
    expect(said).toContain('which it will not use: 1\n');
    const cells = feedbackCells(await feedback());
    expect(cells.filter((line) => line[2] === client).every((line) => line[11] === '1')).toBe(true);
    expect(cells.filter((line) => line[3] !== name).every((line) => line[12] === '0')).toBe(true);
    const { child, ended } = startCli(home, ['score', '-d', DATE, '--file', '-', ...DEMO_CONFIG], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin!.end(`ip,name,severity\n${client},,none\n`);
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
    expect((await scored()).every(({ ip_sev, dns_sev }) => ip_sev === 0 && dns_sev === 3)).toBe(true);
  });

  it('refuses what it does not understand, and changes nothing then', async () => {
    for (const args of [
      ['--name', name],
      ['--severity', 'low'],
      ['--name', name, '--severity', 'awful'],
      ['--name', name, '--severity', 'low', '--file', 'x.csv'],
    ])
      expect(await command('score', '-d', DATE, ...args)).toMatchObject({ status: 2, stdout: '' });
    expect(await command('score', '--name', name, '--severity', 'low')).toMatchObject({ status: 2 });
    expect(await command('score', '-d', '20160701..20160708', '--name', name, '--severity', 'low')).toMatchObject({
      status: 2,
    });
    expect(await command('score', '-d', DATE, '--file', 'none.csv')).toMatchObject({ status: 1, stdout: '' });
    expect(await scored()).toEqual([]);
    expect(await done('audit', '-d', DATE)).toBe(`nothing was done to ${DATE}\n`);
  });
});

describe('feedback', () => {
  const comma = `Jul  8 2016,163,${'x,'.repeat(15)}3\n`;

  it('replaces lines in Spot’s comma form, which doctor reports', async () => {
    const doctor = async () => {
      const { status, stdout } = await command('doctor', '-d', DATE, '--json');
      const found = JSON.parse(stdout) as { check: string; state: string; message: string }[];
      return { status, ...found.find(({ check }) => check === 'feedback')! };
    };
    expect(await doctor()).toMatchObject({ status: 0, state: 'note', message: `none on ${DATE}` });
    await done('score', '-d', DATE, '--name', name, '--severity', 'low');
    expect(await doctor()).toMatchObject({ status: 0, state: 'ok' });
    await appendFile(feedbackPath(), comma);
    const found = await doctor();
    expect(found).toMatchObject({ status: 1, state: 'fail' });
    expect(found.message).toMatch(/cannot read 1, 1 of them in the comma form.*feedback -d 20160708 --rebuild/);
    const before = readBySpotMl((await readFile(feedbackPath(), 'utf8')).replace(comma, ''));
    expect(await done('feedback', '-d', DATE, '--rebuild')).toContain(
      'lines gone that spot-ml could not have read: 1\n',
    );
    expect(readBySpotMl(await feedback())).toEqual(before);
  });

  it('brings the low verdicts of the days before', async () => {
    await done('score', '-d', DATE, '--name', name, '--severity', 'low');
    const rows = readBySpotMl(await feedback());
    expect(await done('feedback', '-d', '20160710', '--from-days', '1')).toContain('lines: 0, from days before: 0\n');
    expect(await done('feedback', '-d', '20160710', '--from-days', '2')).toContain(
      `from days before: ${rows.length}\n`,
    );
    expect(readBySpotMl(await readFile(feedbackPath().replace(DATE, '20160710')))).toEqual(rows);
    expect(await command('feedback', '-d', DATE, '--from-days', 'x')).toMatchObject({ status: 2 });
  });

  it('of lines without verdicts in the tables is emptied by --rebuild alone', async () => {
    await mkdir(dirname(feedbackPath()), { recursive: true });
    await writeFile(feedbackPath(), `a header\n${comma}`);
    const refused = await command('feedback', '-d', DATE);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('WOULD_EMPTY');
    await done('feedback', '-d', DATE, '--rebuild');
    expect(readBySpotMl(await feedback())).toEqual([]);
  });
});

describe('scores', () => {
  it('go out as JSON lines and come back, after a reset too', async () => {
    await done('score', '-d', DATE, '--name', name, '--severity', 'low');
    const analyst = await day();
    await analyst.saveStory({ ip: client, title: 'one', text: 'two\nlines' });
    await analyst.close();
    const lines = await done('scores', 'export');
    expect(await done('scores', 'export', '-d', DATE)).toBe(lines);
    expect(await done('scores', 'export', '-d', '20160709')).toBe('');
    const kinds = lines
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(new Set(kinds)).toEqual(new Set(['connection', 'story']));
    await done('run', '-d', DATE, '--reset');
    expect(await done('scores', 'export')).toBe('');
    await writeFile(join(home, 'scores.jsonl'), lines);
    expect(await done('scores', 'import', 'scores.jsonl')).toMatch(
      /^20160708: 1 verdicts, \d+ rows changed, 1 stories\n$/,
    );
    expect(await done('scores', 'export')).toBe(lines);
    expect(readBySpotMl(await feedback()).length).toBe(kinds.length - 1);
    expect((await records()).map(({ action }) => action)).toEqual(['score', 'story', 'reset', 'import', 'import']);
    for (const args of [[], ['import'], ['export', 'x'], ['delete']])
      expect(await command('scores', ...args)).toMatchObject({ status: 2, stdout: '' });
    await writeFile(join(home, 'bad.jsonl'), `${lines}{"kind":"connection"}\n`);
    expect((await command('scores', 'import', 'bad.jsonl')).stderr).toMatch(/VALUE_INVALID: line \d+: /);
  });
});

describe('reset-scores', () => {
  beforeEach(async () => {
    await done('score', '-d', DATE, '--name', name, '--severity', 'low');
  });

  it('without a terminal is wrong usage, unless --yes says that it may', async () => {
    const refused = await command('reset-scores', '-d', DATE);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('--yes');
    expect(await scored()).not.toEqual([]);
    const ended = await command('reset-scores', '-d', DATE, '--yes', '--note', 'a fresh start');
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain(`of ${DATE} will be removed: 1 verdicts, 0 stories`);
    expect(ended.stderr).toContain(feedbackPath());
    expect(await scored()).toEqual([]);
    await expect(feedback()).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await records()).map(({ action, note }) => ({ action, note }))).toEqual([
      { action: 'score', note: undefined },
      { action: 'reset', note: 'a fresh start' },
    ]);
  });

  it.each([
    ['n', false],
    ['', false],
    ['y', true],
  ])('on a terminal asks, and takes %j for an answer', async (answer, removes) => {
    const said: string[] = [];
    const console: Console = {
      log: (line) => said.push(line),
      rewrite: () => undefined,
      interactive: true,
      signal: new AbortController().signal,
      ask: (question) => (said.push(question), Promise.resolve(answer)),
    };
    const { output } = await resetScores.run(['-d', DATE, '--data', join(home, 'spot-data')], console);
    expect(said.at(-1)).toBe('Remove all this? [y/N] ');
    expect(said[0]).toContain('1 verdicts');
    expect(output).toContain(removes ? 'is reset' : 'nothing was removed');
    expect((await scored()).length > 0).toBe(!removes);
  });
});

describe('run --reset', () => {
  it('writes down what it removes, and the run leaves the audit alone', async () => {
    await done('score', '-d', DATE, '--name', name, '--severity', 'high');
    const folder = join(home, `spot-data/dns/oa_audit/${DATE}`);
    const [first] = await readdir(folder);
    const text = await readFile(join(folder, first!), 'utf8');
    await done('run', '-d', DATE, '--reset');
    await done('reset-scores', '-d', DATE, '--yes');
    expect(await readFile(join(folder, first!), 'utf8')).toBe(text);
    expect(await records()).toEqual([
      expect.objectContaining({ action: 'score' }),
      expect.objectContaining({
        action: 'reset',
        note: 'run --reset',
        before: { verdicts: [{ name, severity: 'high' }], stories: [] },
      }),
      expect.objectContaining({ action: 'reset', rows: 0 }),
    ]);
  });
});

describe('a notebook’s day', () => {
  it('is opened from its folder, and knows the days before by analyst.lowDays of the run', async () => {
    await writeFile(
      join(home, 'mine.json'),
      JSON.stringify({ storage: { type: 'local', root: './spot-data' }, analyst: { lowDays: 0 } }),
    );
    const results = join(home, `data/dns/${DATE}/dns_results.csv`);
    for (const [date, config] of [
      ['20160709', DEMO_CONFIG[1]],
      ['20160710', 'mine.json'],
    ] as const)
      expect(await inProcess(home, 'run', '-d', date, '--results', results, '--config', config)).toMatchObject({
        status: 0,
      });
    await done('score', '-d', DATE, '--name', name, '--severity', 'low');
    const before = async (date: string) => {
      const analyst = await openAnalystDay(join(home, 'ipynb/dns', date));
      const { seenBefore } = await analyst.suspicious();
      await analyst.close();
      return seenBefore.map(({ dns_qry_name, date: on }) => [dns_qry_name, on]);
    };
    expect(await before('20160709')).toEqual([[name, DATE]]);
    expect(await before('20160710')).toEqual([]);
  });
});
