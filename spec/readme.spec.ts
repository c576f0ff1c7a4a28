/** The README does what it says: its commands run as typed in a fresh copy of the tree, and its links lead somewhere. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkSettings } from '../lib/settings.js';
import { webHdfsStorage } from '../lib/storage/webhdfs.js';
import { upload } from './conformance/oa-on-hdfs.js';
import { PACKAGE, start } from './e2e/cli.js';
import { FakeClusterSql } from './fakes/cluster-sql.js';
import { startFakeHiveServer2 } from './fakes/hiveserver2-server.js';
import { startFakeWebHdfs, type FakeWebHdfs } from './fakes/webhdfs-server.js';

const read = (path: string) => readFile(join(PACKAGE, path), 'utf8');

/** Commands of the fenced blocks, one a line, in order; in a console block they begin with `$`, the rest is what they print. */
function commandsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```(sh|bash|shell|console)\n(.*?)^```$/gms)].flatMap(([, language, text]) => {
    const lines = text!.replaceAll('\\\n', '').split('\n');
    const typed =
      language === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : lines;
    return typed.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  });
}

/**
 * Parts of a line that are not run here: `npm ci` needs the registry, the copy has the modules of this tree instead;
 * `npm test` is what runs this test. Jupyter and Deno are stood in for, `npm run test:notebooks` has the real ones.
 */
const NOT_HERE = [
  'npm ci',
  'npm test',
  'python3 -m pip install jupyterlab',
  'npm install --no-save --save-dev deno@2.7',
];

const runnable = (command: string): string =>
  command
    .split(' && ')
    .filter((part) => !NOT_HERE.includes(part.replace(/ +#.*/, '').trim()))
    .join(' && ');

/** What a clone does not have: what .gitignore names, and git's own folder. */
async function copyOfTree(folder: string): Promise<void> {
  const ignored = (await read('.gitignore')).split('\n').map((line) => line.replace(/^\/|\/$/g, ''));
  for (const name of await readdir(PACKAGE)) {
    if (name === '.git' || ignored.includes(name) || name.endsWith('.tgz')) continue;
    await cp(join(PACKAGE, name), join(folder, name), { recursive: true });
  }
  await symlink(join(PACKAGE, 'node_modules'), join(folder, 'node_modules'), 'dir');
}

describe('README', () => {
  let clone: string;
  beforeAll(async () => {
    clone = join(await mkdtemp(join(tmpdir(), 'spot-dns-oa-readme-')), 'spot-dns-oa');
    await mkdir(clone);
    await copyOfTree(clone);
    for (const name of ['jupyter', 'deno'])
      await writeFile(join(dirname(clone), name), '#!/bin/sh\necho 2.7.14\n', { mode: 0o755 });
  });
  afterAll(() => rm(dirname(clone), { recursive: true, force: true }));

  /** What a command prints that a user types in the copy; it has to succeed. */
  async function typed(command: string): Promise<string> {
    // What npm tells its scripts about this tree must not reach the copy.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)));
    env.PATH = `${dirname(clone)}:${env.PATH}`;
    const { status, stdout, stderr } = await start('/bin/sh', ['-c', command], { cwd: clone, env }).ended;
    const said = status === 0 ? '' : stdout + stderr;
    expect({ command, status, said }).toEqual({ command, status: 0, said: '' });
    return stdout;
  }

  let hdfs: FakeWebHdfs | undefined;
  const stops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** Stands for the deployment that `/etc/spot.conf` is of: an HDFS with the day that `npm start` made, and an Impala. */
  async function deployment(): Promise<string> {
    const conf = join(dirname(clone), 'spot.conf');
    if (hdfs) return conf;
    hdfs = await startFakeWebHdfs({ nameNodes: 1 });
    const storage = webHdfsStorage({ nameNodes: hdfs.nameNodes, user: 'spot' });
    const cluster = new FakeClusterSql({ storage, dialect: 'impala' });
    const impala = await startFakeHiveServer2({ run: cluster.run });
    // A deployment has its database.
    await cluster.run('CREATE DATABASE spot');
    const fake = hdfs;
    stops.push(
      () => fake.close(),
      () => cluster.close(),
      () => impala.close(),
    );
    for (const part of ['dns/hive/y=2016', 'dns/scored_results']) {
      await upload(storage, join(clone, 'spot-data', part), `/user/spot/${part}`);
    }
    const { hostname, port } = new URL(hdfs.nameNodes[0]!);
    const hadoop = `HUSER='/user/spot'\nNAME_NODE='${hostname}'\nWEB_PORT=${port}\nDBNAME='spot'\n`;
    await writeFile(conf, `${hadoop}DBENGINE=""\nIMPALA_DEM=127.0.0.1\nIMPALA_PORT=${impala.port}\n`);
    return conf;
  }

  it('has commands that run as typed, one after the other, and so are those that npm start names', async () => {
    const commands = commandsOf(await read('README.md'))
      .map(runnable)
      .filter((command) => command !== '');
    expect(commands).toContain('npm start');
    for (const command of commands) {
      const needsHdfs = command.includes('/etc/spot.conf');
      const said = await typed(needsHdfs ? command.replaceAll('/etc/spot.conf', await deployment()) : command);
      if (command !== 'npm start') continue;
      const next = said
        .split('\nNext:\n')[1]!
        .split('\n')
        .filter((line) => line !== '');
      expect(next).toHaveLength(5);
      for (const line of next) await typed(line.trim());
    }
  }, 600_000);

  it('is read to its end: less than 150 lines', async () => {
    expect((await read('README.md')).split('\n').length - 1).toBeLessThan(150);
  });

  it('has settings that are settings, and so have the docs', async () => {
    for (const page of ['README.md', 'docs/before-the-first-run.md']) {
      const blocks = [...(await read(page)).matchAll(/^```json\n(.*?)^```$/gms)].map(([, text]) => text!);
      expect(blocks.length).toBeGreaterThan(0);
      for (const block of blocks) checkSettings(JSON.parse(block));
    }
  });

  it('warns of the names that anyone may take in npm', async () => {
    const warning = (await read('README.md')).split('\n').find((line) => line.includes('`hdfs2`'));
    expect(warning).toMatch(/`impala-client`.*not registered/);
  });
});

/** The anchor that a heading gets, as on the usual sites. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutBlocks = (markdown: string) => markdown.replace(/^```.*?^```$/gms, '');
const anchorsOf = (markdown: string) =>
  [...withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!));

async function deadLinks(page: string): Promise<string[]> {
  const links = [...withoutBlocks(await read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const dead: string[] = [];
  for (const link of links.filter((target) => !/^[a-z]+:/i.test(target))) {
    const [path, anchor] = link.split('#') as [string, string?];
    const target = path === '' ? page : join(dirname(page), path);
    const found = await stat(join(PACKAGE, target)).catch(() => null);
    if (!found || target.startsWith('..')) dead.push(`${page}: ${link}`);
    else if (anchor !== undefined && !anchorsOf(await read(target)).includes(anchor)) dead.push(`${page}: ${link}`);
  }
  return dead;
}

describe('pages', () => {
  it('have links that lead to files and headings', async () => {
    const docs = (await readdir(join(PACKAGE, 'docs'))).filter((name) => name.endsWith('.md'));
    const pages = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];
    expect((await Promise.all(pages.map(deadLinks))).flat()).toEqual([]);
  });
});
