/** `demo` and `doctor`, and the first thing that an older Node says. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { PACKAGE, PROGRAM, cli, start } from './cli.js';
import { contents, DATE, temporaryHomes } from './homes.js';

const homes = temporaryHomes();
let home: string;
let output: string;
beforeAll(async () => {
  home = await homes.empty();
  const { status, stdout } = await cli(home, 'demo', '--rows', '2000');
  expect(status).toBe(0);
  output = stdout;
});

describe('demo', () => {
  it('ends with the five most suspicious rows and three commands that work as they stand', async () => {
    const [rows, next] = output.split('The five most suspicious rows:\n\n')[1]!.split('\nNext:\n');
    expect(rows!.trimEnd().split('\n')).toHaveLength(7);
    const commands = next!.trimEnd().split('\n');
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const { status, stdout, stderr } = await start('sh', ['-c', command], { cwd: home }).ended;
      expect({ command, status, stderr: stderr.includes('spot-dns-oa: ') }).toEqual({
        command,
        status: 0,
        stderr: false,
      });
      expect(stdout).not.toBe('');
    }
  });

  it('shows no character that moves a cursor, whatever the names are', () => {
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('makes the same bytes each time, and others for another seed', async () => {
    const [same, other] = [await homes.empty(), await homes.empty()];
    await cli(same, 'demo', '--rows', '2000', '--seed', '1');
    await cli(other, 'demo', '--rows', '2000', '--seed', '2');
    const results = 'scored_results/20160708/scores/dns_results.csv';
    const [a, b, c] = [
      await contents(`${home}/spot-data/dns`),
      await contents(`${same}/spot-data/dns`),
      await contents(`${other}/spot-data/dns`),
    ];
    expect(b[results]).toBe(a[results]);
    expect(b['hive/y=2016/m=7/d=8/h=0/part-0.parquet']).toBe(a['hive/y=2016/m=7/d=8/h=0/part-0.parquet']);
    expect(c[results]).not.toBe(a[results]);
  });

  it('takes a date, a folder and a home', async () => {
    const place = await homes.empty();
    const { status } = await cli(
      place,
      'demo',
      '-d',
      '20240229',
      '--rows',
      '1000',
      '--data',
      "o'hara",
      '--home',
      'h',
    );
    expect(status).toBe(0);
    const found = await contents(place);
    expect(Object.keys(found)).toContain("o'hara/dns/hive/oa/suspicious/y=2024/m=2/d=29/part-0.parquet");
    expect(Object.keys(found)).toContain('h/data/dns/20240229/dns_results.csv');
  });

  it.each([[['--rows', '10']], [['--seed', 'x']], [['-d', '20230229']]])('%j is wrong usage', async (args) => {
    expect((await cli(home, 'demo', ...args)).status).toBe(2);
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
    const { status, stdout } = await cli(place, 'doctor', '--json', '--config', 'settings.json', ...args);
    return { status, findings: JSON.parse(stdout) as Finding[] };
  };

  it('passes on the demo’s settings', async () => {
    const { status, stdout } = await cli(home, 'doctor', '-d', DATE, '--config', 'spot-data/demo/settings.json');
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
    expect((await cli(place, 'doctor')).status).toBe(0);
    expect(await contents(place)).toEqual({});
  });

  it.each<[string, object, RegExp, ((place: string) => Promise<unknown>)?]>([
    [
      'storage',
      { storage: { type: 'local', root: 'file/below' } },
      /storage\.root/,
      (place) => writeFile(`${place}/file`, ''),
    ],
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
    const { status, findings } = await examine(place, settings);
    expect(status).toBe(1);
    const failed = findings.filter(({ state }) => state === 'fail');
    expect(failed.map((finding) => finding.check)).toContain(check);
    expect(failed.find((finding) => finding.check === check)!.message).toMatch(message);
  });

  it('looks for the results of a day, and tells a dns_scores that differs', async () => {
    const place = await homes.copyOf(home);
    await rm(`${place}/spot-data/dns/scored_results`, { recursive: true });
    const { status, findings } = await examine(place, {}, '-d', DATE);
    expect(status).toBe(1);
    expect(findings.filter(({ state }) => state === 'fail').map(({ check }) => check)).toEqual(['results']);
    const other = await homes.empty();
    await cli(other, 'init', '--tables', 'spot-1.0');
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
