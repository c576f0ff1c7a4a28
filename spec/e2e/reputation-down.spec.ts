/** With every reputation service down, slow or lying, a run ends in its time, with all rows and the truth in its report. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Operation } from '../../lib/operations.js';
import type { RunReport } from '../../lib/run-oa.js';
import { fakeDns } from '../fakes/reputation-dns.js';
import { gtiClient } from '../fakes/reputation-gti.js';
import { closedPort, fakeHttp, hang, json, status } from '../fakes/reputation-http.js';
import { FakeService } from '../fakes/reputation.js';
import { resultText } from '../fakes/result-file.js';
import { contents, DATE, rowsOf, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
const [slow, lying, failing, well] = [fakeHttp(), fakeHttp(), fakeHttp(), fakeHttp()];
const [silentDns, lyingDns] = [fakeDns(), fakeDns()];
const SECRETS = ['hush-header', 'hush-token', 'hush-password'];

/** Each name under a domain of its own: none is answered by what is known of another. */
async function homeWith(rows: number, reputation: object): Promise<string> {
  const home = await homes.empty();
  const results = join(home, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`);
  await mkdir(dirname(results), { recursive: true });
  const lines = Array.from({ length: rows }, (_, i) => resultText({ dns_qry_name: `data${i}.tunnel${i}.com` }));
  await writeFile(results, lines.map((line) => `${line}\n`).join(''));
  await writeFile(join(home, 'list.txt'), 'tunnel7.com\n');
  const storage = { type: 'local', root: 'spot-data' };
  await writeFile(join(home, 'config.json'), JSON.stringify({ storage, reputation }));
  return home;
}

const run = (home: string, ...args: string[]) =>
  inProcess(home, 'run', '-d', DATE, '-l', 'all', '--config', 'config.json', '--json', ...args);

const asked = {
  deadline: 1.5,
  timeout: 0.4,
  retry: { attempts: 2, base: 0.05 },
  breaker: { failures: 4, pause: 0.2 },
};
const list = { service: 'domain-list', name: 'list', file: 'list.txt' };

async function brokenServices(home: string) {
  const http = (name: string, origin: string) => ({
    ...{ service: 'http-json', name, url: `${origin}/{key}`, pointer: '/label', ...asked },
    headers: { authorization: SECRETS[0] },
  });
  const gti = async (name: string, server: string) => {
    const folder = join(home, name);
    await mkdir(folder);
    const { refclient, log } = await gtiClient(folder);
    const ci = '{"q":[###QUERY###]}';
    return { service: 'gti', name, refclient, server, user: log, password: SECRETS[2], ci, ...asked };
  };
  const dnsbl = (name: string, server: string) => ({
    ...{ service: 'dnsbl', name, zone: `${name}.zone`, servers: [server], ...asked },
  });
  return [
    http('down', `http://127.0.0.1:${await closedPort()}`),
    http('slow', slow.origin),
    http('lying', lying.origin),
    { service: 'fb', name: 'fb', appId: '1', secret: SECRETS[1], baseUrl: failing.origin, ...asked },
    await gti('gti-hangs', 'hangs'),
    await gti('gti-lies', 'garbage'),
    dnsbl('dnsbl-silent', silentDns.server),
    dnsbl('dnsbl-lies', lyingDns.server),
    list,
  ];
}

const misbehave = () => {
  slow.respond = hang;
  lying.respond = status(200, {}, '<html>welcome</html>');
  failing.respond = status(503);
  well.respond = (question, response) =>
    (question.url.includes('tunnel7.') ? json({ label: 'HIGH' }) : status(404))(question, response);
  silentDns.answer = () => 'nothing';
  lyingDns.answer = () => ['93.184.216.34'];
};
beforeAll(misbehave);
beforeEach(misbehave);

