import fc from 'fast-check';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localStorage } from '../../../lib/storage/local.js';
import { OaError, type ErrorCode } from '../../../schemas/errors.js';
import { dnsResults } from '../../../schemas/dns.js';
import { defineSource } from '../../../schemas/tables.js';
import type { Batch } from '../../../streams/contracts.js';
import { pipeAll } from '../../../streams/pipe.js';
import { RowSink, RowTransform } from '../../../streams/rows.js';
import { readResults, type ReadResults, type ReadResultsOptions } from '../../../streams/sources/read-results.js';
import { limit } from '../../../streams/transforms/limit.js';
import { tld } from '../../../streams/transforms/tld.js';
import { MemoryStorage } from '../../fakes/memory-storage.js';
import { RESULT, resultText } from '../../fakes/result-file.js';
import { turn } from '../../fakes/streams.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const FOLDER = '/spot/dns/scored_results/20160708/scores';
const PATH = `${FOLDER}/dns_results.csv`;
const REJECTED = '/home/rejected.tsv';

const good = (name: string) => resultText({ dns_qry_name: name });
const BAD = 'not a row';
const lines = (count: number, isBad: (line: number) => boolean = () => false) =>
  Array.from({ length: count }, (_, i) => (isBad(i + 1) ? BAD : good(`n${i + 1}`)));

function setUp(content?: string | Buffer | readonly string[], chunkBytes = Infinity) {
  const chunks = (bytes: Buffer) =>
    chunkBytes === Infinity
      ? [bytes]
      : Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
          bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
        );
  const storage = new MemoryStorage({ chunks });
  const local = new MemoryStorage();
  if (content !== undefined)
    storage.put(PATH, typeof content === 'string' || Buffer.isBuffer(content) ? content : `${content.join('\n')}\n`);
  const locate = (path: string) => ({ storage, path });
  return { storage, local, warehouse: { storage, local, root: '/spot', locate } };
}

/** Runs the source into a sink that says whether it committed. */
async function run(
  { warehouse }: ReturnType<typeof setUp>,
  { steps = [], ...options }: ReadResultsOptions<typeof dnsResults.columns> & { steps?: object[] } = {},
) {
  const names: string[] = [];
  let committed = false;
  const sink = new RowSink({}, () =>
    Promise.resolve({
      write: async (batch) => void names.push(...batch.map((row) => row['dns_qry_name'] as string)),
      commit: async () => void (committed = true),
      abort: async () => {},
    }),
  );
  const source: ReadResults<object> = readResults(warehouse, {
    rejectedFile: REJECTED,
    ...(options.file ? {} : { date: '20160708' }),
    ...options,
  });
  let error: OaError | undefined;
  await pipeAll([source, ...steps, sink]).catch((failure: OaError) => (error = failure));
  return { names, committed, error, code: error?.code as ErrorCode | undefined, source };
}

const rejectedLines = ({ local }: ReturnType<typeof setUp>) =>
  local
    .text(REJECTED)
    ?.trimEnd()
    .split('\n')
    .map((line) => Number(line.split('\t')[0]));

