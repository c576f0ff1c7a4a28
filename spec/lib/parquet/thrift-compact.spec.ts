import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { binary, bool, i32, i64, i8, list, struct, type ThriftValue } from '../../../lib/parquet/thrift-compact.js';

function read({ bytes }: ThriftValue): unknown {
  const reader = { view: new DataView(Uint8Array.from(bytes).buffer), offset: 0 };
  const value = deserializeTCompactProtocol(reader);
  expect(reader.offset).toBe(bytes.length);
  return value;
}

describe('the Thrift compact protocol', () => {
  it('encodes what parquet.thrift uses', () => {
    const value = struct({
      1: i32(0),
      2: i32(2 ** 31 - 1),
      3: i64(2 ** 53 - 1),
      4: i8(16),
      5: bool(true),
      6: bool(false),
      7: binary('é'),
      8: struct({ 1: struct({}), 15: i32(300) }),
      9: undefined,
      20: list([i32(1), i32(128)]),
    });
    expect(read(value)).toEqual({
      field_1: 0,
      field_2: 2 ** 31 - 1,
      field_3: 2n ** 53n - 1n,
      field_4: 16,
      field_5: true,
      field_6: false,
      field_7: Uint8Array.of(0xc3, 0xa9),
      field_8: { field_1: {}, field_15: 300 },
      field_20: [1, 128],
    });
  });

  it.each([0, 1, 14, 15, 16, 200])('encodes a list of %i', (length) => {
    const numbers = Array.from({ length }, (_, i) => i);
    expect(read(struct({ 1: list(numbers.map((n) => struct({ 2: i64(n) }))) }))).toEqual({
      field_1: numbers.map((n) => ({ field_2: BigInt(n) })),
    });
  });
});
