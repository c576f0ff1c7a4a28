import { readdir, readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { localStorage } from '../../../lib/storage/local.js';
import { locate } from '../../../lib/storage/locate.js';
import type { Row } from '../../../schemas/columns.js';
import { pipe } from '../../../streams/pipe.js';
import { RowSource } from '../../../streams/rows.js';
import { writeDelimited, type WriteDelimitedOptions } from '../../../streams/sinks/write-delimited.js';
import { diskFull } from '../../fakes/failing-storage.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

describe('writeDelimited', () => {
  const temporary = temporaryFolder();
  const path = () => `${temporary.path}/out/file.csv`;

  async function write(rows: Row[], options?: WriteDelimitedOptions): Promise<string> {
    await pipe(RowSource.of(rows, { batchRows: 2 }), writeDelimited(localStorage(), path(), options));
    return readFile(path(), 'utf8');
  }

  it('writes a header and lines, quoted where needed, nulls empty', async () => {
    const text = await write([
      { name: 'plain', n: 1, note: null },
      { name: 'a,b', n: 1.2e-7, note: undefined },
      { name: 'say "x"', n: -0.5, note: 'two\nlines' },
    ]);
    expect(text).toBe('name,n,note\nplain,1,\n"a,b",1.2e-7,\n"say ""x""",-0.5,"two\nlines"\n');
  });

  it('takes another delimiter, other columns, and no header', async () => {
    const columns = { b: 'int', hh: 'int?' } as const;
    expect(await write([{ a: 1, b: 2, hh: 4 }], { delimiter: '\t', columns, headers: false })).toBe('2\t04\n');
  });

  it('writes the columns of the pipeline, and a header without rows', async () => {
    const source = RowSource.of([] as { a: string }[], { columns: { a: 'string', b: 'int?' } });
    await pipe(source, writeDelimited(localStorage(), path()));
    expect(await readFile(path(), 'utf8')).toBe('a,b\n');
  });

  it('writes an empty file where it knows neither columns nor rows', async () => {
    expect((await write([])).trim()).toBe('');
  });

  it.each(['a\tb', 'a\nb', 'a\rb'])('refuses %j where there are no quotes', async (name) => {
    const written = write([{ name: 'fine' }, { name }], { delimiter: '\t', quote: false });
    await expect(written).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining('column name'),
    });
    expect(await readdir(`${temporary.path}/out`)).toEqual([]);
  });

  it('writes quotes as they are where there are none', async () => {
    expect(await write([{ name: '"x"' }], { delimiter: '\t', quote: false, headers: false })).toBe('"x"\n');
  });

  it('takes a warehouse for the storage', async () => {
    const warehouse = { locate: (to: string) => locate(to, localStorage()) };
    await pipe(RowSource.of([{ a: 1 }]), writeDelimited(warehouse, `file://${path()}`));
    expect(await readFile(path(), 'utf8')).toBe('a\n1\n');
  });

  it('leaves nothing behind when the source fails', async () => {
    async function* failing() {
      yield { a: 1 };
      await Promise.resolve();
      throw new Error('source failed');
    }
    const source = RowSource.of<{ a: 'int' }, { a: number }>(failing(), { batchRows: 1 });
    await expect(pipe(source, writeDelimited(localStorage(), path()))).rejects.toThrow('source failed');
    expect(await readdir(`${temporary.path}/out`)).toEqual([]);
  });

  it('fails when the storage fails', async () => {
    const full = { create: () => new Writable({ write: (_chunk, _encoding, callback) => callback(diskFull()) }) };
    const rows = Array.from({ length: 10_000 }, (_, a) => ({ a }));
    await expect(pipe(RowSource.of(rows), writeDelimited(full, 'x'))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
  });

  it('pulls no row ahead of a storage that takes nothing', async () => {
    let pulled = 0;
    function* rows() {
      for (; pulled < 1_000_000; pulled++) yield { a: 'x'.repeat(100) };
    }
    const controller = new AbortController();
    let pulledWhileStuck = 0;
    const stuck = {
      create: () =>
        new Writable({
          write: (_chunk, _encoding, callback) => {
            if (controller.signal.aborted) return callback();
            setTimeout(() => {
              pulledWhileStuck = pulled;
              controller.abort();
              callback();
            }, 20);
          },
        }),
    };
    const sink = writeDelimited(stuck, 'x');
    const piped = pipe(RowSource.of(rows(), { batchRows: 100 }), sink, { signal: controller.signal });
    await expect(piped).rejects.toMatchObject({ name: 'AbortError' });
    expect(pulledWhileStuck).toBeLessThan(5_000);
  });
});
