/** Look-ups in a whole run: features of names as columns of dns_scores, what is said of files that contradict themselves. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runDnsOa } from '../../lib/dns-oa.js';
import { examine } from '../../lib/commands/doctor.js';
import { checkSettings, type Settings } from '../../lib/settings.js';
import { mmdbFile } from '../fakes/mmdb-file.js';
import { resultText } from '../fakes/result-file.js';
import { PACKAGE } from './cli.js';
import { DATE, rowsOf, tableFolder, temporaryHomes } from './homes.js';

const homes = temporaryHomes();
const NAMES = ['www.xn--mnchen-3ya.example', 'qx7vk2mzp0.invalid', "o'brien $(id).example"];

/** A home with results of these names, and a run in it. */
async function place() {
  const home = await homes.empty();
  const path = (name: string) => join(home, name);
  const lines = NAMES.map((dns_qry_name, i) => resultText({ dns_qry_name, score: (i + 1) / 10 }));
  await writeFile(path('results.csv'), `${lines.join('\n')}\n`);
  const settingsOf = (settings: Settings) =>
    checkSettings({ storage: { type: 'local', root: 'spot-data' }, ...settings }, { base: home });
  return {
    home,
    write: (name: string, content: string | Uint8Array) => writeFile(path(name), content),
    run: async (settings: Settings) =>
      runDnsOa({
        date: DATE,
        home,
        settings: settingsOf(settings),
        results: path('results.csv'),
        allowEmpty: true,
      }),
    doctor: async (settings: Settings) => examine(settingsOf(settings)),
  };
}

/** The package's dns_conf.json with more columns of dns_scores. */
async function confWith(...columns: string[]): Promise<string> {
  const conf = JSON.parse(await readFile(join(PACKAGE, 'schemas/dns_conf.json'), 'utf8')) as {
    dns_score_fields: Record<string, number>;
  };
  const { length } = Object.keys(conf.dns_score_fields);
  for (const [i, column] of columns.entries()) conf.dns_score_fields[column] = length + i;
  return JSON.stringify(conf);
}

const codes = ({ warnings }: { warnings: readonly { code: string }[] }) => warnings.map(({ code }) => code);

describe('features in a run', () => {
  it('are the columns that dns_score_fields names', async () => {
    const { home, write, run } = await place();
    await write('dns_conf.json', await confWith('qry_entropy', 'qry_labels', 'qry_unicode'));
    const report = await run({ dnsConf: 'dns_conf.json' });
    expect(codes(report)).not.toContain('COLUMNS_NULL');
    const rows = await rowsOf(home, 'dns_scores');
    expect(Object.keys(rows[0]!).slice(-4)).toEqual(['network_context', 'qry_entropy', 'qry_labels', 'qry_unicode']);
    expect(rows.map((row) => [row.qry_entropy, row.qry_labels, row.qry_unicode])).toEqual([
      [expect.closeTo(3.1281, 4), 3, 'www.münchen.example'],
      [expect.closeTo(3.3219, 4), 2, 'qx7vk2mzp0.invalid'],
      [expect.closeTo(3.5466, 4), 2, "o'brien $(id).example"],
    ]);
    // Without the configuration the table goes on having them: the settings may name them too.
    await run({ features: ['entropy', 'labels', 'unicode'] });
    expect(await rowsOf(home, 'dns_scores')).toEqual(rows);
  });

  it('fill a table that has their columns, and are left out with a warning where it has none', async () => {
    const { home, write, run } = await place();
    expect(codes(await run({}))).not.toContain('COLUMNS_LEFT_OUT');
    const report = await run({ features: ['entropy', 'length'] });
    expect(report.warnings).toContainEqual({
      code: 'COLUMNS_LEFT_OUT',
      message: 'table dns_scores has no qry_entropy, qry_length; left out',
    });
    expect(Object.keys((await rowsOf(home, 'dns_scores'))[0]!)).not.toContain('qry_length');

    const table = join(tableFolder(home, 'dns_scores'), '_table.json');
    const { columns } = JSON.parse(await readFile(table, 'utf8')) as { columns: object };
    await write(table.slice(home.length + 1), JSON.stringify({ columns: { ...columns, qry_length: 'int?' } }));
    await run({ features: ['entropy', 'length'] });
    expect((await rowsOf(home, 'dns_scores')).map(({ qry_length }) => qry_length)).toEqual([28, 20, 23]);
  });

  it('are none by default', async () => {
    const { home, run } = await place();
    await run({});
    expect(Object.keys((await rowsOf(home, 'dns_scores'))[0]!).filter((name) => name.startsWith('qry_'))).toEqual([]);
  });

  it('that are none are told by the settings and by dns_conf.json', async () => {
    const { write, run } = await place();
    await expect(run({ features: ['entropie' as 'entropy'] })).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
    await write('dns_conf.json', await confWith('qry_entropie'));
    await expect(run({ dnsConf: 'dns_conf.json' })).rejects.toMatchObject({
      code: 'DNS_CONF_INVALID',
      message: expect.stringContaining('unknown column qry_entropie'),
    });
  });
});

