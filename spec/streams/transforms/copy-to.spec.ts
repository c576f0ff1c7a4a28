import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { localStorage } from '../../../lib/storage/local.js';
import { dnsResults, type DnsResult } from '../../../schemas/dns.js';
import { ResultLines } from '../../../streams/calculations/result-lines.js';
import type { Storage } from '../../../streams/contracts.js';
import { compose, pipeAll } from '../../../streams/pipe.js';
import { RowSink, RowSource } from '../../../streams/rows.js';
import { copyTo } from '../../../streams/transforms/copy-to.js';
import { limit } from '../../../streams/transforms/limit.js';
import { diskFull, failingStorage } from '../../fakes/failing-storage.js';
import { RESULT } from '../../fakes/result-file.js';
import { NumberSink, NumberSource, turn } from '../../fakes/streams.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const HOSTILE = [
  '"',
  "it's",
  '$(id)',
  '`id`',
  '%_',
  'a\\b',
  'a,b',
  '数据 😀',
  'null',
  '',
  '\u0000',
  '../../etc/passwd',
];
const results = (count: number): DnsResult[] =>
  Array.from({ length: count }, (_, i) => ({
    ...RESULT,
    unix_tstamp: i,
    dns_qry_name: HOSTILE[i % HOSTILE.length]!,
  }));
const sourceOf = (rows: DnsResult[]) => RowSource.of(rows, { columns: dnsResults.columns, batchRows: 100 });
const nowhere = () =>
  new RowSink({}, () => Promise.resolve({ write: async () => {}, commit: async () => {}, abort: async () => {} }));

describe('copyTo', () => {
  const folder = temporaryFolder();
  const local = localStorage();
  const path = () => join(folder.path, 'data/dns/20160708/dns_results.csv');

  it('keeps the rows that pass, as a results file that reads back', async () => {
    const rows = results(1234);
    await pipeAll([sourceOf(rows), limit(500), copyTo({ local }, path()), nowhere()]);
    const lines = new ResultLines({ columns: dnsResults.columns });
    expect(lines.push(await readFile(path()))).toEqual({ rows: rows.slice(0, 500), rejections: [] });
    expect(await readdir(join(path(), '..'))).toEqual(['dns_results.csv']);
  });

  it('keeps no more than a limit after it lets pass', async () => {
    for (const steps of [[copyTo({ local }, path()), limit(150)], [compose(copyTo({ local }, path()), limit(150))]]) {
      await pipeAll([sourceOf(results(1000)), ...steps, nowhere()]);
      expect((await readFile(path(), 'utf8')).split('\n')).toHaveLength(151);
    }
  });

  it('writes the columns that it is given', async () => {
    const columns = { n: 'int', missing: 'string?' } as const;
    const steps = [copyTo({ local }, path(), { columns, delimiter: '|' })];
    await pipeAll([RowSource.of([{ n: 1, other: 2 }]), ...steps, nowhere()]);
    expect(await readFile(path(), 'utf8')).toBe('1|null\n');
  });

  it('is there, whole, when the step has flushed, and not before', async () => {
    const step = copyTo({ local }, path(), { columns: { n: 'int' } });
    step.resume();
    await new Promise((resolve) => step.write([{ n: 1 }], resolve));
    expect(existsSync(path())).toBe(false);
    step.end();
    await once(step, 'end');
    expect(await readFile(path(), 'utf8')).toBe('1\n');
  });

  it('makes an empty file of nothing', async () => {
    await pipeAll([sourceOf([]), copyTo({ local }, path()), nowhere()]);
    expect(await readFile(path(), 'utf8')).toBe('');
  });

  it('leaves nothing after a failure, and what was there before', async () => {
    for (const before of [undefined, 'of the last run']) {
      if (before !== undefined) await writeFile(path(), before);
      for (const fail of ['source', 'sink', 'verdict'] as const) {
        const bad = () => Promise.reject(new Error('bad'));
        const source = new NumberSource({
          batches: 20,
          ...(fail === 'source' && { wait: () => turn().then(bad) }),
          ...(fail === 'verdict' && { settle: bad }),
        });
        const sink = new NumberSink(fail === 'sink' ? { write: bad } : {});
        const copy = copyTo({ local }, path(), { columns: { n: 'int' } });
        await expect(pipeAll([source.stream, copy, sink.stream])).rejects.toThrow('bad');
        const names = await readdir(join(path(), '..')).catch(() => []);
        expect(names).toEqual(before === undefined ? [] : ['dns_results.csv']);
      }
    }
    expect(await readFile(path(), 'utf8')).toBe('of the last run');
  });

  it.each(['data', 'end'])('fails on a disk that is full at the %s', async (when) => {
    const fails = when === 'data' ? { createAfter: 1000 } : { on: (what: string) => what === 'create' };
    const storage = failingStorage(local, fails);
    const sink = new NumberSink();
    const copy = copyTo({ local: storage }, path(), { columns: { n: 'int' } });
    await expect(pipeAll([new NumberSource({ batches: 50 }).stream, copy, sink.stream])).rejects.toThrow(
      diskFull().message,
    );
    expect(sink.events).not.toContain('commit');
    expect(existsSync(path())).toBe(false);
  });

  it('waits for the disk', async () => {
    const waiting: (() => void)[] = [];
    const slow = new Writable({
      highWaterMark: 100,
      write: (_chunk, _encoding, callback) => void waiting.push(callback),
    });
    const storage = { ...local, create: () => slow } as Storage;
    const source = new NumberSource({ batches: 100 });
    const sink = new NumberSink();
    const work = pipeAll([source.stream, copyTo({ local: storage }, path(), { columns: { n: 'int' } }), sink.stream]);
    for (let i = 0; i < 50; i++) await turn();
    expect(waiting).toHaveLength(1);
    expect(source.pulls).toBeLessThan(8);
    expect(sink.rows).toEqual([]);
    const release = setInterval(() => waiting.splice(0).forEach((callback) => callback()), 0);
    await work.finally(() => clearInterval(release));
    expect(sink.rows).toHaveLength(10_000);
  });
});
