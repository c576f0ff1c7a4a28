/** The command `notebooks` with programs that stand for Jupyter and Deno; `npm run test:notebooks` has the real ones. */
import { chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { startCli, type Ended, type Started } from './cli.js';
import { temporaryHomes } from './homes.js';
import { until } from '../cluster/processes.js';

const homes = temporaryHomes();
let home: string;
let bin: string;
beforeEach(async () => {
  home = await realpath(await homes.empty());
  bin = join(await homes.empty(), 'bin');
  await mkdir(bin);
  for (const date of ['20160708', '20160707', '20160799.old', 'notes'])
    await mkdir(join(home, 'ipynb/dns', date), { recursive: true });
});

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(bin, name), text);
  await chmod(join(bin, name), 0o755);
}
const deno = () => program('deno', '#!/bin/sh\n');

const told = () => join(bin, 'told.json');
/** Answers `--version` for the parts that it has, writes down how it was started, and ends as it is told to. */
const jupyter = (parts: readonly string[], { name = 'jupyter', ends = 'process.exit(7)' } = {}) =>
  program(
    name,
    `#!${process.execPath}
const { writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const parts = ${JSON.stringify(parts)};
if (parts.length > 0 && !parts.includes(args[0])) process.exit(1);
if (args.at(-1) === '--version') process.exit(0);
console.log('on standard output');
process.on('SIGTERM', () => process.exit(3));
writeFileSync(${JSON.stringify(told())}, JSON.stringify({
  args, folder: process.cwd(), pid: process.pid, path: process.env.JUPYTER_PATH,
}));
${ends};
`,
  );

interface Told {
  args: string[];
  folder: string;
  pid: number;
  path: string;
}
const started = async () => JSON.parse(await readFile(told(), 'utf8')) as Told;
const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Started =>
  startCli(home, ['notebooks', ...args], { env: { ...process.env, JUPYTER_PATH: '', PATH: bin, ...env } });
const notebooks = (...args: string[]): Promise<Ended> => start(args).ended;

describe('notebooks', () => {
  it('runs JupyterLab in the folder of the newest day, and ends as it does', async () => {
    await deno();
    await jupyter(['lab', 'notebook']);
    const { status, stdout, stderr } = await notebooks('--', '--no-browser', '--port', '8899', '--help', '-d', 'x');
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(stderr).toContain(`jupyter lab in ${home}/ipynb/dns/20160708`);
    expect(stderr).toContain('on standard output');
    expect(await started()).toMatchObject({
      args: ['lab', '--no-browser', '--port', '8899', '--help', '-d', 'x'],
      folder: join(home, 'ipynb/dns/20160708'),
      path: join(home, 'ipynb/.jupyter'),
    });
    const kernel = await readFile(join(home, 'ipynb/.jupyter/kernels/deno/kernel.json'), 'utf8');
    expect(JSON.parse(kernel)).toMatchObject({
      argv: [join(bin, 'deno'), 'jupyter', '--kernel', '--conn', expect.any(String)],
    });
  });

  it('warns of a Deno that may lose what cells show, and goes on', async () => {
    await program('deno', "#!/bin/sh\necho 'deno 2.9.6 (stable)'\n");
    await jupyter(['lab']);
    const { status, stderr } = await notebooks();
    expect(status).toBe(7);
    expect(stderr).toMatch(/^warning: .*bin\/deno is Deno 2\.9\.6, /m);
  });

  it('runs it in the day that is asked for, with a JUPYTER_PATH that was there behind ours', async () => {
    await deno();
    await jupyter(['lab']);
    const { ended } = start(['-d', '20160707'], { JUPYTER_PATH: '/opt/kernels' });
    expect((await ended).status).toBe(7);
    expect(await started()).toMatchObject({
      args: ['lab'],
      folder: join(home, 'ipynb/dns/20160707'),
      path: `${home}/ipynb/.jupyter${delimiter}/opt/kernels`,
    });
  });

  it.each([
    ['the classic notebook where there is no JupyterLab', ['notebook'], 'jupyter', ['notebook']],
    ['jupyter-lab where only that is on the path', [], 'jupyter-lab', []],
  ])('runs %s', async (_what, parts, name, args) => {
    await deno();
    await jupyter(parts, { name });
    expect((await notebooks()).status).toBe(7);
    expect((await started()).args).toEqual(args);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends Jupyter, and then the command', async (signal) => {
    await deno();
    await jupyter(['lab'], { ends: 'setInterval(() => {}, 1000)' });
    const { child, ended } = start([]);
    await until(() => started().then(Boolean, () => false));
    child.kill(signal);
    expect(await ended).toMatchObject({ status: 3, signal: null });
    const { pid } = await started();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends with 128 and the number of the signal that ended Jupyter', async () => {
    await deno();
    await jupyter(['lab'], { ends: `process.kill(process.pid, 'SIGKILL')` });
    expect(await notebooks()).toMatchObject({ status: 137, signal: null });
  });
});

