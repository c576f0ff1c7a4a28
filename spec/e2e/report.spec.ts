/** `report` as a user types it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderReport } from '../../lib/report/render.js';
import type { ReportData } from '../../lib/report/report-data.js';
import { cli } from './cli.js';
import { contents, DATE, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

const homes = temporaryHomes();
let home: string;
beforeAll(async () => {
  home = await homes.empty();
  expect(await inProcess(home, 'demo', '--rows', '1000')).toMatchObject({ status: 0 });
});

async function dataOf(path: string): Promise<ReportData> {
  const html = await readFile(path, 'utf8');
  const data = JSON.parse(/id="report-data">(.*?)<\/script>/.exec(html)![1]!) as ReportData;
  expect(html).toBe(renderReport(data));
  return data;
}

describe('report', () => {
  it('writes the page of a day beside its results, says where, and touches nothing else', async () => {
    const before = await contents(home);
    const { status, stdout, stderr } = await cli(home, 'report', '-d', DATE);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${join(home, 'data/dns', DATE, 'report.html')}\n`);
    const { rows, totals } = await dataOf(stdout.trim());
    expect(rows).toHaveLength(totals.dns_scores!);
    expect(rows.length).toBeGreaterThan(400);
    const { [`data/dns/${DATE}/report.html`]: page, ...others } = await contents(home);
    expect(page).toBeDefined();
    expect(others).toEqual(before);
  });

  it('writes where it is told, as much as it is told', async () => {
    const { stdout } = await inProcess(
      home,
      'report',
      '-d',
      DATE,
      '-o',
      'a/b.html',
      '--rows',
      '7',
      '--seen-days',
      '3',
    );
    expect(stdout).toBe(`${join(home, 'a/b.html')}\n`);
    expect(await dataOf(join(home, 'a/b.html'))).toMatchObject({ seenDays: 3, rows: { length: 7 } });
    const elsewhere = await homes.empty();
    const at = ['--home', elsewhere, '--data', 'spot-data'];
    expect((await inProcess(home, 'report', '-d', DATE, ...at)).stdout).toBe(
      `${join(elsewhere, 'data/dns', DATE, 'report.html')}\n`,
    );
  });

  it.each([
    [[], 2, 'USAGE: report: expected -d YYYYMMDD, one day'],
    [['-d', '20160708..20160709'], 2, 'USAGE: report: expected -d YYYYMMDD, one day'],
    [['-d', '20160732'], 2, 'DATE_INVALID: '],
    [['-d', DATE, '--rows', '0'], 2, 'USAGE: --rows "0": expected a whole number, 1 or more'],
    [['-d', DATE, '--rows', '100001'], 2, 'USAGE: --rows: expected 100000 or less'],
    [['-d', DATE, '--seen-days', '400'], 2, 'USAGE: --seen-days: expected 366 or less'],
    [['-d', '20160709'], 3, 'NO_RESULTS: dns_scores has no row of 20160709; run -d 20160709 first'],
  ])('%j ends with %i', async (args, expected, message) => {
    const { status, stdout, stderr } = await inProcess(home, 'report', ...args);
    expect([status, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(`spot-dns-oa: ${message}`);
  });
});
