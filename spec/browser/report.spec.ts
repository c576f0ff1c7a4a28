/** The report page in a real browser, of the sample day with its hostile names. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { HOSTILE_NAMES } from '../../lib/demo/hostile-names.js';
import type { ReportData } from '../../lib/report/report-data.js';
import { DATE, temporaryHomes } from '../e2e/homes.js';
import { inProcess } from '../e2e/in-process.js';
import { startChromium } from './chromium.js';
import { contrasts } from './contrast.js';
import { openFile, type OpenPage } from './pages.js';

const homes = temporaryHomes();
let browser: Browser;
let report: string;
let data: ReportData;
beforeAll(async () => {
  browser = await startChromium();
  const home = await homes.empty();
  expect(await inProcess(home, 'demo', '--rows', '3000')).toMatchObject({ status: 0 });
  const { status, stdout, stderr } = await inProcess(home, 'report', '-d', DATE);
  expect({ status, said: status === 0 ? '' : stderr }).toEqual({ status: 0, said: '' });
  report = stdout.trim();
  expect(report).toBe(join(home, 'data/dns', DATE, 'report.html'));
  const json = /<script type="application\/json" id="report-data">(.*?)<\/script>/.exec(
    await readFile(report, 'utf8'),
  );
  data = JSON.parse(json![1]!) as ReportData;
});
afterAll(() => browser?.close());

let opened: OpenPage;
let page: Page;
const open = async (options?: Parameters<typeof openFile>[2]) => {
  opened = await openFile(browser, report, options);
  page = opened.page;
};
/** Whatever a test does: nothing was said, asked for or opened. */
afterEach(async () => {
  if (opened === undefined) return;
  const { complaints, requests, dialogs } = opened;
  await page.context().close();
  expect({ complaints, requests, dialogs }).toEqual({ complaints: [], requests: [], dialogs: [] });
});

const row = (index: number): Locator => page.locator(`tr[data-index="${index}"]`);
const heading = (name: string): Locator => page.locator('.suspicious').getByRole('button', { name, exact: true });
const cells = (kind: string): Promise<string[]> => page.locator(`tr[data-index] td.${kind}`).allInnerTexts();
const details = (): Locator => page.locator('.details');
const focusedRow = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.index);

