/** Ten thousand rows: the browser holds those in sight. */
import type { Browser } from 'playwright-core';
import { temporaryHomes } from '../e2e/homes.js';
import { startChromium } from './chromium.js';
import { manyRows, openFile, writeReport } from './pages.js';

const ROWS = 10_000;
/** Rows of the table that may be elements at a time. */
const MOST = 80;

const homes = temporaryHomes();
let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe(`a page of ${ROWS} rows`, () => {
  it('holds few of them at a time, wherever it is scrolled to, and comes to every one', async () => {
    const path = await writeReport(await homes.empty(), manyRows(ROWS));
    const { page, complaints, requests } = await openFile(browser, path);
    const held = () => page.locator('tr[data-index]').count();
    const elements = () => page.evaluate(() => document.querySelectorAll('*').length);
    expect(await page.locator('.suspicious').getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
    const atFirst = await elements();
    const scroll = page.locator('.scroll');
    const height = await scroll.evaluate((one) => one.scrollHeight);
    for (let part = 0; part <= 20; part++) {
      await scroll.evaluate((one, top) => one.scrollTo(0, top), (height * part) / 20);
      // What is in sight is there: the middle of the table is a row, and its neighbours follow one another.
      await page.waitForFunction(() => {
        const { left, top, width, height: tall } = document.querySelector('.scroll')!.getBoundingClientRect();
        return document.elementFromPoint(left + width / 4, top + tall / 2)?.closest('tr[data-index]') !== null;
      });
      const indexes = await page
        .locator('tr[data-index]')
        .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.index)));
      expect(indexes).toEqual(indexes.map((_, i) => indexes[0]! + i));
      expect(indexes.length).toBeLessThan(MOST);
      expect(indexes.length).toBeGreaterThan(15);
    }
    expect(await page.locator(`tr[data-index="${ROWS - 1}"] td.name`).innerText()).toBe(`name-${ROWS - 1}.example`);
    expect(await elements()).toBeLessThan(atFirst * 1.5);

    await page.locator('.suspicious th button', { hasText: 'Query name' }).click();
    expect(await page.locator('tr[data-index="0"] td.name').innerText()).toBe('name-0.example');
    expect(await held()).toBeLessThan(MOST);
    await page.locator('input[type=search]').fill('name-777');
    expect(await page.locator('.toolbar output').innerText()).toBe('11 rows of 10\u202f000');
    await page.locator('input[type=search]').fill('');
    await page.getByLabel('New this day').check();
    expect(await page.locator('.toolbar output').innerText()).toBe('1\u202f000 rows of 10\u202f000');
    await page.getByRole('button', { name: 'Clear' }).click();

    // A thousand on paper, and a word of it.
    await page.emulateMedia({ media: 'print' });
    await page.waitForFunction(() => document.querySelectorAll('tr[data-index]').length === 1000);
    expect(await page.getByText('The first 1\u202f000 of 10\u202f000 rows.').isVisible()).toBe(true);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });
});