describe('notebooks without what it needs', () => {
  const DENO = /Deno, whose kernel runs TypeScript: npm install [^;\n]*deno@2\.7/;
  const JUPYTER = /Jupyter: python3 -m pip install jupyterlab/;

  it('names all that is missing, with the commands that install it, and makes nothing', async () => {
    const { status, stdout, stderr } = await notebooks();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^spot-dns-oa: NOTEBOOK_TOOLS_MISSING: missing: ${DENO.source}; ${JUPYTER.source}\n$`),
    );
    await expect(readFile(join(home, 'ipynb/package.json'))).rejects.toThrow('ENOENT');
  });

  it('names Deno alone where there is a Jupyter, which is not started', async () => {
    await jupyter(['lab']);
    const { status, stderr } = await notebooks();
    expect(status).toBe(1);
    expect(stderr).toMatch(DENO);
    expect(stderr).not.toMatch(JUPYTER);
    await expect(started()).rejects.toThrow('ENOENT');
  });

  it('names Jupyter alone where there is a Deno, and none of its parts runs', async () => {
    await deno();
    await jupyter(['console']);
    const { status, stderr } = await notebooks();
    expect(status).toBe(1);
    expect(stderr).toMatch(JUPYTER);
    expect(stderr).not.toMatch(DENO);
  });

  it.each([
    ['a day that was not run', ['-d', '20200101'], 'FILE_NOT_FOUND', /dns\/20200101: expected .* run -d 20200101/],
    [
      'a home without days',
      ['--home', 'elsewhere'],
      'FILE_NOT_FOUND',
      /elsewhere\/ipynb\/dns: expected .* run -d YYYYMMDD/,
    ],
    ['a day that is none', ['-d', '20160231'], 'DATE_INVALID', /20160231/],
    ['several days', ['-d', '20160707..20160708'], 'USAGE', /one day/],
    ['an argument of Jupyter without --', ['--no-browser'], 'USAGE', /--no-browser/],
    ['arguments of a Jupyter that is not started', ['--kernel-only', '--', '-y'], 'USAGE', /starts no Jupyter/],
  ])('%s is said before anything is made', async (_what, args, code, message) => {
    await deno();
    await jupyter(['lab']);
    const { status, stdout, stderr } = await notebooks(...args);
    expect({ status, stdout }).toEqual({ status: code === 'FILE_NOT_FOUND' ? 1 : 2, stdout: '' });
    expect(stderr).toContain(`spot-dns-oa: ${code}: `);
    expect(stderr).toMatch(message);
    await expect(started()).rejects.toThrow('ENOENT');
  });
});

describe('notebooks --kernel-only', () => {
  it('prints what JUPYTER_PATH is to be, and nothing else; needs no day and no Jupyter', async () => {
    await deno();
    const { ended } = start(['--kernel-only', '--home', 'a home $(id)'], { JUPYTER_PATH: '/opt/kernels' });
    const path = join(home, 'a home $(id)/ipynb/.jupyter');
    expect(await ended).toEqual({ status: 0, signal: null, stdout: `${path}\n`, stderr: '' });
    expect(JSON.parse(await readFile(join(path, 'kernels/deno/kernel.json'), 'utf8'))).toMatchObject({
      language: 'typescript',
    });
  });

  it('says how to get Deno', async () => {
    expect(await notebooks('--kernel-only')).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringMatching(
        /^spot-dns-oa: NOTEBOOK_TOOLS_MISSING: missing: Deno, whose kernel runs TypeScript: npm install [^;\n]*deno@2\.7\n$/,
      ) as string,
    });
  });
});
