/** What `npm pack` makes, as a user has it: installed into an empty TypeScript project outside the repository. */
import { builtinModules } from 'node:module';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE, start, type Ended } from '../e2e/cli.js';
import { OWN_STREAMS, RIGHT, WRONG } from './programs.js';

const DATE = '20160708';
const LONG = 300_000;

interface Manifest {
  readonly files: readonly string[];
  readonly bin: Record<string, string>;
  readonly dependencies: Record<string, string>;
}

let project: string;
let installed: string;
let manifest: Manifest;
/** Paths in the tarball. */
let packed: string[];

const read = (path: string) => readFile(path, 'utf8');
const node = (...args: string[]): Promise<Ended> => start(process.execPath, args, { cwd: project }).ended;
const tsc = (...args: string[]) => node(join(PACKAGE, 'node_modules/typescript/bin/tsc'), ...args);

async function succeed(run: Promise<Ended>): Promise<string> {
  const { status, stdout, stderr } = await run;
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  return stdout;
}

/** Files below a folder of the project are the program; a file of settings for each, as `tsc --strict` would take them. */
async function writeProgram(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(project, folder));
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, folder, name), text);
  const compilerOptions = { strict: true, module: 'NodeNext', types: ['node'], rootDir: '.', outDir: './out' };
  await writeFile(join(project, folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

/** The first block of TypeScript in the README. */
async function readmePipeline(): Promise<string> {
  const block = /^```ts\n(.*?)^```$/ms.exec(await read(join(installed, 'README.md')));
  return block![1]!;
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'spot-dns-oa-package-'));
  // Without scripts: what is packed is what `npm test` has just built.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const [made] = JSON.parse(await succeed(start('npm', pack, { cwd: PACKAGE }).ended)) as [{ filename: string }];
  packed = (await succeed(start('tar', ['-tzf', made.filename], { cwd: project }).ended))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''));
  await succeed(start('tar', ['-xzf', made.filename], { cwd: project }).ended);
  installed = join(project, 'node_modules/spot-dns-oa');
  await mkdir(dirname(installed));
  await rename(join(project, 'package'), installed);
  manifest = JSON.parse(await read(join(installed, 'package.json'))) as Manifest;
  // Instead of the registry: what this tree has installed, but only what the package lists.
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    await mkdir(dirname(join(project, 'node_modules', name)), { recursive: true });
    await symlink(join(PACKAGE, 'node_modules', name), join(project, 'node_modules', name), 'dir');
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
  await cp(join(PACKAGE, 'examples/data'), project, { recursive: true });
  const results = join(project, `spot-data/dns/scored_results/${DATE}/scores/dns_results.csv`);
  await cp(join(PACKAGE, 'examples/data/dns_results.csv'), results);
}, LONG);

afterAll(() => rm(project, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds what the package says, and no sources, tests or examples', () => {
    for (const entry of manifest.files) {
      const held = packed.some((path) => path === entry || path.startsWith(`${entry}/`));
      expect({ entry, held }).toEqual({ entry, held: true });
    }
    const folders = new Set(packed.map((path) => path.split('/').slice(0, -1).slice(0, 2).join('/')));
    expect([...folders].sort()).toEqual([
      '',
      'dist/lib',
      'dist/schemas',
      'dist/streams',
      'docs',
      'lib/report',
      'notebooks-templates',
      'schemas',
    ]);
    expect(packed.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
    expect(packed.filter((path) => path.startsWith('lib/'))).toEqual(['lib/report/page.css']);
    expect(packed.filter((path) => path.startsWith('schemas/')).sort()).toEqual([
      'schemas/config.schema.json',
      'schemas/dns_conf.json',
    ]);
  });

  it('imports only what it lists', async () => {
    const imported = new Set<string>();
    for (const path of packed.filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const found = (await read(join(installed, path))).matchAll(
        /(?:^|[;\s}])(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g,
      );
      for (const [, , specifier] of found) imported.add(specifier!);
    }
    const packages = [...imported].filter((name) => !/^(\.|node:)/.test(name) && !builtinModules.includes(name));
    // A module may be one of a package's files.
    const names = new Set(packages.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]));
    expect([...names].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('holds what its report page is made of', async () => {
    const made = await readFile(join(installed, 'dist/lib/report/page/main.js'), 'utf8');
    expect(made).toContain('./suspicious-table.js');
    const program = `import { renderReport } from 'spot-dns-oa';
const empty = { date: '20160708', iso: '2016-07-08', engine: '', version: '', made: '', totals: {}, seenDays: 1, trafficDays: 1 };
console.log(renderReport({ ...empty, rows: [], names: [], details: [], clients: [], minutes: [] }));`;
    await writeFile(join(project, 'page.js'), program);
    expect(await succeed(node('page.js'))).toMatch(/<style>.*class SuspiciousTable.*<\/html>\n/s);
  });

  it('has a program that runs', async () => {
    const { version } = manifest as unknown as { version: string };
    expect(await succeed(node(join(installed, manifest.bin['spot-dns-oa']!), '--version'))).toBe(`${version}\n`);
  });
});

