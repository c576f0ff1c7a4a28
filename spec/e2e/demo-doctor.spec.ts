/** `demo` and `doctor`, and the first thing that an older Node says. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { PACKAGE, PROGRAM, cli, start } from './cli.js';
import { contents, DATE, DEMO_CONFIG, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let home: string;
let output: string;
let progress: string;
beforeAll(async () => {
  home = await homes.empty();
  const { status, stdout, stderr } = await cli(home, 'demo', '--rows', '2000');
  expect(status).toBe(0);
  [output, progress] = [stdout, stderr];
});

/** The commands that a demo names, and what each does when it is typed where the demo ran. */
async function expectCommandsWork(folder: string, printed: string): Promise<void> {
  const commands = printed.split('\nNext:\n')[1]!.trimEnd().split('\n');
  const names = commands.map((command) => / (sql|run|doctor|report|notebooks) /.exec(command)?.[1]);
  expect(names).toEqual(['sql', 'run', 'doctor', 'report', 'notebooks']);
  // Stand for Jupyter and Deno: the real ones are in spec/notebooks.
  const bin = await homes.empty();
  for (const name of ['jupyter', 'deno'])
    await writeFile(`${bin}/${name}`, '#!/bin/sh\necho started\n', { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  for (const command of commands) {
    const { status, stdout, stderr } = await start('sh', ['-c', command], { cwd: folder, env }).ended;
    const failed = stderr.includes('spot-dns-oa: ');
    expect({ command, status, failed }).toEqual({ command, status: 0, failed: false });
    expect(command.includes(' notebooks ') ? stderr : stdout).not.toBe('');
  }
}

describe('demo', () => {
  it('ends with the five most suspicious rows and commands that work as they stand', async () => {
    const rows = output.split('The five most suspicious rows:\n\n')[1]!.split('\nNext:\n')[0]!;
    const [headings, , ...lines] = rows.trimEnd().split('\n');
    expect(headings).toMatch(/^ {2}score +ip_dst +dns_qry_name /);
    const scores = lines.map((line) => Number(line.trim().split(' ')[0]));
    expect(scores).toHaveLength(5);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    const place = await homes.copyOf(home);
    await expectCommandsWork(place, output);
  });

  it('shows no character that moves a cursor, whatever the names are', () => {
    expect(output + progress).not.toMatch(/[^\P{C}\n]/u);
  });

  it('makes the same bytes each time, other ones for another seed', async () => {
    const [same, other] = [await homes.empty(), await homes.empty()];
    await inProcess(same, 'demo', '--rows', '2000', '--seed', '1', '-d', DATE);
    await inProcess(other, 'demo', '--rows', '2000', '--seed', '2');
    const [first, second, third] = [await contents(home), await contents(same), await contents(other)];
    expect(second).toEqual(first);
    expect(Object.keys(third)).toEqual(Object.keys(first));
    const results = `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`;
    expect(third[results]).not.toBe(first[results]);
  });

  it('takes a date, a folder and a home, whatever their names, and says so in the commands', async () => {
    const place = await homes.empty();
    const given = ['-d', '20240229', '--rows', '1000', '--data', "o'hara $(id)", '--home', 'the home'];
    const { status, stdout } = await inProcess(place, 'demo', ...given);
    expect(status).toBe(0);
    const found = await contents(place);
    expect(Object.keys(found)).toContain("o'hara $(id)/dns/hive/oa/suspicious/y=2024/m=2/d=29/part-0.parquet");
    expect(Object.keys(found)).toContain('the home/data/dns/20240229/dns_results.csv');
    await expectCommandsWork(place, stdout);
    const made = Object.keys(await contents(place)).filter((path) => !Object.hasOwn(found, path));
    const ofNotebooks = /^the home\/ipynb\/(\.jupyter\/|node_modules\/|package\.json$)/;
    expect(made.filter((path) => !ofNotebooks.test(path))).toEqual(['the home/data/dns/20240229/report.html']);
  });

  it('keeps the settings it is given', async () => {
    const place = await homes.empty();
    await writeFile(
      `${place}/config.json`,
      JSON.stringify({ tld: { of: 'registrable-domain' }, details: { limit: 9 } }),
    );
    expect(await inProcess(place, 'demo', '--rows', '1000', '--config', 'config.json')).toMatchObject({ status: 0 });
    const made = JSON.parse(await readFile(`${place}/spot-data/demo/settings.json`, 'utf8')) as object;
    expect(made).toMatchObject({
      storage: { type: 'local', root: '..' },
      tld: { of: 'registrable-domain' },
      details: { limit: 9 },
      networkContext: { files: ['networkcontext.csv'] },
      reputation: { services: [{ service: 'domain-list', name: 'sample', file: 'domains.txt', label: 'HIGH' }] },
    });
  });

  it.each([
    [['--rows', '10'], 'USAGE'],
    [['--rows', '1e4'], 'USAGE'],
    [['--seed', 'x'], 'USAGE'],
    [['--seed', '4294967296'], 'USAGE'],
    [['-d', '20230229'], 'DATE_INVALID'],
  ])('%j is wrong usage', async (args, code) => {
    const place = await homes.empty();
    const ended = await inProcess(place, 'demo', ...args);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^spot-dns-oa: ${code}: `));
    expect(Object.keys(await contents(place))).toEqual([]);
  });
});

describe('doctor', () => {
  const CHECKS =
    'node storage engine tables dns-conf iana network-context geolocation reputation notebooks results'.split(' ');
  interface Finding {
    check: string;
    state: string;
    message: string;
  }
  const examine = async (place: string, settings: object, ...args: string[]) => {
    await writeFile(`${place}/settings.json`, JSON.stringify(settings));
    const { status, stdout } = await inProcess(place, 'doctor', '--json', '--config', 'settings.json', ...args);
    return { status, findings: JSON.parse(stdout) as Finding[] };
  };

  it('passes on the demo’s settings', async () => {
    const { status, stdout } = await cli(home, 'doctor', '-d', DATE, ...DEMO_CONFIG);
    expect(status).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(0, CHECKS.length)
        .map((line) => line.split(/ +/)[1]),
    ).toEqual(CHECKS);
    expect(stdout).toMatch(/all checks passed\n$/);
  });

  it('passes where nothing is yet, and makes nothing', async () => {
    const place = await homes.empty();
    expect((await inProcess(place, 'doctor')).status).toBe(0);
    expect(await contents(place)).toEqual({});
  });

  it.each<[string, object, RegExp, ((place: string) => Promise<unknown>)?]>([
    [
      'storage',
      { storage: { type: 'local', root: 'file/below' } },
      /storage\.root/,
      (place) => writeFile(`${place}/file`, ''),
    ],
    [
      'storage',
      { storage: { type: 'local', root: 'file' } },
      /a file stands where a folder is expected.*storage\.root/,
      (place) => writeFile(`${place}/file`, ''),
    ],
    ['engine', { engine: { type: 'duckdb', memoryLimit: '1KB' } }, /memory.*npm ci/i],
    ['dns-conf', { dnsConf: 'none.json' }, /none\.json.*dnsConf/],
    ['iana', { iana: { dns_qry_type: 'none.csv' } }, /none\.csv.*built-in/],
    [
      'network-context',
      { networkContext: { files: ['c.csv'] } },
      /c\.csv.*2.*Correct the line/,
      (place) => writeFile(`${place}/c.csv`, 'ip,description\n10.0.0.999,x\n'),
    ],
    ['geolocation', { geolocation: { iploc: 'none.csv' } }, /none\.csv/],
    ['reputation', { reputation: [{ service: 'domain-list', name: 'a', file: 'none.txt' }] }, /none\.txt/],
    ['notebooks', { notebooks: { templates: 'none' } }, /none.*templates/],
    [
      'tables',
      {},
      /dns_scores lacks.*init/,
      async (place) => {
        await mkdir(`${place}/spot-data/dns/hive/oa/suspicious`, { recursive: true });
        await writeFile(`${place}/spot-data/dns/hive/oa/suspicious/_table.json`, '{"columns": {"tld": "string?"}}');
      },
    ],
  ])('says what to do about %s', async (...[check, settings, message, prepare]) => {
    const place = await homes.empty();
    await prepare?.(place);
    await writeFile(`${place}/settings.json`, JSON.stringify(settings));
    const before = await contents(place);
    const { status, findings } = await examine(place, settings);
    expect(status).toBe(1);
    const failed = findings.filter(({ state }) => state === 'fail');
    expect(failed.map((finding) => finding.check)).toContain(check);
    expect(failed.find((finding) => finding.check === check)!.message).toMatch(message);
    expect(await contents(place)).toEqual(before);
  });

  it('looks for the results of a day, and tells a dns_scores that differs', async () => {
    const place = await homes.copyOf(home);
    await rm(`${place}/spot-data/dns/scored_results`, { recursive: true });
    const { status, findings } = await examine(place, {}, '-d', DATE);
    expect(status).toBe(1);
    expect(findings.filter(({ state }) => state === 'fail').map(({ check }) => check)).toEqual(['results']);
    const other = await homes.empty();
    await inProcess(other, 'init', '--tables', 'spot-1.0');
    const found = (await examine(other, {})).findings.find(({ check }) => check === 'dns-conf')!;
    expect(found).toMatchObject({ state: 'note' });
    expect(found.message).toMatch(/existing dns_scores wins: .*ml_score is in the table only/);
  });
});

describe('an older Node', () => {
  it.each(['18.20.4', '20.9.0'])('%s gets one clear line', async (version) => {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`;
    const { status, stdout, stderr } = await start(process.execPath, ['--import', pretend, PROGRAM, 'demo'], {
      cwd: PACKAGE,
    }).ended;
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`spot-dns-oa: NODE_TOO_OLD: needs Node.js 20.10 or newer, this is ${version}\n`);
  });
});
