/** What a reviewer would have to look for by hand: direction of imports, length of files, dependencies. */
import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKAGE } from './e2e/cli.js';

/** Which folders the files of a folder may import from. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  schemas: ['schemas'],
  streams: ['streams', 'schemas'],
  lib: ['lib', 'streams', 'schemas'],
  examples: [],
};
const MAX_LINES = 350;

const read = (path: string) => readFile(join(PACKAGE, path), 'utf8');
const readJson = async (path: string) => JSON.parse(await read(path)) as Record<string, unknown>;

async function sourcesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(PACKAGE, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
}

/** What a source imports or re-exports, types included, `import()` too. */
function importsOf(text: string): string[] {
  const found = text.matchAll(/(?:^|[;\s}])(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g);
  return [...found].map(([, , specifier]) => specifier!);
}

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

let sources: Source[];

beforeAll(async () => {
  const folders = await Promise.all(
    Object.keys(MAY_IMPORT).map(async (folder) =>
      Promise.all(
        (await sourcesOf(folder)).map(async (path) => {
          const text = await read(path);
          return { path, folder, text, imports: importsOf(text) };
        }),
      ),
    ),
  );
  sources = folders.flat();
});

describe('sources', () => {
  it('import one way: lib, streams, schemas', () => {
    const wrong = sources.flatMap(({ path, folder, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => join(dirname(path), specifier))
        .filter((target) => !MAY_IMPORT[folder]!.includes(target.split('/')[0]!))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
    // The scan sees imports at all.
    expect(sources.filter(({ folder }) => folder === 'lib').flatMap(({ imports }) => imports)).toContain(
      '../streams/contracts.js',
    );
  });

  it('of examples import the package by its name, as a user does', () => {
    const imports = sources.filter(({ folder }) => folder === 'examples').flatMap(({ imports: all }) => all);
    expect(new Set(imports.filter((specifier) => !specifier.startsWith('node:')))).toEqual(
      new Set(['spot-dns-oa', 'spot-dns-oa/hdfs2', 'spot-dns-oa/impala-client']),
    );
  });

  it(`are of at most ${MAX_LINES} lines`, () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });
});

describe('dependencies', () => {
  const packageOf = (specifier: string) =>
    specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
  const isPackage = (specifier: string) =>
    !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier);
  const listed = async () => Object.keys((await readJson('package.json')).dependencies as object);

  it('are those that the sources import, no more and no fewer', async () => {
    const imported = sources
      .filter(({ folder }) => folder !== 'examples')
      .flatMap(({ imports }) => imports.filter(isPackage).map(packageOf));
    expect([...new Set(imported)].sort()).toEqual((await listed()).sort());
  });

  it('stand in the README, each with its reason', async () => {
    const lines = (await read('README.md')).split('\n');
    const unexplained = (await listed()).filter((name) => {
      const line = lines.find((text) => /^(\||[-*] )/.test(text) && text.includes(`\`${name}\``));
      const reason = line?.slice(line.lastIndexOf('`') + 1).replace(/[^\p{L} ]/gu, '');
      return reason === undefined || reason.trim().split(/\s+/).length < 3;
    });
    expect(unexplained).toEqual([]);
  });

  it('run no script when they are installed', async () => {
    const { packages } = (await readJson('package-lock.json')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const ours = Object.entries(packages).filter(([, { dev }]) => dev !== true);
    expect(ours.length).toBeGreaterThan((await listed()).length);
    expect(ours.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([name]) => name)).toEqual([]);
  });
});
