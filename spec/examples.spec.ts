/** Every example runs as it stands, from any folder, and leaves nothing behind. `npm test` has compiled them. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE, start, type Ended } from './e2e/cli.js';
import { temporaryFolder } from './fakes/temporary-folder.js';

/** What each prints. A new example fails until it stands here. */
const PRINTS: Readonly<Record<string, RegExp>> = {
  'custom-enrichment': /^The least predictable names:\n3\.46 bits {2}qx7vk2mzp0\.invalid\n/,
  flow: /^3 rows written to flow_scores, .*\n10\.0\.2\.15 -> 203\.0\.113\.9 \(Bavaria;Munich Example Transit\), local:HIGH:3\n$/,
  'name-features':
    /^The least predictable names:\n3\.32 bits {2}qx7vk2mzp0\.invalid\n(?:.*\n)+192\.0\.2\.44 asked from Tyrol;Innsbruck Example Net \(AT\)\n$/,
  proxy: /^3 rows written to proxy_scores, .*\ncdn\.malware\.example\/a\S*, local:HIGH:3, 2 requests in its hour\n$/,
  'own-reputation': /^15\.2\.0\.10\.in-addr\.arpa {2}local:UNKNOWN:-1::length:LONG:1\n/,
  'ten-lines':
    /^5 rows written to dns_scores, .*\nupdate\.tunnel\.example {2}example {2}local:HIGH:3 {2}04 {2}TXT {2}/,
};

/** Examples that are told what to do: tested below, the clients in `spec/lib/hdfs2.spec.ts` and `impala-client.spec.ts`. */
const WITH_ARGUMENTS = ['start-oa', 'hdfs2', 'impala-client'];

const folder = temporaryFolder();

/** Runs a compiled example in a new folder, with a temporary folder of its own. */
async function runExample(name: string, ...args: string[]): Promise<Ended> {
  const [cwd, temporary] = [join(folder.path, 'here'), join(folder.path, 'tmp')];
  await Promise.all([mkdir(cwd, { recursive: true }), mkdir(temporary, { recursive: true })]);
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return start(process.execPath, [join(PACKAGE, 'dist/examples', `${name}.js`), ...args], { cwd, env }).ended;
}

const filesLeft = async (): Promise<string[]> => (await readdir(folder.path, { recursive: true })).sort();

describe('examples', () => {
  it('are all tested', async () => {
    const files = (await readdir(join(PACKAGE, 'examples'))).filter((name) => name.endsWith('.ts'));
    const names = files.map((name) => name.slice(0, -'.ts'.length));
    expect(names.sort()).toEqual([...Object.keys(PRINTS), ...WITH_ARGUMENTS].sort());
  });

  it.each(Object.entries(PRINTS))(
    '%s prints what it found and leaves nothing',
    async (name, prints) => {
      const { status, stdout, stderr } = await runExample(name);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(prints);
      expect(await filesLeft()).toEqual(['here', 'tmp']);
    },
    60_000,
  );
});

describe('start-oa', () => {
  it.each([
    ['no arguments', []],
    ['no type', ['-d', '20160708']],
    ['no date', ['-t', 'dns', '-l', '5']],
    ['a type of another pipeline', ['-d', '20160708', '-t', 'flow']],
    ['an option that is none', ['-d', '20160708', '-t', 'dns', '--ingest', 'x']],
  ])('says how it is called: %s', async (_what, args) => {
    const { status, stdout, stderr } = await runExample('start-oa', ...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^usage: start-oa -d DATE -t TYPE \[-l LIMIT\]\n/);
    expect(await filesLeft()).toEqual(['here', 'tmp']);
  });

  it('runs the day with the arguments of start_oa.py', async () => {
    const results = join(folder.path, 'here/spot-data/dns/scored_results/20160708/scores/dns_results.csv');
    await cp(join(PACKAGE, 'examples/data/dns_results.csv'), results);
    const { status, stdout } = await runExample('start-oa', '-d', '20160708', '-t', 'dns', '-l', '3');
    expect(status).toBe(0);
    expect(stdout).toBe('3 of 3 rows written\ndns_scores: 3\ndns_edge: 0\ndns_dendro: 0\ndns_ingest_summary: 0\n');
    expect(await filesLeft()).toEqual(
      expect.arrayContaining([
        'here/data/dns/20160708/dns_results.csv',
        'here/ipynb/dns/20160708/Advanced_Mode.ipynb',
        'here/spot-data/dns/hive/oa/suspicious/y=2016/m=7/d=8/part-0.parquet',
      ]),
    );
  }, 60_000);

  it.each([
    ['an impossible date', ['-d', '20160231', '-t', 'dns'], 2, 'DATE_INVALID'],
    ['a limit that is no number', ['--date', '20160708', '--type', 'dns', '--limit', 'x'], 2, 'USAGE'],
    ['no results', ['-d', '20160708', '-t', 'dns'], 3, 'NO_RESULTS'],
  ])('ends as the program does: %s', async (_what, args, expected, code) => {
    const { status, stdout, stderr } = await runExample('start-oa', ...args);
    expect([status, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(new RegExp(`^${code}: `, 'm'));
  });
});
