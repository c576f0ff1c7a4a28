import { Writable } from 'node:stream';
import { OutputFile } from '../../streams/output-file.js';
import { turn } from '../fakes/streams.js';

/** A file whose writes a test lets through one by one. */
function slowFile(fails: (written: string[]) => Error | undefined = () => undefined) {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const out = new Writable({
    decodeStrings: false,
    highWaterMark: 4,
    write: (chunk: string, _encoding, callback) => {
      written.push(chunk);
      waiting.push(() => callback(fails(written)));
    },
  });
  return { out, written, letOne: () => waiting.shift()?.() };
}

async function isPending(work: Promise<unknown>): Promise<boolean> {
  for (let i = 0; i < 5; i++) await turn();
  return Promise.race([work.then(() => false), turn().then(() => true)]);
}

describe('OutputFile', () => {
  it('waits until more may be written', async () => {
    const { out, written, letOne } = slowFile();
    const file = new OutputFile(out);
    await file.write('abc');
    const full = file.write('defg');
    expect(await isPending(full)).toBe(true);
    letOne();
    expect(await isPending(full)).toBe(true);
    letOne();
    await full;
    const end = file.finish();
    await end;
    expect(written).toEqual(['abc', 'defg']);
  });

  it('tells an error between two writes with the next', async () => {
    const { out, letOne } = slowFile(() => new Error('disk full'));
    const file = new OutputFile(out);
    await file.write('a');
    letOne();
    await turn();
    await expect(file.write('b')).rejects.toThrow('disk full');
    await expect(file.finish()).rejects.toThrow('disk full');
    await file.undo();
  });

  it('tells an error to a write that waits', async () => {
    const { out, letOne } = slowFile(() => new Error('disk full'));
    const file = new OutputFile(out);
    const full = file.write('abcdef');
    letOne();
    await expect(full).rejects.toThrow('disk full');
  });

  it('lets go of a write that waits when it is undone', async () => {
    const { out } = slowFile();
    const file = new OutputFile(out);
    const full = file.write('abcdef');
    await file.undo();
    await expect(full).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect(out.closed).toBe(true);
    await file.undo();
  });
});
