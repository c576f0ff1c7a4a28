/** `notebooks` with a real Jupyter: the day is served on this machine only, the kernel is listed, and it all ends. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { addressesOf, processesWith } from '../cluster/processes.js';
import { PROGRAM, start, startCli } from '../e2e/cli.js';
import { DATE, temporaryHomes } from '../e2e/homes.js';
import { dayFolder, installDeno, until, writeNotebook } from './homes.js';
import { jupyterEnvironment } from './jupyter.js';
import { notebookTools } from './tools.js';

const TWICE = fileURLToPath(new URL('twice.py', import.meta.url));
/** 127.0.0.1 and ::1 as the kernel of the system writes them. */
const LOOPBACK = ['0100007F', '00000000000000000000000001000000'];

const homes = temporaryHomes();
jest.setTimeout(300_000);
// The first call on a machine downloads some 200 MB.
beforeAll(() => notebookTools(), 900_000);

let home: string;
let scratch: string;
/** Stands in the command line of each process of the test. */
let token: string;
beforeEach(async () => {
  [home, scratch] = [await homes.empty(), await homes.empty()];
  token = randomBytes(12).toString('hex');
  await mkdir(dayFolder(home), { recursive: true });
  await writeNotebook(home, 'Mine.ipynb', ['6 * 7']);
  await installDeno(home);
});

const ofJupyter = () => ['--no-browser', '--allow-root', '--ServerApp.port=0', `--IdentityProvider.token=${token}`];
/** The command, Jupyter, and kernels: their connection files lie in the scratch folder. */
const processes = async () => [...(await processesWith(token)), ...(await processesWith(scratch))];

it('serves the day with the kernel on loopback; SIGTERM ends it and its kernels', async () => {
  const env = await jupyterEnvironment(scratch);
  const { child, ended } = startCli(home, ['notebooks', '--', ...ofJupyter()], { env });
  try {
    let said = '';
    child.stderr!.on('data', (text: string) => (said += text));
    const url = () => /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
    await until(() => url() !== undefined || child.exitCode !== null);
    const ask = async (path: string, method = 'GET', body?: object): Promise<unknown> => {
      const headers = { authorization: `token ${token}` };
      const response = await fetch(`${url()}api/${path}`, { method, headers, body: JSON.stringify(body) });
      expect(response.ok).toBe(true);
      return response.json();
    };

    const { kernelspecs } = (await ask('kernelspecs')) as { kernelspecs: Record<string, { spec: object }> };
    expect(kernelspecs.deno!.spec).toMatchObject({ display_name: 'TypeScript', language: 'typescript' });
    const { content } = (await ask('contents')) as { content: { name: string }[] };
    expect(content.map(({ name }) => name)).toEqual(['Mine.ipynb']);

    await ask('kernels', 'POST', { name: 'deno' });
    await until(async () => (await processesWith(scratch)).length > 0);
    const running = await processes();
    // The command, Jupyter and the kernel.
    expect(running).toHaveLength(3);
    const addresses = async () => (await Promise.all(running.map(addressesOf))).flat();
    await until(async () => (await addresses()).length > 5);
    expect((await addresses()).filter((address) => !LOOPBACK.includes(address))).toEqual([]);

    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, signal: null, stdout: '' });
    expect(await processes()).toEqual([]);
  } finally {
    child.kill('SIGTERM');
  }
});

it('ends with it when Ctrl-C is typed twice on a terminal', async () => {
  const env = await jupyterEnvironment(scratch);
  const { bin } = await notebookTools();
  const command = [process.execPath, PROGRAM, 'notebooks', '-d', DATE, '--', ...ofJupyter()];
  const args = [TWICE, 'Use Control-C to stop this server', ...command];
  const { status, stdout } = await start(join(bin, 'python'), args, { cwd: home, env }).ended;
  expect(stdout).toContain('Shut down this Jupyter server');
  expect(status).toBe(0);
  expect(await processes()).toEqual([]);
});