describe('the report page', () => {
  it('shows the most suspicious rows first, and the summary of the day', async () => {
    await open();
    expect(await page.title()).toBe(`DNS OA ${DATE}`);
    expect(await row(0).locator('td.name').innerText()).toBe(data.rows[0]!.dns_qry_name);
    expect(await page.locator('.toolbar output').innerText()).toBe('500 rows');
    expect(await page.locator('.summary').innerText()).toMatch(
      /Suspicious rows\s+500\s.*DNS responses\s+3\u202f000/s,
    );
    expect(await page.locator('.summary .badge.high').innerText()).toMatch(/^\d+ high$/);
    expect(await row(0).locator('td.clients').innerText()).toMatch(/^\d+$/);
  });

  it('sorts by its headings, there and back', async () => {
    await open();
    await heading('Client').click();
    const clients = await cells('client');
    const byNumbers = (a: string, b: string) => (padded(a) < padded(b) ? -1 : 1);
    const padded = (ip: string) => ip.replace(/\d+/g, (digits) => digits.padStart(5, '0'));
    expect(clients).toEqual([...clients].sort(byNumbers));
    expect(await page.locator('th.client').getAttribute('aria-sort')).toBe('ascending');
    expect(await page.locator('th[aria-sort]').count()).toBe(1);
    const [first] = clients;
    await heading('Client').press('Enter');
    expect(await page.locator('th.client').getAttribute('aria-sort')).toBe('descending');
    expect(padded((await cells('client'))[0]!) > padded(first!)).toBe(true);
    await heading('Score').click();
    expect(await row(0).locator('td.name').innerText()).toBe(data.rows[0]!.dns_qry_name);
  });

  it('filters by words, reputation, severity and newness, and says how many are left', async () => {
    await open();
    const listed = data.rows.filter(({ query_rep }) => query_rep?.endsWith(':HIGH:3'));
    await page.locator('select[name=reputation]').selectOption('high');
    expect(await page.locator('.toolbar output').innerText()).toBe(`${listed.length} rows of 500`);
    expect(new Set(await cells('reputation'))).toEqual(new Set(['HIGH']));
    await page.locator('input[type=search]').fill(`${listed[0]!.ip_dst}  ${listed[0]!.dns_qry_name.slice(1, 9)}`);
    expect(new Set(await cells('client'))).toEqual(new Set([listed[0]!.ip_dst]));
    await page.locator('input[type=search]').fill('no such thing');
    expect(await page.locator('tr[data-index]').count()).toBe(0);
    expect(await page.getByText('No row is like that.').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('.toolbar output').innerText()).toBe('500 rows');
    await page.locator('select[name=severity]').selectOption('scored');
    expect(await page.locator('tr[data-index]').count()).toBe(0);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByLabel('New this day').check();
    expect(await page.locator('.toolbar output').innerText()).toBe('500 rows');
  });

  it('can be used by keys alone', async () => {
    await open();
    await page.getByRole('button', { name: 'Clear' }).focus();
    // Over the headings into the table: one row of it is a stop.
    for (let i = 0; i < 40 && (await focusedRow()) === undefined; i++) await page.keyboard.press('Tab');
    expect(await focusedRow()).toBe('0');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await focusedRow()).toBe('2');
    await page.keyboard.press('m');
    expect(await row(2).locator('select').inputValue()).toBe('medium');
    await page.keyboard.press('n');
    expect(await row(2).locator('select').inputValue()).toBe('');
    await page.keyboard.press('End');
    expect(await focusedRow()).toBe('499');
    expect(await row(499).isVisible()).toBe(true);
    await page.keyboard.press('Enter');
    expect(await details().getByRole('heading', { level: 2 }).innerText()).toBe(
      await row(499).locator('td.name').innerText(),
    );
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    await page.keyboard.press('Escape');
    expect(await details().isVisible()).toBe(false);
    expect(await focusedRow()).toBe('499');
    await page.keyboard.press('PageUp');
    expect(Number(await focusedRow())).toBeLessThan(490);
    await page.keyboard.press('Home');
    expect(await focusedRow()).toBe('0');
    // Scrolled away by the wheel, the keys are still in the table.
    await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, 8000));
    await page.waitForFunction(() => document.querySelector('tr[data-index="0"]') === null);
    await page.keyboard.press('ArrowDown');
    expect(await focusedRow()).toBe('1');
  });

  it('opens a row: what is known of it, the responses of its hour, both dendrograms', async () => {
    await open();
    const index = data.rows.findIndex(({ dns_qry_name }) =>
      data.names.some((seen) => seen.name === dns_qry_name && seen.clients > 1),
    );
    const shown = data.rows[index]!;
    await row(index).click();
    expect(await row(index).getAttribute('aria-selected')).toBe('true');
    const text = await details().innerText();
    for (const part of [shown.ip_dst, shown.dns_qry_type_name!, 'no earlier one has traffic', 'clients on the day'])
      expect(text).toContain(part);
    expect(await details().locator('tbody tr').count()).toBeGreaterThan(0);
    const [ofClient, ofName] = [details().locator('svg').nth(0), details().locator('svg').nth(1)];
    expect(await ofClient.locator('text').first().textContent()).toBe(shown.ip_dst);
    const answers = data.clients.find(({ client }) => client === shown.ip_dst)!.answers;
    const names = new Set(answers.map(([name]) => name));
    expect(await ofClient.locator('.node').count()).toBeGreaterThan(names.size);
    expect(await ofClient.locator('.marked').count()).toBe(1);
    const seen = data.names.find(({ name }) => name === shown.dns_qry_name)!;
    expect(await ofName.locator('.node').count()).toBe(1 + seen.clients);
    expect(await ofName.locator('.marked text').textContent()).toMatch(
      new RegExp(`^${shown.ip_dst.replaceAll('.', '\\.')} × \\d+$`),
    );
    const box = (await ofName.boundingBox())!;
    expect(box.width * box.height).toBeGreaterThan(1000);
    expect(await ofName.locator('.link').count()).toBe(seen.clients);
    await page.getByRole('button', { name: 'Rows of this client' }).click();
    expect(new Set(await cells('client'))).toEqual(new Set([shown.ip_dst]));
    await page.getByRole('button', { name: 'Close the details' }).click();
    expect(await details().isVisible()).toBe(false);
  });

  it('draws the ingest by minute, and reads a minute where the pointer is', async () => {
    await open();
    const chart = page.locator('svg.ingest');
    expect((await chart.locator('.area').getAttribute('d'))!.match(/V/g)!.length).toBe(1441);
    const { x, y, width, height } = (await chart.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    expect(await page.locator('figcaption').innerText()).toMatch(/^1[12]:\d\d: \d+ responses?$/);
    await page.mouse.move(x + width / 2, y - 60);
    expect(await page.locator('figcaption').innerText()).toMatch(/^[\d\u202f]+ minutes with traffic; the most, /);
  });

  it('marks names and clients, and gives the file that score takes', async () => {
    await open();
    const save = page.locator('.toolbar .primary');
    expect(await save.isDisabled()).toBe(true);
    const quoted = data.rows.findIndex(({ dns_qry_name }) => dns_qry_name === '"quoted".example');
    const comma = data.rows.findIndex(({ dns_qry_name }) => dns_qry_name === 'a,b,c.example');
    expect(Math.min(quoted, comma)).toBeGreaterThan(-1);
    await page.locator('input[type=search]').fill('"quoted".example');
    await row(0).locator('select').selectOption('high');
    await page.locator('input[type=search]').fill('a,b,c.example');
    await row(0).locator('td.name').click();
    await details().getByLabel('Verdict on the name').selectOption('low');
    const client = data.rows[comma]!.ip_dst;
    await details().getByLabel('Verdict on the client').selectOption('medium');
    await page.keyboard.press('Escape');
    expect(await row(0).locator('select').inputValue()).toBe('low');
    expect(await save.innerText()).toBe('Download 3 verdicts');
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    expect(download.suggestedFilename()).toBe(`verdicts-${DATE}.csv`);
    // The only URL is the one that the page made itself, of what it holds.
    expect(opened.requests.splice(0).filter((url) => !url.startsWith('blob:'))).toEqual([]);
    expect(await readFile(await download.path(), 'utf8')).toBe(
      `ip,name,severity\n"","""quoted"".example","high"\n"","a,b,c.example","low"\n"${client}","","medium"\n`,
    );
  });

  it('shows attacker-chosen names as text, and runs nothing of theirs', async () => {
    await open();
    const shown = new Set(data.rows.map(({ dns_qry_name }) => dns_qry_name));
    const hostile = HOSTILE_NAMES.filter((name) => /[<>&"']/.test(name) && shown.has(name));
    expect(hostile).toContain('<img src=x onerror=alert(1)>.example');
    for (const name of hostile) {
      await page.locator('input[type=search]').fill(name);
      expect(await row(0).locator('td.name').innerText()).toBe(name);
      await row(0).locator('td.name').click();
      expect(await details().getByRole('heading', { level: 2 }).innerText()).toBe(name);
      await page.keyboard.press('Escape');
    }
    expect(await page.locator('img, iframe, object, embed, link, [onerror], [onload]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
  });

  it.each(['light', 'dark'] as const)('can be read in the %s scheme', async (colorScheme) => {
    await open({ colorScheme });
    await row(1).locator('select').selectOption('high');
    await row(2).locator('select').selectOption('medium');
    await row(3).locator('select').selectOption('low');
    await row(1).locator('td.name').click();
    const [back] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor]);
    expect(back === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
    const found = await contrasts(page);
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });

  it.each([390, 737, 1000, 1057, 1280, 2200])('fits into a window of %i pixels', async (width) => {
    await open({ viewport: { width, height: 800 } });
    const wide = () =>
      page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(await wide()).toBe(false);
    const { width: ofName } = (await row(0).locator('td.name').boundingBox())!;
    expect(ofName).toBeGreaterThan(150);
    await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
    await row(499).waitFor();
    await row(499).locator('td.name').click();
    await details().waitFor();
    expect(await wide()).toBe(false);
    expect((await details().boundingBox())!.width).toBeLessThanOrEqual(width);
  });

  it.each([390, 1280])('stays at the end of the table when it is scrolled there, %i pixels wide', async (width) => {
    await open({ viewport: { width, height: 800 } });
    const frames = () =>
      page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const below = () =>
      page
        .locator('.scroll')
        .evaluate(({ scrollTop, clientHeight, scrollHeight }) => Math.round(scrollHeight - clientHeight - scrollTop));
    await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
    await row(499).waitFor();
    for (let i = 0; i < 3; i++) {
      await frames();
      // The first time the height of a row was not known yet.
      await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
    }
    await frames();
    await frames();
    expect(await below()).toBe(0);
  });

  it('is whole on paper, dark on white', async () => {
    await open({ colorScheme: 'dark' });
    await row(0).locator('td.name').click();
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type ?\/Page\b/g)!.length).toBeGreaterThan(5);
    // Back on the screen, the rows are few again.
    await page.waitForFunction(() => document.querySelectorAll('tr[data-index]').length < 100);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.waitForFunction(() => document.querySelectorAll('tr[data-index]').length === 500);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    expect((await contrasts(page)).filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    const colours = () =>
      page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const [root] = document.styleSheets[0]!.cssRules as unknown as CSSStyleRule[];
        const variables = [...root!.style].filter((name) => name.startsWith('--'));
        return Object.fromEntries(variables.map((name) => [name, style.getPropertyValue(name)]));
      });
    const onPaper = await colours();
    expect(Object.keys(onPaper).length).toBeGreaterThan(15);
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    expect(await colours()).toEqual(onPaper);
  });

  it('asks before verdicts that were not saved are lost', async () => {
    await open();
    await row(0).locator('select').selectOption('high');
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    opened.dialogs.splice(0);
  });
});
