/** Homes with a sample day, in which the program finds Deno and Jupyter where a user has them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cli, startCli, type Ended } from '../e2e/cli.js';
import { DATE } from '../e2e/homes.js';
import { notebookTools } from './tools.js';

const PATIENCE = 120_000;

export const dayFolder = (home: string): string => join(home, 'ipynb/dns', DATE);

export async function makeDay(home: string): Promise<void> {
  const { status, stderr } = await cli(home, 'demo', '--rows', '2000');
  if (status !== 0) throw new Error(stderr);
}

/** As `npm install deno` does in the home. */
export async function installDeno(home: string): Promise<void> {
  await mkdir(join(home, 'node_modules'), { recursive: true });
  await symlink(join((await notebookTools()).deno, 'node_modules/deno'), join(home, 'node_modules/deno'), 'dir');
}

/** As `npm install -g deno` does. */
export async function withGlobalDeno(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const { deno } = await notebookTools();
  return { ...env, PATH: `${join(deno, 'node_modules/.bin')}${delimiter}${env.PATH}` };
}

/** `notebooks --kernel-only` in the home. */
export const registered = (home: string, env: NodeJS.ProcessEnv = process.env): Promise<Ended> =>
  startCli(home, ['notebooks', '--kernel-only'], { env }).ended;

/** A notebook of code cells in the day's folder. */
export async function writeNotebook(home: string, file: string, sources: readonly string[]): Promise<void> {
  const code = { cell_type: 'code', execution_count: null, metadata: {}, outputs: [] };
  const cells = sources.map((source, i) => ({ ...code, id: `cell-${i}`, source }));
  const metadata = { kernelspec: { name: 'deno', display_name: 'TypeScript', language: 'typescript' } };
  await writeFile(join(dayFolder(home), file), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
}

/** Waits as long as a busy machine may take to start a Jupyter. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await what()); await wait(200))
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE} ms in vain`);
}
