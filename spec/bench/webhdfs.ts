/**
 * `HDFS_URL=http://nn1:9870 node dist/spec/bench/webhdfs.js [--mb 1024] [--times 3]`: reading and writing beside
 * `curl -L` on the same HDFS, and the time to the first batch of rows. Each of our measurements is a process of its
 * own, in turns with curl's; medians.
 */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { WebHdfs } from '../../lib/hdfs2.js';
import { webHdfsStorage } from '../../lib/storage/webhdfs.js';
import { localStorage } from '../../lib/storage/local.js';
import type { Warehouse } from '../../streams/contracts.js';
import { readResults } from '../../streams/sources/read-results.js';

interface Measurement {
  readonly seconds: number;
  readonly peakMB: number;
}

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mb: { type: 'string', default: '1024' }, times: { type: 'string', default: '3' } },
});
const { HDFS_URL, HADOOP_USER_NAME: user = 'hdfs' } = process.env;
const FOLDER = '/tmp/spot-dns-oa-bench';
/** As clusters have them, whatever this one has. */
const BLOCK = 128 * 1024 * 1024;
const LINE =
  'Jul  8 2016 04:12:39.000000000 UTC\t1467951159\t168\t172.16.0.129\twww.example.com\t0x00000001\t1\t0\t0.0001\n';

const options = () => ({ nameNodes: HDFS_URL!.split(','), user });
const say = (line: string) => process.stdout.write(`${line}\n`);
const median = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const rate = (bytes: number, seconds: number) => `${Math.round(bytes / 1e6 / seconds)}`;

/** What runs in a process of its own. */
const WORK: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  read: () => pipeline(new WebHdfs(options()).open(`${FOLDER}/big`), nothing()),
  write: (file) =>
    pipeline(
      createReadStream(file, { highWaterMark: 256 * 1024 }),
      new WebHdfs(options()).create(`${FOLDER}/ours`, { blocksize: BLOCK }),
    ),
  batch: async () => {
    const storage = webHdfsStorage(options());
    const locate = () => ({ storage, path: `${FOLDER}/big` });
    const warehouse = { storage, local: localStorage(), root: '/', locate } as unknown as Warehouse;
    for await (const batch of readResults(warehouse, { file: 'big' })) if (batch.length > 0) return;
    throw new Error('expected a batch, got none');
  },
};

function nothing(): Writable {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() });
}

async function ours(work: string, file: string): Promise<Measurement> {
  const { stdout } = await run(process.execPath, [fileURLToPath(import.meta.url), work, file]);
  return JSON.parse(stdout) as Measurement;
}

/** curl's own time of the transfer; it is told the NameNode that is active. */
async function curl(...more: string[]): Promise<Measurement> {
  const { stdout } = await run('curl', ['-sSfL', '-o', '/dev/null', '-w', '%{time_total}', ...more]);
  return { seconds: Number(stdout.replace(',', '.')), peakMB: NaN };
}

async function activeNameNode(): Promise<string> {
  for (const url of options().nameNodes) {
    const answer = await fetch(`${url}/webhdfs/v1/?op=GETFILESTATUS&user.name=${user}`).catch(() => null);
    if (answer?.ok) return url;
  }
  throw new Error('No NameNode of HDFS_URL is active');
}

async function compare(): Promise<void> {
  const hdfs = new WebHdfs(options());
  const folder = await mkdtemp(join(tmpdir(), 'spot-dns-oa-bench-'));
  try {
    const file = join(folder, 'big');
    const block = Buffer.from(LINE.repeat(Math.ceil((1 << 20) / LINE.length)));
    const bytes = block.length * Number(values.mb);
    await pipeline(Readable.from(blocks(block, Number(values.mb))), createWriteStream(file));
    await pipeline(createReadStream(file), hdfs.create(`${FOLDER}/big`, { blocksize: BLOCK }));
    const at = `${await activeNameNode()}/webhdfs/v1${FOLDER}`;
    const pairs = {
      read: () => curl(`${at}/big?op=OPEN&user.name=${user}`),
      write: () => curl('-T', file, `${at}/curls?op=CREATE&overwrite=true&blocksize=${BLOCK}&user.name=${user}`),
    };
    say(`${Math.round(bytes / 1e6)} MB, median of ${values.times}; Node ${process.version}\n`);
    say('| work | MB/s | curl MB/s | of curl | peak MB |\n|---|---|---|---|---|');
    for (const [work, peer] of Object.entries(pairs)) {
      const [mine, theirs]: [Measurement[], Measurement[]] = [[], []];
      for (let i = 0; i < Number(values.times); i++) {
        theirs.push(await peer());
        mine.push(await ours(work, file));
      }
      const [a, b] = [mine, theirs].map((list) => median(list.map(({ seconds }) => seconds))) as [number, number];
      const peak = Math.round(Math.max(...mine.map(({ peakMB }) => peakMB)));
      say(`| ${work} | ${rate(bytes, a)} | ${rate(bytes, b)} | ${(b / a).toFixed(2)} | ${peak} |`);
    }
    const first: number[] = [];
    for (let i = 0; i < Number(values.times); i++) first.push((await ours('batch', file)).seconds * 1000);
    say(`\nFirst batch after ${Math.round(median(first))} ms (the target is 100 ms)`);
  } finally {
    await hdfs.delete(FOLDER, { recursive: true });
    await rm(folder, { recursive: true });
  }
}

function* blocks(block: Buffer, count: number) {
  for (let i = 0; i < count; i++) yield block;
}

const start = performance.now();
const work = WORK[positionals[0] ?? ''];
if (!HDFS_URL) {
  say('WebHDFS: skipped, for HDFS_URL is not set (http://nn1:9870, or two with a comma)');
} else if (work) {
  await work(positionals[1] ?? '');
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(JSON.stringify({ seconds, peakMB: process.resourceUsage().maxRSS / 1024 }));
  process.exit(0);
} else {
  await compare();
}
