/** Report pages under test: what they hold, and a browser tab that tells what goes on in it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { renderReport } from '../../lib/report/render.js';
import type { ReportData } from '../../lib/report/report-data.js';

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, and what no code caught. */
  readonly complaints: string[];
  /** URLs that were asked for, but for the page itself. */
  readonly requests: string[];
  /** Dialogs that were opened. */
  readonly dialogs: string[];
}

/** Opens a file as an analyst does, with a double click. */
export async function openFile(
  browser: Browser,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  const opened: OpenPage = { page, complaints: [], requests: [], dialogs: [] };
  const url = pathToFileURL(path).href;
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) opened.complaints.push(message.text());
  });
  page.on('pageerror', (error) => opened.complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    opened.dialogs.push(dialog.message());
    // A page that asks whether to leave is left.
    void (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss());
  });
  page.on('request', (request) => {
    if (request.url() !== url) opened.requests.push(request.url());
  });
  await page.goto(url);
  await page.locator('.suspicious').waitFor();
  return opened;
}

export async function writeReport(folder: string, data: ReportData, name = 'report.html'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, renderReport(data));
  return path;
}

/** A day of so many rows, each of a name and client of its own, none of which says anything. */
export function manyRows(count: number): ReportData {
  const start = Date.UTC(2016, 6, 8) / 1000;
  const names = Array.from({ length: count }, (_, i) => `name-${i}.example`);
  return {
    ...{ date: '20160708', iso: '2016-07-08', engine: 'duckdb', version: '0.0.0', made: '2016-07-09T06:00:00.000Z' },
    totals: { dns: 1_000_000, dns_scores: count, dns_edge: 0, dns_dendro: 0, dns_ingest_summary: 0 },
    ...{ seenDays: 30, trafficDays: 30, details: [], clients: [], minutes: [] },
    rows: names.map((dns_qry_name, i) => ({
      score: i / count,
      frame_time: 'Jul  8 2016 04:29:38 UTC',
      unix_tstamp: start + (i % 86_400),
      frame_len: 60,
      ip_dst: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      dns_qry_name,
      ...{ dns_qry_class_name: 'Internet (IN)', dns_qry_type_name: 'A', dns_qry_rcode_name: 'NoError' },
      tld: 'example',
      query_rep: ['list:HIGH:3', 'list:LOW:1', 'list:UNKNOWN:-1', ''][i % 4]!,
      network_context: null,
      ...{ dns_sev: 0, ip_sev: 0 },
    })),
    names: names.map((name, i) => {
      return { name, clients: 1 + (i % 7), firstDay: i % 10 === 0 ? '2016-07-08' : '2016-07-01', askers: [] };
    }),
  };
}
