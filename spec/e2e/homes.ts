/** Folders in which the program is run: a sample day made once, and copies of it for each test. */
import { cp, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { jest } from '@jest/globals';
import { readFolder, type PlainRow } from './parquet-rows.js';

export const DATE = '20160708';
/** The settings that `demo` leaves: the look-ups of its own run. */
export const DEMO_CONFIG = ['--config', 'spot-data/demo/settings.json'] as const;

const FOLDERS = {
  dns_scores: 'suspicious',
  dns_edge: 'edge',
  dns_dendro: 'dendro',
  dns_ingest_summary: 'summary',
  dns_threat_investigation: 'threat_investigation',
  dns_threat_dendro: 'threat_dendro',
  dns_storyboard: 'storyboard',
} as const;

export type OaTable = keyof typeof FOLDERS;
export const RESULT_TABLES = ['dns_scores', 'dns_edge', 'dns_dendro', 'dns_ingest_summary'] as const;
export const ANALYST_TABLES = ['dns_threat_investigation', 'dns_threat_dendro', 'dns_storyboard'] as const;

/** Folders that are removed when the tests of the file are done. Programs run in them: a busy machine takes its time. */
export function temporaryHomes() {
  jest.setTimeout(120_000);
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));
  const empty = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'spot-dns-oa-e2e-'));
    made.push(path);
    return path;
  };
  return {
    empty,
    copyOf: async (home: string): Promise<string> => {
      const path = await empty();
      await cp(home, path, { recursive: true });
      return path;
    },
  };
}

export const tableFolder = (home: string, table: OaTable): string =>
  join(home, 'spot-data/dns/hive/oa', FOLDERS[table]);

export function partition(home: string, table: OaTable, date = DATE): string {
  const [y, m, d] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number);
  return join(tableFolder(home, table), `y=${y}/m=${m}/d=${d}`);
}

export const rowsOf = (home: string, table: OaTable, date = DATE): Promise<PlainRow[]> =>
  readFolder(partition(home, table, date));

/** Paths below a folder, sorted, each with a digest of its bytes, links with where they lead; folders end in a slash. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isDirectory()) found[`${name}/`] = '';
    else if (entry.isSymbolicLink()) found[name] = await readlink(path);
    else
      found[name] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The partition files of the four result tables by path, with digests. */
export async function resultFiles(home: string, date = DATE): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of RESULT_TABLES) {
    const files = await contents(partition(home, table, date)).catch(() => ({}));
    for (const [name, digest] of Object.entries(files)) found[`${table}/${name}`] = digest;
  }
  return found;
}

/** What is left in the staging folder, but for the empty folder of journals: nothing, when no run is under way. */
export async function leftovers(home: string): Promise<string[]> {
  const found = await contents(join(home, 'spot-data/dns/staging')).catch(() => ({}));
  return Object.keys(found).filter((name) => name !== '_journal/');
}

/** Hidden and temporary files anywhere below a folder: of these an ended run leaves none. */
export const hiddenFiles = async (home: string): Promise<string[]> =>
  Object.keys(await contents(home)).filter((path) => /(^|\/)\.[^/]+$|\.(tmp|part)$/.test(path));
