/** What every storage has to do. A new one calls this in five lines. */
import fc from 'fast-check';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { buffer, text } from 'node:stream/consumers';
import { OaError, type ErrorCode } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';

/** Names that have a meaning in a shell, a URL, a glob or SQL, and none in a file name. */
const ODD_NAMES = [
  'with space',
  'y=2016',
  '100%',
  '%41',
  'a+b',
  'a#b',
  'what?',
  'a;b',
  'a&b',
  "o'brien",
  'a"b',
  '[ab]*',
  '{a,b}',
  'back\\slash',
  'ünïcödé 数据',
  '.hidden',
  '-rf',
  '$(id)',
  'trailing.',
];

export async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    if (!(error instanceof OaError)) throw error;
    return error.code;
  }
}

async function put(storage: Storage, path: string, content: string | Buffer): Promise<void> {
  const file = storage.create(path);
  file.end(content);
  await finished(file);
}

/**
 * @param open gives a storage and an empty folder in it, for each test
 */
export function storageConformance(what: string, open: () => Promise<{ storage: Storage; folder: string }>): void {
  describe(`${what} as a storage`, () => {
    let storage: Storage;
    let folder: string;
    const names = async (path = folder) => (await storage.list(path)).map(({ name }) => name);
    const read = (path: string, start?: number) => text(storage.open(path, { start }));

    beforeEach(async () => ({ storage, folder } = await open()));

    describe('create', () => {
      it('writes what it is given, in folders that it makes, byte for byte', async () => {
        const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * 7919) % 256));
        await put(storage, `${folder}/a/b/c.bin`, bytes);
        expect(Buffer.compare(await buffer(storage.open(`${folder}/a/b/c.bin`)), bytes)).toBe(0);
      });

      it('writes an empty file', async () => {
        await put(storage, `${folder}/empty`, '');
        expect(await read(`${folder}/empty`)).toBe('');
        expect(await storage.stat(`${folder}/empty`)).toMatchObject({ name: 'empty', isFolder: false, size: 0 });
      });

      it('shows nothing before it has finished', async () => {
        const file = storage.create(`${folder}/late`);
        file.write('half');
        await new Promise((resolve) => file.write(' and half', resolve));
        expect(await storage.stat(`${folder}/late`)).toBeNull();
        file.end();
        await finished(file);
        expect(await read(`${folder}/late`)).toBe('half and half');
      });

      it('leaves the old file until it has finished, and replaces it then', async () => {
        await put(storage, `${folder}/f`, 'old');
        const file = storage.create(`${folder}/f`);
        await new Promise((resolve) => file.write('new', resolve));
        expect(await read(`${folder}/f`)).toBe('old');
        file.end();
        await finished(file);
        expect(await read(`${folder}/f`)).toBe('new');
        expect(await names()).toEqual(['f']);
      });

      it('leaves no trace when it is destroyed in the middle', async () => {
        await put(storage, `${folder}/f`, 'old');
        for (const name of ['f', 'g']) {
          const file = storage.create(`${folder}/${name}`);
          await new Promise((resolve) => file.write('never to be seen', resolve));
          const closed = once(file, 'close').catch(() => undefined);
          file.destroy();
          await closed;
        }
        expect(await names()).toEqual(['f']);
        expect(await read(`${folder}/f`)).toBe('old');
      });

      it('leaves no trace when it is destroyed at once', async () => {
        const file = storage.create(`${folder}/f`);
        const closed = once(file, 'close');
        file.destroy();
        await closed;
        expect(await names()).toEqual([]);
      });

      it('fails with a code where a file stands in the way', async () => {
        await put(storage, `${folder}/file`, 'x');
        expect(await codeOf(put(storage, `${folder}/file/below`, 'y'))).toBe('STORAGE_FAILED');
      });
    });

    describe('open', () => {
      it('begins where it is told to', async () => {
        await put(storage, `${folder}/f`, '0123456789');
        expect(await read(`${folder}/f`, 0)).toBe('0123456789');
        expect(await read(`${folder}/f`, 7)).toBe('789');
        expect(await read(`${folder}/f`, 10)).toBe('');
      });

      it('opens nothing before the first read', async () => {
        const stream = storage.open(`${folder}/later`);
        await put(storage, `${folder}/later`, 'there now');
        expect(await text(stream)).toBe('there now');
      });

      it('says nothing when it is destroyed unread', async () => {
        const stream = storage.open(`${folder}/missing`);
        const closed = once(stream, 'close');
        stream.destroy();
        await closed;
      });

      it('ends when it is destroyed in the middle', async () => {
        await put(storage, `${folder}/f`, Buffer.alloc(3_000_000));
        const stream = storage.open(`${folder}/f`);
        await once(stream, 'readable');
        stream.read(10);
        const closed = once(stream, 'close');
        stream.destroy();
        await closed;
      });

      it('ends with the signal', async () => {
        await put(storage, `${folder}/f`, Buffer.alloc(3_000_000));
        const controller = new AbortController();
        const stream = storage.open(`${folder}/f`, { signal: controller.signal });
        const reading = buffer(stream);
        controller.abort();
        await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
      });

      it('names what is missing', async () => {
        expect(await codeOf(read(`${folder}/missing`))).toBe('FILE_NOT_FOUND');
        await expect(read(`${folder}/missing`)).rejects.toThrow(/missing/);
      });

      it('fails for a folder', async () => {
        await storage.makeDirectories(`${folder}/sub`);
        expect(['STORAGE_FAILED', 'FILE_NOT_FOUND']).toContain(await codeOf(read(`${folder}/sub`)));
      });
    });

    describe('createExclusive', () => {
      it('creates a file that is not there, and its folder', async () => {
        await storage.createExclusive(`${folder}/locks/one`, 'mine');
        expect(await read(`${folder}/locks/one`)).toBe('mine');
      });

      it('leaves a file alone that is there', async () => {
        await storage.createExclusive(`${folder}/one`, 'mine');
        expect(await codeOf(storage.createExclusive(`${folder}/one`, 'yours'))).toBe('FILE_EXISTS');
        expect(await read(`${folder}/one`)).toBe('mine');
      });

      it('lets one of many win', async () => {
        const tries = Array.from({ length: 8 }, (_, i) => codeOf(storage.createExclusive(`${folder}/one`, `${i}`)));
        const codes = await Promise.all(tries);
        expect(codes.filter((code) => code === 'no error')).toHaveLength(1);
        expect(codes.filter((code) => code === 'FILE_EXISTS')).toHaveLength(7);
      });
    });

    describe('rename', () => {
      it('moves a file into a folder that it makes', async () => {
        await put(storage, `${folder}/from`, 'content');
        await storage.rename(`${folder}/from`, `${folder}/new/to`);
        expect(await read(`${folder}/new/to`)).toBe('content');
        expect(await storage.stat(`${folder}/from`)).toBeNull();
      });

      it('replaces the file that is there', async () => {
        await put(storage, `${folder}/from`, 'new');
        await put(storage, `${folder}/to`, 'old and longer');
        await storage.rename(`${folder}/from`, `${folder}/to`);
        expect(await read(`${folder}/to`)).toBe('new');
        expect(await names()).toEqual(['to']);
      });

      it('names what is missing', async () => {
        await put(storage, `${folder}/to`, 'stays');
        expect(await codeOf(storage.rename(`${folder}/missing`, `${folder}/to`))).toBe('FILE_NOT_FOUND');
        expect(await read(`${folder}/to`)).toBe('stays');
      });
    });

    describe('delete', () => {
      it('deletes files, and folders with all that is in them', async () => {
        await put(storage, `${folder}/a/b/c`, 'x');
        await put(storage, `${folder}/d`, 'x');
        await storage.delete(`${folder}/d`);
        await storage.delete(`${folder}/a`);
        expect(await names()).toEqual([]);
      });

      it('does not mind what is missing', async () => {
        await storage.delete(`${folder}/missing`);
        await storage.delete(`${folder}/missing/below`);
      });
    });

    describe('list, stat and makeDirectories', () => {
      it('tells of files and folders', async () => {
        await put(storage, `${folder}/b`, '12345');
        await storage.makeDirectories(`${folder}/a/deep`);
        const listed = await storage.list(folder);
        expect(listed).toMatchObject([
          { path: `${folder}/a`, name: 'a', isFolder: true, size: 0, modified: expect.any(Number) },
          { path: `${folder}/b`, name: 'b', isFolder: false, size: 5, modified: expect.any(Number) },
        ]);
        expect(await storage.stat(`${folder}/b`)).toEqual(listed[1]);
        expect(await storage.stat(`${folder}/a`)).toEqual(listed[0]);
      });

      it('tells a file from another that took its place, though it has the same size', async () => {
        await put(storage, `${folder}/b`, '12345');
        const before = await storage.stat(`${folder}/b`);
        expect((await storage.stat(`${folder}/b`))?.identity).toBe(before?.identity);
        await put(storage, `${folder}/b`, '54321');
        const after = await storage.stat(`${folder}/b`);
        expect([after!.identity, after!.modified]).not.toEqual([before!.identity, before!.modified]);
      });

      it('says when a file changed last', async () => {
        await put(storage, `${folder}/first`, 'x');
        await put(storage, `${folder}/second`, 'x');
        const [first, second] = await storage.list(folder);
        expect(second!.modified).toBeGreaterThanOrEqual(first!.modified);
        expect(Math.abs(Date.now() - first!.modified)).toBeLessThan(24 * 3600 * 1000);
      });

      it('finds nothing where nothing is', async () => {
        expect(await storage.list(`${folder}/missing`)).toEqual([]);
        expect(await storage.stat(`${folder}/missing`)).toBeNull();
      });

      it('makes a folder that is there already', async () => {
        await storage.makeDirectories(`${folder}/a/b`);
        await storage.makeDirectories(`${folder}/a/b`);
        expect(await names(`${folder}/a`)).toEqual(['b']);
      });
    });

    describe('odd names', () => {
      it.each(ODD_NAMES)('%j is a name like any other', async (name) => {
        const path = `${folder}/${name}/${name}`;
        await put(storage, path, name);
        expect(await read(path)).toBe(name);
        expect(await names(folder)).toEqual([name]);
        expect((await storage.list(`${folder}/${name}`))[0]).toMatchObject({ path, name });
        await storage.rename(path, `${path}.moved`);
        await storage.createExclusive(path, 'again');
        expect(await names(`${folder}/${name}`)).toEqual([name, `${name}.moved`]);
        await storage.delete(`${folder}/${name}`);
        expect(await names(folder)).toEqual([]);
      });
    });

    it('gives back any content in any portions', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 8 }), async (portions) => {
          const file = storage.create(`${folder}/portions`);
          for (const portion of portions) file.write(portion);
          file.end();
          await finished(file);
          const back = await buffer(storage.open(`${folder}/portions`));
          expect(Buffer.compare(back, Buffer.concat(portions))).toBe(0);
        }),
        { numRuns: 25 },
      );
    });
  });
}
