/** A Jupyter and a Deno of known versions, in cache folders outside the tree; the first call on a machine installs them. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFile } from '../../lib/package-root.js';
import { cached } from '../cluster/jars.js';

const run = promisify(execFile);

const DENO_VERSION = '2.7.14';
const REQUIREMENTS = 'spec/notebooks/requirements.txt';
const ADVICE = 'on Debian or Ubuntu: apt-get install python3-venv';

export interface Tools {
  /** Folder of the programs `jupyter`, `jupyter-lab` and `python`. */
  readonly bin: string;
  /** Folder whose `node_modules` holds the npm package `deno`, installed without scripts. */
  readonly deno: string;
}

export const notebookTools = async (env = withoutNpm(process.env)): Promise<Tools> => ({
  bin: join(await jupyterFolder(env), 'bin'),
  deno: await denoFolder(env),
});

/** What npm tells its scripts must not reach another npm. */
const withoutNpm = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)));

async function jupyterFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const wanted = await readFile(packageFile(REQUIREMENTS), 'utf8');
  const versions = [...wanted.matchAll(/==(.+)$/gm)].map(([, version]) => version!);
  return cached(`jupyter-${versions.join('-')}`, env, async (unfinished) => {
    try {
      await run('python3', ['-m', 'venv', unfinished], { env });
      const install = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', packageFile(REQUIREMENTS)];
      await run(join(unfinished, 'bin/python'), install, { env, maxBuffer: 1 << 26 });
      await renameInPrograms(join(unfinished, 'bin'), unfinished, unfinished.replace(/\.[^./]{6}$/, ''));
    } catch (error) {
      throw new Error(`The notebook tests need Python 3.10 or newer with venv and pip (${ADVICE})`, { cause: error });
    }
  });
}

/** The first line of Python's programs holds the folder that they were installed into. */
async function renameInPrograms(bin: string, from: string, to: string): Promise<void> {
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    const path = join(bin, entry.name);
    const text = entry.isFile() ? await readFile(path, 'latin1') : '';
    if (text.startsWith('#!')) await writeFile(path, text.replaceAll(from, to), 'latin1');
  }
}

const denoFolder = (env: NodeJS.ProcessEnv): Promise<string> =>
  cached(`deno-${DENO_VERSION}`, env, async (folder) => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...quiet, `deno@${DENO_VERSION}`], { cwd: folder, env });
  });