describe('files that contradict themselves', () => {
  const context = '10.0.2.0/24,"first ""one"""\n10.0.2.0-10.0.2.255,second\n10.0.0.0/8,\n10.0.0.0/8,third\n';

  it('are told by a run and by doctor, the network context once with its first example', async () => {
    const { home, write, run, doctor } = await place();
    await write('a.csv', context);
    const settings = { networkContext: { files: ['a.csv'] } };
    const { warnings } = await run(settings);
    const file = join(home, 'a.csv');
    const message = `2 conflicts of the network context: ${file}, line 3 says "", ${file}, line 4 says "third"; the first given wins`;
    expect(warnings.filter(({ code }) => code === 'CONTEXT_CONFLICTS')).toEqual([
      { code: 'CONTEXT_CONFLICTS', message },
    ]);
    expect((await rowsOf(home, 'dns_scores')).map(({ network_context }) => network_context)).toEqual(
      NAMES.map(() => 'first "one"'),
    );
    expect(await doctor(settings)).toContainEqual({
      check: 'network-context',
      state: 'note',
      message: `4 ranges; ${message}`,
    });
  });

  it('are told of IANA codes too, but not of those that the registry itself names twice', async () => {
    const { home, write, run, doctor } = await place();
    await write('types.csv', '\ufeffType,Value\r\n"A",1\r\n"B, or A",1\r\nTXT,16\r\n');
    await write('rcodes.csv', 'RCODE,Name\n16,BADVERS\n16,BADSIG\n');
    const settings = { iana: { dns_qry_type: 'types.csv', dns_qry_rcode: 'rcodes.csv' } };
    const { warnings } = await run(settings);
    const message = `1 code with several names: 1 is A/B, or A (${join(home, 'types.csv')}, line 3)`;
    expect(warnings.filter(({ code }) => code === 'IANA_DUPLICATES')).toEqual([{ code: 'IANA_DUPLICATES', message }]);
    const [row] = await rowsOf(home, 'dns_scores');
    expect(row).toMatchObject({ dns_qry_type_name: 'A/B, or A', dns_qry_rcode_name: 'NoError' });
    const [iana] = (await doctor(settings)).filter(({ check }) => check === 'iana');
    expect(iana).toMatchObject({
      state: 'note',
      message: expect.stringMatching(/^dns_qry_class \d+, .*several names/),
    });
  });

  it('are not, where they do not', async () => {
    const { write, run } = await place();
    await write('a.csv', '10.0.2.0/24,one\n10.0.2.0/25,two\n10.0.2.0/24,one\n');
    expect(codes(await run({ networkContext: { files: ['a.csv'] } }))).not.toContain('CONTEXT_CONFLICTS');
  });
});

describe('geolocation in doctor', () => {
  it('says what each file is', async () => {
    const { home, write, doctor } = await place();
    await write('iploc.csv', '"1","2","DE","Germany","Bavaria","Munich","48","11","Owner","example.net"\n');
    const options = { metadata: { database_type: 'GeoLite2-City' } };
    await write('city.mmdb', mmdbFile([['10.0.0.0/8', { country: { iso_code: 'DE' } }]], options));
    const settings = { geolocation: { iploc: 'iploc.csv', mmdb: ['city.mmdb'] } };
    expect(await doctor(settings)).toContainEqual({
      check: 'geolocation',
      state: 'ok',
      message: `${join(home, 'iploc.csv')}, 1 ranges; GeoLite2-City of 2016-07-08`,
    });
  });

  it('says what to do about a database that is not whole', async () => {
    const { write, doctor } = await place();
    await write('city.mmdb', Buffer.from('half a download'));
    const [found] = (await doctor({ geolocation: { mmdb: 'city.mmdb' } })).filter(
      ({ check }) => check === 'geolocation',
    );
    expect(found).toMatchObject({
      state: 'fail',
      message: expect.stringMatching(
        /^LOOKUP_FILE_INVALID: .*city\.mmdb: no metadata at its end.*fetch them again\.$/,
      ),
    });
  });
});