describe('readResults', () => {
  const folder = temporaryFolder();

  it('reads the results of a day', async () => {
    const world = setUp(['a', 'b'].map(good));
    const result = await run(world);
    expect(result).toMatchObject({ names: ['a', 'b'], committed: true, error: undefined });
    expect(result.source).toMatchObject({ rows: 2, rejected: 0, columns: dnsResults.columns });
    expect(result.source.bytes).toBe(world.storage.files.get(PATH)!.bytes.length);
    expect(world.local.paths).toEqual([]);
  });

  it('gives whole rows', async () => {
    const source = readResults(setUp([resultText()]).warehouse, { date: '20160708' });
    for await (const batch of source) expect(batch).toEqual([RESULT]);
    expect(source.rows).toBe(1);
  });

  it('gives batches of at most 1,000 rows, whatever the chunks', async () => {
    const source = readResults(setUp(lines(2500)).warehouse, { date: '20160708' });
    const lengths: number[] = [];
    for await (const batch of source) lengths.push((batch as object[]).length);
    expect(lengths).toEqual([1000, 1000, 500]);
  });

  it('reads any file instead', async () => {
    const world = setUp();
    world.storage.put('/else/where.txt', good('a'));
    world.storage.put('/else/part-00000', good('b'));
    expect(await run(world, { file: '/else/where.txt' })).toMatchObject({ names: ['a'], committed: true });
    expect(await run(world, { file: '/else/missing' })).toMatchObject({ code: 'FILE_NOT_FOUND', committed: false });
    expect(await run(world, { file: '/else' })).toMatchObject({ code: 'FILE_NOT_FOUND', committed: false });
  });

  it('needs a day of the calendar or a file', () => {
    const { warehouse } = setUp();
    const codeOf = (options: ReadResultsOptions<typeof dnsResults.columns>) => {
      try {
        readResults(warehouse, options);
        return 'no error';
      } catch (error) {
        return (error as OaError).code;
      }
    };
    expect(codeOf({})).toBe('USAGE');
    expect(codeOf({ date: '20160230' })).toBe('DATE_INVALID');
    expect(codeOf({ date: '20160708', delimiter: '' })).toBe('USAGE');
    expect(codeOf({ date: '20160708', timeColumn: 'time' })).toBe('USAGE');
  });

  it('opens nothing before it is read', async () => {
    const world = setUp([good('a')]);
    world.local.put(REJECTED, 'yesterday');
    const { names, committed } = await run(world, { steps: [limit(0)] });
    expect({ names, committed }).toEqual({ names: [], committed: true });
    expect(world.storage.calls).toEqual([]);
    expect(world.local.paths).toEqual([REJECTED]);
  });

  describe('what is not there', () => {
    it.each<[string, string | Buffer | undefined]>([
      ['no file', undefined],
      ['an empty file', ''],
      ['a file of rejected lines only', `${BAD}\n${BAD}`],
      ['a byte order mark only', '\uFEFF'],
    ])('%s is NO_RESULTS', async (_, content) => {
      const { code, error, committed } = await run(setUp(content));
      expect({ code, retriable: error!.retriable, committed }).toEqual({
        code: 'NO_RESULTS',
        retriable: true,
        committed: false,
      });
      expect(error!.message).toContain(PATH);
    });

    it('says why the first line was rejected', async () => {
      const { error } = await run(setUp([BAD, BAD]));
      expect(error!.message).toContain('all 2 lines were rejected, the first: line 1, 1 columns; expected 9');
    });

    it('a folder of the name is no file', async () => {
      const world = setUp();
      world.storage.put(`${PATH}/x`, good('a'));
      expect(await run(world)).toMatchObject({ code: 'NO_RESULTS', committed: false });
    });
  });

  describe('part files', () => {
    const withParts = (parts: Record<string, string>) => {
      const world = setUp();
      for (const [name, content] of Object.entries(parts)) world.storage.put(`${FOLDER}/${name}`, content);
      return world;
    };

    it('are read in the order of their numbers when they are complete', async () => {
      const parts = {
        'part-10': good('d'),
        'part-2': `${good('b')}\n${good('c')}\n`,
        'part-00001': good('a'),
        _SUCCESS: '',
      };
      expect(await run(withParts(parts))).toMatchObject({ names: ['a', 'b', 'c', 'd'], committed: true });
    });

    it.each(['part-00000', 'part-00000-8d9a.csv', 'part-r-00000', 'part-m-00000'])(
      'may be named %s',
      async (name) => {
        expect(await run(withParts({ [name]: good('a'), _SUCCESS: '' }))).toMatchObject({ names: ['a'] });
      },
    );

    it.each([
      ['instead of', {}],
      ['beside', { 'dns_results.csv': good('half of it') }],
    ])('without _SUCCESS %s dns_results.csv are not ready', async (_, file) => {
      const { code, committed, error } = await run(withParts({ 'part-00000': good('a'), ...file }));
      expect({ code, committed, retriable: error!.retriable }).toEqual({
        code: 'RESULTS_NOT_READY',
        committed: false,
        retriable: true,
      });
    });

    it('are read instead of a dns_results.csv that is being merged', async () => {
      const parts = { 'part-00000': good('a'), 'part-00001': good('b'), _SUCCESS: '', 'dns_results.csv': good('a') };
      expect(await run(withParts(parts))).toMatchObject({ names: ['a', 'b'], committed: true });
    });

    it('are only files of that name', async () => {
      const parts = {
        'dns_results.csv': good('a'),
        'part-x': 'x',
        'my-part-00000': 'x',
        '.part-00000.crc': 'x',
        'part-00000/x': 'x',
      };
      expect(await run(withParts(parts))).toMatchObject({ names: ['a'], committed: true });
    });

    it('are counted as one file, each with its own last line', async () => {
      const parts = {
        'part-00000': `${good('a')}\n${BAD}`,
        'part-00001': '',
        'part-00002': `${good('b')}\n${BAD}\n`,
        _SUCCESS: '',
      };
      const world = withParts(parts);
      expect((await run(world)).names).toEqual(['a', 'b']);
      expect(rejectedLines(world)).toEqual([2, 4]);
    });
  });

  describe('a file that changes while it is read', () => {
    const changes: [string, (storage: MemoryStorage) => void][] = [
      ['grows', (storage) => storage.put(PATH, `${storage.text(PATH)!}${good('more')}\n`)],
      ['shrinks', (storage) => storage.put(PATH, good('less'))],
      ['is written again', (storage) => storage.put(PATH, storage.text(PATH)!)],
      ['is taken away', (storage) => storage.files.delete(PATH)],
      ['gets another length in the same instant', (storage) => (storage.files.get(PATH)!.bytes = Buffer.from('x'))],
    ];

    it.each(changes)('and %s fails before anything is committed', async (_, change) => {
      for (const steps of [[], [limit(3)], [tld(), limit(3)], [limit(1000), tld()]]) {
        const world = setUp(lines(1000), 100);
        world.storage.onChunk = (_path, index) => (index === 1 ? change(world.storage) : undefined);
        const { code, committed, error } = await run(world, { steps });
        expect({ code, committed, retriable: error!.retriable }).toEqual({
          code: 'RESULTS_CHANGED',
          committed: false,
          retriable: true,
        });
        expect(world.local.paths).toEqual([]);
      }
    });

    it('counts for each of several parts, also those that were read long ago', async () => {
      const world = setUp();
      for (const i of [0, 1, 2]) world.storage.put(`${FOLDER}/part-0000${i}`, good(`n${i}`));
      world.storage.put(`${FOLDER}/_SUCCESS`, '');
      world.storage.onChunk = (path) =>
        path.endsWith('2') ? world.storage.put(`${FOLDER}/part-00000`, good('new')) : undefined;
      expect(await run(world)).toMatchObject({ code: 'RESULTS_CHANGED', committed: false });
    });
  });

  describe('rejected lines', () => {
    it('go to a file, as they stand, and the rows go on', async () => {
      const world = setUp([good('a'), BAD, resultText({ score: 'NaN' }), good('b')]);
      const { names, source } = await run(world);
      expect(names).toEqual(['a', 'b']);
      expect(source.rejected).toBe(2);
      expect(world.local.text(REJECTED)).toBe(
        `2\t1 columns; expected 9\t${BAD}\n3\tscore "NaN"; expected double\t${resultText({ score: 'NaN' })}\n`,
      );
    });

    it('of an earlier run are removed, though none are rejected now', async () => {
      const world = setUp([good('a')]);
      world.local.put(REJECTED, 'yesterday');
      await run(world);
      expect(world.local.paths).toEqual([]);
    });

    it('count up to the last row that is used', async () => {
      // Bad are lines 1, 3, 6, 7 and 9: before the rows 1, 2, 4, 4 and after the last.
      const content = [BAD, good('1'), BAD, good('2'), good('3'), BAD, BAD, good('4'), BAD];
      for (const [rows, rejected] of [
        [1, [1]],
        [2, [1, 3]],
        [3, [1, 3]],
        [4, [1, 3, 6, 7]],
        [5, [1, 3, 6, 7, 9]],
        [Infinity, [1, 3, 6, 7, 9]],
      ] as const) {
        for (const chunkBytes of [1, 50, 333, Infinity]) {
          for (const steps of [[limit(rows)], [tld(), limit(rows)], [limit(rows), tld()]]) {
            const world = setUp(content, chunkBytes);
            const { source, committed } = await run(world, { steps });
            expect({ committed, rejected: source.rejected, file: rejectedLines(world) }).toEqual({
              committed: true,
              rejected: rejected.length,
              file: rejected,
            });
          }
        }
      }
    });

    it('count up to what was handed on where steps drop rows', async () => {
      class FirstOfBatch extends RowTransform {
        override onBatch = (batch: Batch) => batch.slice(0, 1);
      }
      const world = setUp([BAD, ...lines(3000)], 1000);
      const { source, committed } = await run(world, { steps: [new FirstOfBatch(), limit(2)] });
      expect({ committed, rejected: source.rejected }).toEqual({ committed: true, rejected: 1 });
    });

    it('up to ten never fail a run', async () => {
      const world = setUp([...Array.from({ length: 10 }, () => BAD), good('a')]);
      expect(await run(world, { maxShare: 0 })).toMatchObject({ names: ['a'], committed: true });
      expect(rejectedLines(world)).toHaveLength(10);
    });

    it('fail the run when they are more than the share at the end', async () => {
      // 11 of 1,099 are more than 1 %, 11 of 1,100 are not.
      for (const [count, code] of [
        [1099, 'TOO_MANY_REJECTED'],
        [1100, undefined],
      ] as const) {
        for (const chunkBytes of [400, Infinity]) {
          const world = setUp(
            lines(count, (line) => line <= 11),
            chunkBytes,
          );
          const result = await run(world);
          expect(result).toMatchObject({ code, committed: code === undefined });
          expect(rejectedLines(world)).toHaveLength(11);
        }
      }
    });

    it('say how many, of how many, and where', async () => {
      const { error } = await run(setUp(lines(100, (line) => line % 2 === 0)), { maxShare: 0.07 });
      expect(error).toMatchObject({
        code: 'TOO_MANY_REJECTED',
        retriable: false,
        message: `${PATH}: 50 of 100 lines could not be read; expected a share of at most 0.07. The first: line 2, 1 columns; expected 9; see ${REJECTED}`,
      });
    });

    it('are judged by the lines before the last row that is used', async () => {
      // Lines 1 to 11 are bad: too many for 500 rows, not for 1,089.
      const content = lines(5000, (line) => line <= 11);
      expect(await run(setUp(content), { steps: [limit(500)] })).toMatchObject({
        code: 'TOO_MANY_REJECTED',
        committed: false,
      });
      expect(await run(setUp(content), { steps: [limit(1089)] })).toMatchObject({ code: undefined, committed: true });
      // The bad ones come after what is used.
      const late = lines(900, (line) => line > 600);
      expect(await run(setUp(late), { steps: [limit(600)] })).toMatchObject({ code: undefined, committed: true });
      expect(await run(setUp(late), { steps: [tld(), limit(600)] })).toMatchObject({
        code: undefined,
        committed: true,
      });
      expect(await run(setUp(late), { steps: [limit(601)] })).toMatchObject({ code: 'TOO_MANY_REJECTED' });
    });

    it('from 10,000 lines on fail the run as soon as they are too many', async () => {
      for (const chunkBytes of [3000, 70_000, Infinity]) {
        const world = setUp(
          lines(40_000, (line) => line % 50 === 0),
          chunkBytes,
        );
        const { code, committed, source } = await run(world);
        expect({ code, committed }).toEqual({ code: 'TOO_MANY_REJECTED', committed: false });
        expect(rejectedLines(world)).toHaveLength(200);
        expect(rejectedLines(world)!.at(-1)).toBe(10_000);
        expect(source.rows).toBe(9_800);
      }
    });

    it('too many, but after the rows that are used, do not', async () => {
      const content = lines(20_000, (line) => line > 9_000);
      for (const chunkBytes of [1000, 70_000, Infinity]) {
        for (const steps of [[limit(9_000)], [tld(), limit(9_000)]]) {
          const world = setUp(content, chunkBytes);
          expect(await run(world, { steps })).toMatchObject({ code: undefined, committed: true });
          expect(world.local.paths).toEqual([]);
        }
        expect(await run(setUp(content, chunkBytes), { steps: [limit(9_001)] })).toMatchObject({
          code: 'TOO_MANY_REJECTED',
        });
      }
    });

    it('are the same whatever the chunks and the steps', async () => {
      const content = fc.array(
        fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
        {
          minLength: 1,
          maxLength: 120,
        },
      );
      const property = fc.asyncProperty(
        content,
        fc.integer({ min: 1, max: 130 }),
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }),
        async (isGood, rows, sizes) => {
          const text = isGood.map((is, i) => (is ? good(`n${i}`) : BAD));
          const outcome = async (steps: object[], chunked: boolean) => {
            const world = setUp(text);
            if (chunked)
              world.storage.chunks = function* (bytes) {
                for (let i = 0, at = 0; at < bytes.length; i++) {
                  const size = sizes[i % sizes.length]!;
                  yield bytes.subarray(at, (at += size));
                }
              };
            const { names, committed, code, source } = await run(world, { steps, maxShare: 0.2 });
            return {
              names: committed ? names : [],
              committed,
              code,
              rejected: committed ? source.rejected : 0,
              file: world.local.text(REJECTED),
            };
          };
          const plain = await outcome([limit(rows)], false);
          expect(await outcome([limit(rows)], true)).toEqual(plain);
          expect(await outcome([tld(), limit(rows), limit(rows + 1)], true)).toEqual(plain);
        },
      );
      await fc.assert(property, { numRuns: 150 });
    });

    it('leave no file after a failure of something else', async () => {
      const world = setUp([BAD, ...lines(5000)], 1000);
      world.storage.onChunk = async (_path, index) => {
        await turn();
        if (index === 100) throw new OaError('STORAGE_FAILED', 'connection lost');
      };
      expect(await run(world)).toMatchObject({ code: 'STORAGE_FAILED', committed: false });
      expect(world.local.paths).toEqual([]);
    });
  });

  it('reads results of other shape', async () => {
    const flow = defineSource({
      name: 'flow',
      resultsPath: (day) => `flow/scored_results/${day.text}/scores/flow_results.csv`,
      columns: { treceived: 'string', sip: 'string', sport: 'int', score: 'float' },
    });
    const world = setUp();
    world.storage.put(
      '/spot/flow/scored_results/20160708/scores/flow_results.csv',
      '2016-07-08 04:29:38\t10.0.0.1\t53\t1e-9\n',
    );
    const source = readResults(world.warehouse, { source: flow, date: '20160708', timeColumn: 'treceived' });
    for await (const batch of source)
      expect(batch).toEqual([{ treceived: '2016-07-08 04:29:38', sip: '10.0.0.1', sport: 53, score: 1e-9 }]);

    world.storage.put('/proxy.txt', 'GET|200\nPOST|404\n');
    const proxy = readResults(world.warehouse, {
      file: '/proxy.txt',
      columns: { reqmethod: 'string', respcode: 'int' },
      delimiter: '|',
    });
    for await (const batch of proxy)
      expect(batch).toEqual([
        { reqmethod: 'GET', respcode: 200 },
        { reqmethod: 'POST', respcode: 404 },
      ]);
    expect(proxy.rows).toBe(2);
  });

  it('reads no more of a huge file than the rows need', async () => {
    const world = setUp([good('a')]);
    // 100 GB in chunks of 256 KiB, as the local storage reads them.
    const chunk = Buffer.from(`${lines(3000).join('\n')}\n`).subarray(0, 256 * 1024);
    let chunks = 0;
    world.storage.chunks = function* () {
      for (; chunks < 400_000; chunks++) yield chunk;
    };
    for (const steps of [
      [limit(500), tld()],
      [tld(), limit(500)],
    ]) {
      chunks = 0;
      const { names, source } = await run(world, { steps });
      expect(names).toHaveLength(500);
      expect(source.bytes).toBeLessThan(1024 * 1024);
      expect(chunks * chunk.length).toBeLessThan(1024 * 1024);
    }
  });

  it('reads the beginning of a huge file on the disk', async () => {
    const path = join(folder.path, 'dns_results.csv');
    await writeFile(path, `${lines(600).join('\n')}\n`);
    await truncate(path, 100e9); // sparse
    const local = localStorage();
    const locate = (name: string) => ({ storage: local, path: name });
    const source = readResults({ storage: local, local, root: folder.path, locate }, { file: path });
    const names: unknown[] = [];
    const sink = new RowSink({}, () =>
      Promise.resolve({
        write: async (batch) => void names.push(...batch.map((row) => row['dns_qry_name'])),
        commit: async () => {},
        abort: async () => {},
      }),
    );
    await pipeAll([source, limit(500), sink]);
    expect(names).toEqual(Array.from({ length: 500 }, (_, i) => `n${i + 1}`));
    expect(source.bytes).toBeLessThan(1024 * 1024);
  });
});
