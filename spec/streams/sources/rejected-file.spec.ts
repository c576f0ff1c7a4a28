import type { Rejection } from '../../../streams/calculations/result-lines.js';
import { RejectedFile } from '../../../streams/sources/rejected-file.js';
import { diskFull, failingStorage } from '../../fakes/failing-storage.js';
import { MemoryStorage } from '../../fakes/memory-storage.js';

const PATH = '/home/rejected.tsv';
const rejections = (...rowsBefore: number[]): Rejection[] =>
  rowsBefore.map((rows, i) => ({ line: rows + i + 1, reason: 'bad', raw: `raw\t${rows}`, rowsBefore: rows }));
const text = (...lines: Rejection[]) => lines.map(({ line, reason, raw }) => `${line}\t${reason}\t${raw}\n`).join('');

describe('RejectedFile', () => {
  it('holds line number, reason and the raw line', async () => {
    const storage = new MemoryStorage();
    const file = new RejectedFile(storage, PATH);
    const all = rejections(0, 0, 5);
    await file.add(all.slice(0, 2));
    await file.add(all.slice(2));
    expect(storage.text(PATH)).toBeUndefined();
    await file.finish(3);
    expect(storage.text(PATH)).toBe(text(...all));
    expect(storage.paths).toEqual([PATH]);
    expect(file).toMatchObject({ count: 3, first: '1, bad' });
  });

  it('keeps the lines before the last row that is used', async () => {
    const all = rejections(0, 2, 2, 7);
    for (const [used, keep] of [
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 3],
      [7, 3],
      [8, 4],
      [100, 4],
    ] as const) {
      const storage = new MemoryStorage({ chunks: (bytes) => [...bytes].map((byte) => Buffer.from([byte])) });
      const file = new RejectedFile(storage, PATH);
      await file.add(all);
      expect(file.countBefore(used)).toBe(keep);
      await file.finish(keep);
      expect(storage.text(PATH)).toBe(keep === 0 ? undefined : text(...all.slice(0, keep)));
      expect(storage.paths).toEqual(keep === 0 ? [] : [PATH]);
    }
  });

  it('removes what another run left', async () => {
    const storage = new MemoryStorage();
    storage.put(PATH, 'yesterday');
    storage.put(`${PATH}.part`, 'of a run that was killed');
    await new RejectedFile(storage, PATH).start();
    expect(storage.paths).toEqual([]);
  });

  it('counts without a file', async () => {
    const storage = new MemoryStorage();
    const file = new RejectedFile(storage, undefined);
    await file.start();
    await file.add(rejections(1, 2));
    await file.finish(2);
    expect(file.count).toBe(2);
    expect(storage.calls).toEqual([]);
  });

  it('may end while lines are still being written, and takes none after it', async () => {
    const storage = new MemoryStorage();
    const file = new RejectedFile(storage, PATH);
    const long = rejections(0, 1, 2).map((one) => ({ ...one, raw: 'x'.repeat(100_000) }));
    const adding = file.add(long);
    const ending = file.finish(2);
    const late = file.add(rejections(9));
    await Promise.all([adding, ending, late]);
    expect(storage.text(PATH)).toBe(text(...long.slice(0, 2)));
    expect(file.count).toBe(3);
  });

  it('leaves nothing when it is discarded, at any moment', async () => {
    for (const during of ['nothing', 'adding', 'added'] as const) {
      const storage = new MemoryStorage();
      const file = new RejectedFile(storage, PATH);
      const adding = during === 'nothing' ? undefined : file.add(rejections(0, 1));
      if (during === 'added') await adding;
      await file.discard();
      await adding;
      await file.finish(1);
      expect(storage.paths).toEqual([]);
    }
    const storage = new MemoryStorage();
    const finished = new RejectedFile(storage, PATH);
    await finished.add(rejections(0));
    await finished.finish(1);
    await finished.discard();
    expect(storage.paths).toEqual([PATH]);
  });

  it('tells of a full disk, and again to whoever asks', async () => {
    const storage = failingStorage(new MemoryStorage(), { createAfter: 0 });
    const file = new RejectedFile(storage, PATH);
    await expect(file.add(rejections(0))).rejects.toThrow(diskFull().message);
    await expect(file.add(rejections(1))).rejects.toThrow(diskFull().message);
    await expect(file.finish(2)).rejects.toThrow(diskFull().message);
    await file.discard();
  });

  it('leaves no half of a file where putting it in place fails', async () => {
    const memory = new MemoryStorage();
    const file = new RejectedFile(failingStorage(memory, { on: (what) => what === 'rename' }), PATH);
    await file.add(rejections(0));
    await expect(file.finish(1)).rejects.toThrow(diskFull().message);
    await file.discard();
    expect(memory.paths).toEqual([]);
  });
});