describe('a run of 10,000 rows with every service down, slow or lying', () => {
  let home: string;
  let report: RunReport;
  let said: string;
  beforeAll(async () => {
    home = await homeWith(10_000, []);
    const services = await brokenServices(home);
    await writeFile(join(home, 'config.json'), JSON.stringify({ reputation: services }));
    const { status: ended, stdout, stderr } = await run(home);
    said = stdout + stderr;
    expect({ ended, stderr: ended === 0 ? '' : stderr }).toEqual({ ended: 0, stderr: '' });
    report = JSON.parse(stdout) as RunReport;
  });

  it('writes all rows, each with what the services did not say', async () => {
    expect(report.rows).toEqual({ read: 10_000, rejected: 0, written: 10_000 });
    const rows = await rowsOf(home, 'dns_scores');
    const broken = 'down slow lying fb gti-hangs gti-lies dnsbl-silent dnsbl-lies'.split(' ');
    const unavailable = broken.map((name) => `${name}:UNAVAILABLE:-1`).join('::');
    const wrong = rows.filter(({ dns_qry_name: name, query_rep: found }) => {
      const listed = name === 'data7.tunnel7.com' ? 'list:HIGH:3' : 'list:UNKNOWN:-1';
      return found !== `${unavailable}::${listed}`;
    });
    expect([rows.length, wrong.slice(0, 3)]).toEqual([10_000, []]);
  });

  it('says in the report what happened', () => {
    const { services, sent, offline } = report.reputation!;
    expect(offline).toBe(false);
    for (const service of services.slice(0, -1)) {
      expect(service).toMatchObject({ keys: expect.any(Number), cached: 0, withheld: 0, offline: false });
      expect(service.unavailable).toBeGreaterThanOrEqual(10_000);
      expect(service.failedCalls).toBeGreaterThan(0);
      // Either it was left alone, or its time was used up.
      expect(service.deadlinePassed || service.breaker !== 'closed').toBe(true);
      expect(sent[service.host!]).toBe(service.sent);
      expect(service.sent).toBeLessThan(10_000);
    }
    expect(services.at(-1)).toMatchObject({ service: 'list', host: null, unavailable: 0, breaker: 'closed' });
    const warned = (name: string) => report.warnings.filter(({ message }) => message.includes(`service ${name}: `));
    for (const { service } of services.slice(0, -1)) {
      expect(warned(service).every(({ code }) => code === 'REPUTATION_UNAVAILABLE')).toBe(true);
      expect(warned(service).length).toBeGreaterThan(0);
      expect(warned(service).length).toBeLessThanOrEqual(5);
    }
  });

  it('tells no secret, nor what stands before the registrable domain', async () => {
    const files = Object.keys(await contents(join(home, `data/dns/${DATE}`)));
    const kept = await Promise.all(
      files
        .filter((name) => name !== 'dns_results.csv')
        .map((name) => readFile(join(home, `data/dns/${DATE}`, name), 'utf8')),
    );
    expect(files).toContain('settings.json');
    for (const secret of [...SECRETS, 'data1.']) expect(said + kept.join('')).not.toContain(secret);
    const { calls } = { calls: await readFile(join(home, 'gti-lies/calls.log'), 'utf8') };
    expect(calls).toContain('tunnel1.com');
    expect(calls).not.toContain('data1.');
  });
});

