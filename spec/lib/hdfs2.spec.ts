import { readFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { packageFile } from '../../lib/package-root.js';
import { startFakeWebHdfs } from '../fakes/webhdfs-server.js';

/** All files that a source loads, as paths in the package, and the packages. */
async function loaded(path: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = await readFile(packageFile(path), 'utf8');
  for (const [, specifier] of text.matchAll(/(?:^|[;\s}])(?:from|import)\s*\(?\s*'([^'\n]+)'/g)) {
    if (specifier!.startsWith('.')) await loaded(join(dirname(path), specifier!).replace(/\.js$/, '.ts'), seen);
    else if (!specifier!.startsWith('node:')) seen.add(specifier!);
  }
  return seen;
}

function run(env: NodeJS.ProcessEnv): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [packageFile('dist/examples/hdfs2.js')],
      { env: { PATH: process.env['PATH'], ...env } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('spot-dns-oa/hdfs2', () => {
  it('loads no engine and no DNS code', async () => {
    const files = [...(await loaded('lib/hdfs2.ts'))];
    expect(files).toEqual(expect.arrayContaining(['lib/storage/webhdfs/reader.ts', 'schemas/errors.ts']));
    const others = files.filter(
      (path) => !/^lib\/(hdfs2\.ts|lost-connection\.ts|storage\/webhdfs\/)|^schemas\/errors\.ts$/.test(path),
    );
    expect(others).toEqual([]);
  });
});

describe('examples/hdfs2', () => {
  it('writes, lists and reads, and leaves nothing', async () => {
    const fake = await startFakeWebHdfs({ nameNodes: 2, dataNodes: 2 });
    try {
      Object.assign(fake.state, { nn1: 'standby', nn2: 'active' });
      const ended = await run({ HDFS_URL: fake.nameNodes.join(','), HADOOP_USER_NAME: 'spot' });
      expect(ended).toEqual({
        status: 0,
        stderr: '',
        stdout: '640 4588890 lines y=2016.txt\nline 1\nFILE_EXISTS\n',
      });
      expect([...fake.files.nodes.keys()].filter((path) => path.includes('example'))).toEqual([]);
    } finally {
      await fake.close();
    }
  }, 60_000);

  it('says what it needs', async () => {
    expect(await run({})).toMatchObject({ status: 2, stderr: expect.stringMatching(/^HDFS_URL is not set/) });
  });
});