describe('an empty TypeScript project', () => {
  it(
    "compiles and runs the README's pipeline, and streams of its own",
    async () => {
      const own = { 'right.ts': RIGHT, 'own.ts': OWN_STREAMS };
      await writeProgram('readme', { 'pipeline.ts': await readmePipeline(), ...own });
      await succeed(tsc('-p', 'readme', '--noImplicitOverride'));
      await succeed(node('readme/out/pipeline.js'));
      const sql = 'SELECT count(*) AS n, count(tld) AS tlds FROM dns_scores WHERE y = 2016 AND m = 7 AND d = 8';
      const rows = await succeed(node(join(installed, manifest.bin['spot-dns-oa']!), 'sql', sql, '--json'));
      expect(JSON.parse(rows)).toEqual([{ n: 7, tlds: 7 }]);
      expect(JSON.parse(await succeed(node('readme/out/own.js')))).toEqual([{ n: 2 }, { n: 4 }]);
    },
    LONG,
  );

  it(
    'does not compile what is wrong, and the complaint stands where the fault is',
    async () => {
      await writeProgram('wrong', Object.fromEntries(WRONG.map(({ text }, i) => [`program${i}.ts`, text])));
      const { status, stdout } = await tsc('-p', 'wrong', '--noEmit', '--skipLibCheck', '--pretty', 'false');
      expect(status).not.toBe(0);
      const complaints = [...stdout.matchAll(/^\S*program(\d+)\.ts\((\d+),/gm)].map(([, i, line]) => {
        const { what, text } = WRONG[Number(i)]!;
        return { what, line: text.split('\n')[Number(line) - 1]! };
      });
      for (const { what, blamed } of WRONG) {
        const lines = complaints.filter((complaint) => complaint.what === what).map(({ line }) => line);
        const atFault = lines.filter((line) => blamed.some((part) => line.includes(part)));
        expect({
          what,
          complaints: lines.length > 0,
          elsewhere: lines.filter((line) => !atFault.includes(line)),
        }).toEqual({ what, complaints: true, elsewhere: [] });
      }
    },
    LONG,
  );

  it('loads no DuckDB by importing the package, only by asking it something', async () => {
    await writeFile(
      join(project, 'loaded.js'),
      `const loaded = () => process.report.getReport().sharedObjects.some((path) => /duckdb/i.test(path));
const { openWarehouse } = await import('spot-dns-oa');
const warehouse = await openWarehouse({ storage: { type: 'local', root: './elsewhere' } });
const before = loaded();
for await (const page of warehouse.engine.pages('SELECT 1 AS one')) void page;
await warehouse.close();
console.log(JSON.stringify([before, loaded()]));
`,
    );
    expect(JSON.parse(await succeed(node('loaded.js')))).toEqual([false, true]);
  });
});