describe('a run', () => {
  const service = (more: object = {}) => ({
    ...{ service: 'http-json', name: 'vt', url: `${well.origin}/{key}`, pointer: '/label' },
    ...more,
  });

  it('fails when a service is required and down', async () => {
    const down = service({
      url: `http://127.0.0.1:${await closedPort()}/{key}`,
      required: true,
      retry: { attempts: 1 },
    });
    const home = await homeWith(20, [down]);
    const ended = await run(home);
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^spot-dns-oa: REPUTATION_FAILED: reputation service vt: no connection/m);
    expect(await rowsOf(home, 'dns_scores')).toEqual([]);
  });

  it('keeps its answers for the next one, where it has a folder', async () => {
    const home = await homeWith(20, { services: [service(), list], cache: { folder: 'cache' } });
    const first = JSON.parse((await run(home)).stdout) as RunReport;
    const asking = well.asked.length;
    const second = JSON.parse((await run(home)).stdout) as RunReport;
    expect([asking, well.asked.length]).toEqual([20, 20]);
    expect(first.reputation!.services[0]).toMatchObject({ keys: 20, sent: 20, cached: 0 });
    expect(second.reputation!.services[0]).toMatchObject({ keys: 20, sent: 0, cached: 20 });
    expect(second.reputation!.sent).toEqual({ [new URL(well.origin).host]: 0 });
    const rows = await rowsOf(home, 'dns_scores');
    expect(rows.find(({ dns_qry_name: name }) => name === 'data7.tunnel7.com')!.query_rep).toBe(
      'vt:HIGH:3::list:HIGH:3',
    );
  });

  it('asks nobody with --offline, and says so', async () => {
    const home = await homeWith(20, [service(), list]);
    const { stdout, status: ended } = await run(home, '--offline');
    const report = JSON.parse(stdout) as RunReport;
    expect([ended, well.asked]).toEqual([0, []]);
    expect(report.reputation).toMatchObject({
      offline: true,
      services: [{ service: 'vt', offline: true, unavailable: 20 }, {}],
    });
    expect(report.warnings).toContainEqual({ code: 'REPUTATION_OFFLINE', message: 'offline: not asked: vt' });
    const rows = await rowsOf(home, 'dns_scores');
    expect(new Set(rows.map(({ query_rep: found }) => found))).toEqual(
      new Set(['vt:UNAVAILABLE:-1::list:UNKNOWN:-1', 'vt:UNAVAILABLE:-1::list:HIGH:3']),
    );
  });

  it('says in a table for people what became of the services', async () => {
    const home = await homeWith(20, [service(), list]);
    const { stdout } = await inProcess(home, 'run', '-d', DATE, '--config', 'config.json');
    expect(stdout).toMatch(/reputation +host +names +cached +sent +withheld +unavailable +state/);
    expect(stdout).toMatch(/vt +127\.0\.0\.1:\d+ +20 +0 +20 +0 +0 +breaker closed/);
    expect(stdout).toMatch(/list +this machine +20 /);
  });

  it('takes services of a program’s own', async () => {
    const { runDnsOa } = await import('../../lib/dns-oa.js');
    const { loadSettings } = await import('../../lib/settings.js');
    const home = await homeWith(5, [list]);
    const own = Object.assign(new FakeService('own', 10, () => ({ label: 'L', value: 1 })), { remote: null });
    const settings = await loadSettings(join(home, 'config.json'));
    const { reputation } = await runDnsOa({ date: DATE, home, settings, reputation: [own] });
    // All of it happened on this machine.
    expect(reputation).toBeUndefined();
    expect((await rowsOf(home, 'dns_scores'))[0]!.query_rep).toBe('list:UNKNOWN:-1::own:L:1');
  });

  it('is planned with the hosts that it would ask, and no secret', async () => {
    const home = await homeWith(5, {
      services: [service({ headers: { k: SECRETS[0] } }), list],
      cache: { folder: 'cache' },
    });
    const planned = await run(home, '--dry-run');
    const { operations } = JSON.parse(planned.stdout) as { operations: Operation[] };
    const { host } = new URL(well.origin);
    expect(operations).toContainEqual({ kind: 'host', host, sends: 'registrable domains of names' });
    const created = operations.flatMap((one) => (one.kind === 'file' && one.do === 'create' ? [one.path] : []));
    expect(created.filter((path) => path.includes('/cache/'))).toEqual([
      expect.stringMatching(/\/cache\/vt-[0-9a-f]{8}\.answers$/),
      expect.stringMatching(/\/cache\/list\.txt-[0-9a-f]{8}\.list$/),
    ]);
    expect(planned.stdout).not.toContain(SECRETS[0]);
    const text = await inProcess(home, 'run', '-d', DATE, '--dry-run', '--config', 'config.json');
    expect(text.stdout).toContain(`ask ${host}: registrable domains of names\n`);
    const offline = await run(home, '--dry-run', '--offline');
    expect(offline.stdout).not.toContain('"host"');
    expect(well.asked).toEqual([]);
  });

  it('is preceded by a doctor who says whether the services answer', async () => {
    const home = await homeWith(5, [service(), list]);
    const examine = async (...args: string[]) => {
      const { stdout } = await inProcess(home, 'doctor', '--json', '--config', 'config.json', ...args);
      const findings = JSON.parse(stdout) as { check: string; state: string; message: string }[];
      return findings.find(({ check }) => check === 'reputation')!;
    };
    const about = `vt (${new URL(well.origin).host} is sent registrable domains of names)`;
    expect(await examine()).toMatchObject({
      state: 'ok',
      message: `${about}: answers; list (this machine): answers`,
    });
    well.respond = status(401);
    expect(await examine()).toMatchObject({
      state: 'fail',
      message: expect.stringContaining(`${about}: HTTP 401`) as string,
    });
    expect(await examine('--offline')).toMatchObject({
      state: 'ok',
      message: `${about}: offline, not asked; list (this machine): answers`,
    });
  });
});
