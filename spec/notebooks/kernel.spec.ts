/** The kernel that the program registers, in a real Jupyter: it finds the package and the day, wherever the home lies. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { DENO_ADVICE } from '../../lib/notebook-kernel.js';
import { cli, PACKAGE } from '../e2e/cli.js';
import { DATE, DEMO_CONFIG, rowsOf, temporaryHomes } from '../e2e/homes.js';
import { dayFolder, installDeno, makeDay, registered, withGlobalDeno, writeNotebook } from './homes.js';
import { executed, jupyterEnvironment } from './jupyter.js';
import { notebookTools } from './tools.js';

const run = promisify(execFile);
const homes = temporaryHomes();
jest.setTimeout(300_000);
// The first call on a machine downloads some 200 MB.
beforeAll(() => notebookTools(), 900_000);
const INTERRUPT = fileURLToPath(new URL('interrupt.py', import.meta.url));

const SCRATCH = 'Scratch.ipynb';
const CELLS = [
  `import { openAnalystDay } from 'spot-dns-oa';
const day = await openAnalystDay();
day.date`,
  `const [{ n }]: { n?: number }[] = await day.rows('SELECT count(*) AS n FROM dns_scores');
n`,
  `await import('npm:left-pad@1.3.0')`,
];

async function expectDayIsFound(home: string): Promise<void> {
  await writeNotebook(home, SCRATCH, CELLS);
  const before = [await readdir(join(home, 'ipynb')), await readdir(dayFolder(home))];
  const [first, second, third] = await executed(dayFolder(home), SCRATCH);
  expect(first).toMatchObject({ plain: `"${DATE}"`, errors: [] });
  expect(second).toMatchObject({ plain: String((await rowsOf(home, 'dns_scores')).length), errors: [] });
  // Packages of a registry are not fetched.
  expect(third!.errors).toEqual([expect.stringMatching(/Could not find .*left-pad.* in the node_modules/)]);
  // Nothing is left beside the notebooks, a lock file of Deno for one.
  expect([await readdir(join(home, 'ipynb')), await readdir(dayFolder(home))]).toEqual(before);
}

describe('the kernel', () => {
  it('finds the package and the day in a home anywhere, with Deno installed there', async () => {
    const home = await homes.empty();
    await makeDay(home);
    await installDeno(home);
    expect(await registered(home)).toEqual({
      ...{ status: 0, signal: null, stderr: '' },
      stdout: `${join(home, 'ipynb/.jupyter')}\n`,
    });
    await expectDayIsFound(home);
  });

  it('finds them in a home inside the checkout, with Deno on the path', async () => {
    const home = await mkdtemp(join(PACKAGE, 'dist/home-'));
    try {
      await makeDay(home);
      expect(await registered(home, await withGlobalDeno(process.env))).toMatchObject({ status: 0 });
      await expectDayIsFound(home);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it('stops a cell without losing what others made', async () => {
    const home = await homes.empty();
    await installDeno(home);
    const { stdout } = await registered(home);
    const env = await jupyterEnvironment(await homes.empty(), stdout.trim());
    const { bin } = await notebookTools();
    expect((await run(join(bin, 'python'), [INTERRUPT], { env })).stdout).toBe('ok\nerror\nok\n42\n');
  });
});

describe('the command that is advised', () => {
  it('installs Deno in a clone', async () => {
    const clone = await homes.empty();
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(PACKAGE, file), join(clone, file));
    const [npm, ...args] = /npm install .*/.exec(DENO_ADVICE)![0].split(' ') as [string, ...string[]];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)));
    const { stdout } = await run(npm, [...args, '--dry-run'], { cwd: clone, env, maxBuffer: 1 << 26 });
    expect(stdout).toMatch(/^add deno 2\.7\.\d+$/m);
  });
});

describe('a notebook that was run and saved', () => {
  it('is not edited for the next run; one whose sources were changed is', async () => {
    const home = await homes.empty();
    await makeDay(home);
    await installDeno(home);
    await registered(home);
    const again = () => cli(home, 'run', '-d', DATE, ...DEMO_CONFIG);
    await executed(dayFolder(home), 'Advanced_Mode.ipynb', { save: true });
    expect((await again()).stderr).not.toContain('NOTEBOOKS_KEPT');
    const lastCode = <C extends { type: string }>(cells: readonly C[]) =>
      cells.findLast(({ type }) => type === 'code')!;
    const cells = await executed(dayFolder(home), 'Advanced_Mode.ipynb', {
      edit: (all) => (lastCode(all).source = '6 * 7'),
      save: true,
    });
    expect(lastCode(cells)).toMatchObject({ source: '6 * 7', plain: '42', errors: [] });
    expect((await again()).stderr).toMatch(/NOTEBOOKS_KEPT: .*Advanced_Mode\.new\.ipynb/);
  });
});
