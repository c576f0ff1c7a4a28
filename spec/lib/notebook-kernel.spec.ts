import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { denoWarning, findDeno, registerKernel } from '../../lib/notebook-kernel.js';
import { PACKAGE } from '../e2e/cli.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const folder = temporaryFolder();
const write = (path: string, text: string, mode = 0o644): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const failed = (code: string, message: RegExp): Error =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

/** The npm package `deno` in a folder, as it is when its install script has not run. @returns the binary */
function npmDeno(modules: string): string {
  const platform = `@deno/${process.platform}-${process.arch}-glibc`;
  const optionalDependencies = { '@deno/plan9-mips': '2.0.0', [platform]: '2.0.0' };
  write(join(modules, 'deno/package.json'), JSON.stringify({ name: 'deno', optionalDependencies }));
  write(join(modules, 'deno/bin.cjs'), '#!/usr/bin/env node\n', 0o755);
  write(join(modules, platform, 'package.json'), '{}');
  return write(join(modules, platform, 'deno'), '', 0o755);
}

describe('denoWarning', () => {
  const saying = (text: string) => write(join(folder.path, 'deno'), `#!/bin/sh\n${text}\n`, 0o755);

  it.each(['2.6.0', '2.8.3', '2.9.6', '3.0.0'])(
    'says of Deno %s what it may lose, and what does not',
    async (version) => {
      const deno = saying(`echo 'deno ${version} (stable, release)'`);
      const warning = await denoWarning(deno);
      expect(warning).toContain(`${deno} is Deno ${version}, `);
      expect(warning).toMatch(/npm install [^;]*deno@2\.7$/);
    },
  );

  it.each(["echo 'deno 2.7.14 (stable, release)'", 'echo hello', 'exit 1'])(
    'has nothing to say of %s',
    async (text) => {
      expect(await denoWarning(saying(text))).toBeNull();
    },
  );
});

describe('findDeno', () => {
  const onPath = () => join(folder.path, 'bin');
  const env = () => ({ PATH: `:${join(folder.path, 'none')}:${onPath()}` });

  it("takes the binary of the home's npm package before one on the path", async () => {
    const home = join(folder.path, 'a home/inside');
    write(join(onPath(), 'deno'), '', 0o755);
    const binary = npmDeno(join(folder.path, 'a home/node_modules'));
    expect(await findDeno(home, env())).toBe(binary);
  });

  it('takes one on the path', async () => {
    const program = write(join(onPath(), 'deno'), '', 0o755);
    expect(await findDeno(folder.path, env())).toBe(program);
  });

  it('takes the binary behind the script that npm puts on the path', async () => {
    const binary = npmDeno(join(folder.path, 'lib/node_modules'));
    mkdirSync(onPath());
    symlinkSync('../lib/node_modules/deno/bin.cjs', join(onPath(), 'deno'));
    expect(await findDeno(folder.path, env())).toBe(binary);
  });

  it('finds none where there is none, nor a folder or a file that is no program', async () => {
    expect(await findDeno(folder.path, {})).toBeNull();
    write(join(onPath(), 'deno'), '');
    expect(await findDeno(folder.path, env())).toBeNull();
    mkdirSync(join(folder.path, 'none/deno'), { recursive: true });
    expect(await findDeno(folder.path, env())).toBeNull();
    // A package of that name for another platform.
    write(join(folder.path, 'node_modules/deno/package.json'), '{"name": "deno"}');
    expect(await findDeno(folder.path, env())).toBeNull();
  });
});

describe('registerKernel', () => {
  const deno = "/opt/de no/$(id)/'deno";
  const ipynb = (path = '') => join(folder.path, 'ipynb', path);
  const readJson = (path: string) => JSON.parse(readFileSync(ipynb(path), 'utf8')) as unknown;
  const link = () => ipynb('node_modules/spot-dns-oa');
  const register = () => registerKernel(folder.path, { deno });

  it("writes the kernel that the templates name, for Jupyter's path", async () => {
    expect(await register()).toBe(ipynb('.jupyter'));
    expect(readJson('.jupyter/kernels/deno/kernel.json')).toEqual({
      argv: [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'],
      display_name: 'TypeScript',
      language: 'typescript',
      interrupt_mode: 'message',
      env: { DENO_NO_UPDATE_CHECK: '1' },
    });
    const template = readFileSync(join(PACKAGE, 'notebooks-templates/Advanced_Mode_master.ipynb'), 'utf8');
    const { kernelspec } = (JSON.parse(template) as { metadata: { kernelspec: unknown } }).metadata;
    expect(kernelspec).toEqual({ name: 'deno', display_name: 'TypeScript', language: 'typescript' });
  });

  it('makes the package known to the notebooks, and changes nothing the second time', async () => {
    await register();
    expect(readJson('package.json')).toEqual({ private: true, dependencies: { 'spot-dns-oa': '*' } });
    expect(realpathSync(link())).toBe(realpathSync(PACKAGE));
    const state = () => [
      readdirSync(ipynb('node_modules')),
      lstatSync(link()).ino,
      readFileSync(ipynb('package.json')),
    ];
    const before = state();
    await register();
    expect(state()).toEqual(before);
  });

  it('keeps what a package.json says, and the range of the package that it wants', async () => {
    write(ipynb('package.json'), '{"name": "mine", "dependencies": {"d3": "^7"}}');
    await register();
    const wanted = { name: 'mine', dependencies: { d3: '^7', 'spot-dns-oa': '*' } };
    expect(readJson('package.json')).toEqual(wanted);
    write(ipynb('package.json'), '{"dependencies": {"spot-dns-oa": "^9"}}');
    await register();
    expect(readJson('package.json')).toEqual({ dependencies: { 'spot-dns-oa': '^9' } });
  });

  it.each(['{', '[]', 'null', '{"dependencies": []}'])(
    'does not touch a package.json that is none: %s',
    async (text) => {
      write(ipynb('package.json'), text);
      await expect(register()).rejects.toThrow(
        failed('NOTEBOOKS_FAILED', /package\.json: expected the package\.json of/),
      );
      expect(readFileSync(ipynb('package.json'), 'utf8')).toBe(text);
    },
  );

  it.each(['nowhere', '../..'])('replaces a link that leads elsewhere (%s)', async (target) => {
    mkdirSync(dirname(link()), { recursive: true });
    symlinkSync(target, link());
    await register();
    expect(readlinkSync(link())).toBe(realpathSync(PACKAGE));
    expect(readdirSync(dirname(link()))).toEqual(['spot-dns-oa']);
  });

  it('leaves a package that is really installed there alone', async () => {
    write(join(link(), 'package.json'), '{}');
    await register();
    expect(lstatSync(link()).isSymbolicLink()).toBe(false);
    expect(readdirSync(link())).toEqual(['package.json']);
  });

  it('says how to get Deno where there is none, and makes nothing', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder.path;
    try {
      const wanted = failed('NOTEBOOK_TOOLS_MISSING', /^missing: Deno.*: npm install .*deno@2\.7$/);
      await expect(registerKernel(folder.path)).rejects.toThrow(wanted);
    } finally {
      process.env.PATH = PATH;
    }
    expect(existsSync(ipynb())).toBe(false);
  });
});
