/**
 * The kernel that runs TypeScript notebooks: Deno's. It is the better kept of the two that there are, brings Node's API and
 * loads DuckDB's native module, and finds ES modules by their `exports`. The other one, tslab, does not find the package in
 * a checkout, and its TypeScript is years old.
 *
 * Deno 2.7 it is: from 2.8 on its kernel says that a cell is done before it has sent what the cell shows, which Jupyter then
 * drops. Measured on a busy machine: 2.8.3 lost 150 of 150 outputs, 2.9.6 17 of 150, 2.7.14 none.
 */
import { execFile } from 'node:child_process';
import { constants, readFileSync } from 'node:fs';
import { access, lstat, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { asOaError, OaError } from '../schemas/errors.js';
import { isClone, packageRoot } from './package-root.js';
import { localStorage } from './storage/local.js';
import { readText, writeText } from './storage/text.js';

const run = promisify(execFile);

const PACKAGE = 'spot-dns-oa';
const PROGRAM = process.platform === 'win32' ? 'deno.exe' : 'deno';

/** In a clone npm takes the optional peer that package.json names for one that nobody wants, and installs nothing. */
const INSTALL = isClone ? 'npm install --no-save --save-dev deno@2.7' : 'npm install deno@2.7';

/** How a person gets it. */
export const DENO_ADVICE = `Deno, whose kernel runs TypeScript: ${INSTALL}`;

/**
 * Absolute path of Deno: of the npm package `deno` as it is found from the home, the current folder and this package, else
 * on the `PATH`; `null` when there is none.
 */
export async function findDeno(home = '.', env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const folders = [home, '.', packageRoot].map((folder) => resolve(folder));
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = [...folders.flatMap(foundByNpm), ...(await Promise.all(onPath.map(foundOnPath))).flat()];
  for (const place of places) if (await isProgram(place)) return place;
  return null;
}

/** What is to be said of a Deno that is there, by its version; `null` where it is the one that is wanted, or keeps it secret. */
export async function denoWarning(deno: string): Promise<string | null> {
  const said = await run(deno, ['--version']).catch(() => ({ stdout: '' }));
  const version = /^deno (\d+\.\d+\.\d+)/.exec(said.stdout)?.[1];
  if (version === undefined || version.startsWith('2.7.')) return null;
  return `${deno} is Deno ${version}, whose kernel may lose what cells show; 2.7 does not: ${INSTALL}`;
}

function foundByNpm(folder: string): string[] {
  try {
    return binariesOf(createRequire(join(folder, 'package.json')).resolve('deno/package.json'));
  } catch {
    return [];
  }
}

/** What `npm install -g` puts there is a script; the kernel would be its child, and outlive it when Jupyter kills it. */
async function foundOnPath(folder: string): Promise<string[]> {
  const place = resolve(folder, PROGRAM);
  const real = await realpath(place).catch(() => place);
  return real.endsWith('.cjs') ? binariesOf(join(dirname(real), 'package.json')) : [place];
}

/** The binary lies in a package for this platform that `deno` depends on; no install script need have run. */
function binariesOf(manifest: string): string[] {
  try {
    const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      optionalDependencies?: Record<string, string>;
    };
    const ofPlatform = Object.keys(optionalDependencies).filter((name) =>
      name.startsWith(`@deno/${process.platform}-${process.arch}`),
    );
    const { resolve: find } = createRequire(manifest);
    return ofPlatform.map((name) => join(dirname(find(`${name}/package.json`)), PROGRAM));
  } catch {
    return [];
  }
}

const isProgram = async (path: string): Promise<boolean> =>
  access(path, constants.X_OK)
    .then(() => stat(path))
    .then(
      (status) => !status.isDirectory(),
      () => false,
    );

/**
 * Makes the kernel known for the notebooks of a home, and the package known to them, wherever the home lies. Done again it
 * changes nothing.
 * @param home folder that holds `ipynb/`
 * @returns what Jupyter needs as JUPYTER_PATH: `<home>/ipynb/.jupyter`, absolute
 * @throws {OaError} `NOTEBOOK_TOOLS_MISSING` without Deno; `NOTEBOOKS_FAILED`, `STORAGE_FAILED`
 */
export async function registerKernel(home: string, { deno }: { deno?: string } = {}): Promise<string> {
  const program = deno ?? (await findDeno(home));
  if (program === null) throw new OaError('NOTEBOOK_TOOLS_MISSING', `missing: ${DENO_ADVICE}`);
  const folder = resolve(home, 'ipynb');
  // The templates name their kernel `deno`; this place comes before those of the user and the system.
  const kernel = join(folder, '.jupyter/kernels/deno/kernel.json');
  await writeText(localStorage(), kernel, `${JSON.stringify(kernelSpec(program), null, 2)}\n`);
  await addDependency(join(folder, 'package.json'));
  await linkPackage(join(folder, 'node_modules', PACKAGE)).catch((error: unknown) => {
    throw asOaError(error, 'NOTEBOOKS_FAILED', folder);
  });
  return join(folder, '.jupyter');
}

const kernelSpec = (deno: string) => ({
  argv: [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'],
  display_name: 'TypeScript',
  language: 'typescript',
  // A signal would end the kernel, and all that its cells have made.
  interrupt_mode: 'message',
  // Packages come from node_modules, never from a registry, for there is a package.json.
  env: { DENO_NO_UPDATE_CHECK: '1' },
});

/** Deno takes a package from `node_modules` only where a package.json says that it is wanted. */
async function addDependency(path: string): Promise<void> {
  const there = await readText(localStorage(), path);
  const manifest = there === null ? { private: true } : manifestOf(path, there);
  const dependencies = { ...(manifest.dependencies as object | undefined) };
  if (Object.hasOwn(dependencies, PACKAGE)) return;
  const added = { ...manifest, dependencies: { ...dependencies, [PACKAGE]: '*' } };
  await writeText(localStorage(), path, `${JSON.stringify(added, null, 2)}\n`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function manifestOf(path: string, text: string): Record<string, unknown> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new OaError('NOTEBOOKS_FAILED', `${path}: expected the package.json of a package; ${why}`, { cause });
  };
  try {
    const manifest = JSON.parse(text) as unknown;
    if (isObject(manifest) && isObject(manifest.dependencies ?? {})) return manifest;
  } catch (error) {
    refuse((error as Error).message, error);
  }
  return refuse('it holds something else');
}

/** A link to where the package really lies: its own dependencies are found from there. */
async function linkPackage(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there !== null && !there.isSymbolicLink()) return;
  const target = await realpath(packageRoot);
  if (there !== null && resolve(dirname(path), await readlink(path)) === target) return;
  await mkdir(dirname(path), { recursive: true });
  const made = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await symlink(target, made, 'junction');
    await rename(made, path);
  } finally {
    await rm(made, { force: true });
  }
}
