/** Whatever texts the tables hold: the page shows them, and the browser keeps it from doing anything else. */
import type { Browser } from 'playwright-core';
import { HOSTILE_NAMES } from '../../lib/demo/hostile-names.js';
import { temporaryHomes } from '../e2e/homes.js';
import { hostileTexts } from '../fakes/hostile.js';
import { reportOf } from '../lib/report/report-of.js';
import { startChromium } from './chromium.js';
import { openFile, writeReport, type OpenPage } from './pages.js';

const homes = temporaryHomes();
let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const ATTACKS = [
  '</script><script>window.owned = 1</script>',
  '<img src=x onerror="window.owned = 1">',
  '<svg onload="window.owned = 1">',
  '"><iframe srcdoc="<script>parent.owned = 1</script>">',
  "javascript:window.owned = 1//'",
  '<!--<script>',
  '{{constructor.constructor("window.owned = 1")()}}',
];

const open = async (): Promise<OpenPage> => {
  const names = [...new Set([...ATTACKS, ...HOSTILE_NAMES, ...hostileTexts()])].filter((name) => name !== '');
  return openFile(browser, await writeReport(await homes.empty(), reportOf(names)));
};

it('shows every text, in the table and in the details, as text', async () => {
  const { page, complaints, requests, dialogs } = await open();
  const rows = Number(await page.locator('.suspicious').getAttribute('aria-rowcount')) - 1;
  expect(rows).toBeGreaterThan(200);
  await page.locator('tr[data-index="0"]').focus();
  for (let index = 0; index < rows; index++) {
    await page.keyboard.press('Enter');
    const name = await page.locator(`tr[data-index="${index}"] td.name`).textContent();
    expect(await page.locator('.details h2').textContent()).toBe(name);
    expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    if (index < ATTACKS.length) expect(name).toBe(ATTACKS[index]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowDown');
  }
  expect(await page.evaluate(() => 'owned' in window)).toBe(false);
  expect(await page.locator('img, iframe, object, embed, link, a').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  expect({ complaints, requests, dialogs }).toEqual({ complaints: [], requests: [], dialogs: [] });
});

it('could run no other script, and ask nobody, even if a text came in as HTML', async () => {
  const { page, complaints, requests } = await open();
  const blocked: string[] = [];
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText === 'csp') blocked.push(request.url());
  });
  const done = await page.evaluate(async () => {
    const tried: Record<string, string> = {};
    const attempt = async (what: string, work: () => unknown) => {
      tried[what] = await Promise.resolve()
        .then(work)
        .then(
          () => 'done',
          (error: Error) => error.name,
        );
    };
    await attempt('innerHTML', () => (document.body.innerHTML += '<img src=x onerror="window.owned = 1">'));
    await attempt('script', () => {
      const script = document.createElement('script');
      script.append('window.owned = 1');
      document.body.append(script);
    });
    await attempt('handler', () => document.body.setAttribute('onclick', 'window.owned = 1'));
    await attempt('fetch', () => fetch('https://attacker.example/'));
    await attempt('image', () => {
      const image = document.createElement('img');
      image.src = 'https://attacker.example/x.png';
      document.body.append(image);
    });
    document.body.click();
    return { tried, owned: 'owned' in window };
  });
  expect(done.owned).toBe(false);
  expect(done.tried).toMatchObject({ innerHTML: 'TypeError', fetch: 'TypeError' });
  // What the browser tells of is what it kept back.
  expect(requests).toContain('https://attacker.example/x.png');
  expect(blocked).toEqual(requests);
  expect(complaints.length).toBeGreaterThan(3);
});

it('says how to install a browser that is missing', async () => {
  const given = process.env.CHROMIUM_PATH;
  process.env.CHROMIUM_PATH = '/nowhere/chromium';
  try {
    await expect(startChromium()).rejects.toThrow(
      'Chromium is missing at CHROMIUM_PATH (/nowhere/chromium); on Debian: apt-get install chromium',
    );
  } finally {
    if (given === undefined) delete process.env.CHROMIUM_PATH;
    else process.env.CHROMIUM_PATH = given;
  }
});
