import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { ByteBuffer } from '../../../lib/parquet/byte-buffer.js';
import { bitWidth, writeHybrid, writeRun } from '../../../lib/parquet/rle.js';

function readBack(buffer: ByteBuffer, count: number, width: number): number[] {
  const bytes = Uint8Array.from(buffer.view());
  const values = new Array<number>(count);
  const reader = { view: new DataView(bytes.buffer), offset: 0 };
  readRleBitPackedHybrid(reader, width, values, bytes.length);
  expect(reader.offset).toBe(bytes.length);
  return values;
}

function hybrid(values: readonly number[], width: number): ByteBuffer {
  const out = new ByteBuffer(1);
  writeHybrid(out, values, values.length, width);
  return out;
}

describe('the RLE / bit-packed hybrid', () => {
  it('packs the example of the format: 0 to 7 in three bits', () => {
    expect([...hybrid([0, 1, 2, 3, 4, 5, 6, 7], 3).view()]).toEqual([0b11, 0b10001000, 0b11000110, 0b11111010]);
  });

  it('writes eight equal values as a run, seven as a group', () => {
    expect([...hybrid(Array<number>(8).fill(1), 1).view()]).toEqual([8 << 1, 1]);
    expect([...hybrid(Array<number>(7).fill(1), 1).view()]).toEqual([0b11, 0b01111111]);
  });

  it('writes a long run with as many bytes of value as the width needs', () => {
    const out = new ByteBuffer(1);
    writeRun(out, 0x1_2345, 20_000, 17);
    expect([...out.view()]).toEqual([0xc0, 0xb8, 0x02, 0x45, 0x23, 0x01]);
  });

  it('needs at least one bit, and one more at each power of two', () => {
    expect([0, 1, 2, 3, 4, 255, 256].map(bitWidth)).toEqual([1, 1, 2, 2, 3, 8, 9]);
  });

  it('reads back as it was, whatever mixture of runs and groups', () => {
    const mixture = fc.integer({ min: 1, max: 24 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        values: fc
          .array(fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 20 })), {
            minLength: 1,
          })
          .map((runs) => runs.flatMap(([value, count]) => Array<number>(count).fill(value))),
      }),
    );
    fc.assert(
      fc.property(mixture, ({ width, values }) => {
        expect(readBack(hybrid(values, width), values.length, width)).toEqual(values);
      }),
    );
  });
});
