import fc from 'fast-check';
import thrift from 'thrift';
import types from 'hive-driver/thrift/gen-nodejs/TCLIService_types.js';
import { MessageScan, NotThrift } from '../../../../lib/engine/hiveserver2/message-scan.js';
import { readPage } from '../../../../lib/engine/hiveserver2/page.js';
import { rowReader } from '../../../../lib/engine/hiveserver2/rows.js';
import { wireColumns } from '../../../fakes/hiveserver2-pages.js';

const MOST = 1 << 20;
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const COLUMNS = [
  { name: 'n', type: 'int' },
  { name: 'flag', type: 'boolean' },
  { name: 'big', type: 'bigint' },
  { name: 'real', type: 'double' },
  { name: 'text', type: 'string' },
  { name: 'bytes', type: 'binary' },
];

/** A FetchResults answer as thrift itself writes it. */
function answer(rows: readonly (readonly unknown[])[]): Buffer {
  let message: Buffer = Buffer.alloc(0);
  const transport = new thrift.TBufferedTransport(undefined, (bytes) => {
    message = bytes;
  });
  const protocol = new thrift.TBinaryProtocol(transport) as unknown as Record<string, (...values: unknown[]) => void>;
  const response = new types.TFetchResultsResp!({
    status: { statusCode: 1, infoMessages: ['one', 'two'] },
    hasMoreRows: true,
    results: { startRowOffset: 0, rows: [], columns: wireColumns(COLUMNS, rows, 'short') },
  }) as { write(output: unknown): void };
  protocol.writeMessageBegin!('FetchResults', 2, 7);
  protocol.writeFieldBegin!('success', 12, 0);
  response.write(protocol);
  protocol.writeFieldStop!();
  protocol.writeMessageEnd!();
  protocol.flush!();
  return message;
}

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const row = fc.tuple(
  orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  orNull(fc.boolean()),
  orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  // thrift's own writer loses the sign of a zero.
  orNull(fc.double().map((value) => (value === 0 ? 0 : value))),
  orNull(fc.string({ unit: 'binary', maxLength: 40 })),
  orNull(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
);
const exact = (value: unknown) =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
const wellFormed = (value: unknown) => (typeof value === 'string' ? Buffer.from(value).toString() : value);

describe('a message', () => {
  it('has the same end and the same rows, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }),
        (rows, cuts) => {
          const message = answer(rows);
          const twice = Buffer.concat([message, message]);
          const scan = new MessageScan(MOST);
          const ends: number[] = [];
          for (let there = 0, i = 0; there < twice.length; i++) {
            there = Math.min(twice.length, there + cuts[i % cuts.length]! + (i % 7 === 0 ? 1 : 0));
            // What has not arrived yet is something else.
            const bytes = Buffer.concat([twice.subarray(0, there), Buffer.alloc(twice.length - there, 0xff)]);
            for (let end = scan.end(viewOf(bytes), there); end > 0; end = scan.end(viewOf(bytes), there)) {
              ends.push(end);
              scan.reset(end);
            }
          }
          expect(ends).toEqual([message.length, twice.length]);
          const page = readPage(viewOf(message))!;
          expect(page).toMatchObject({ statusCode: 1, hasMoreRows: true, rows: rows.length });
          const found = rowReader(COLUMNS.map(({ name }) => name))(page, message, viewOf(message));
          expect(found.map((one) => Object.values(one))).toEqual(rows.map((one) => one.map(exact).map(wellFormed)));
        },
      ),
    );
  });

  it('that is damaged gives an error or other rows, and is never read past its end', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 10 }), fc.nat(), fc.nat(255), (rows, at, byte) => {
        const message = answer(rows);
        message[at % message.length] = byte;
        try {
          const end = new MessageScan(MOST).end(viewOf(message), message.length);
          expect(end).toBeLessThanOrEqual(message.length);
          const page = readPage(viewOf(message));
          if (page) rowReader(COLUMNS.map(({ name }) => name))(page, message, viewOf(message));
        } catch (error) {
          expect(error).toBeInstanceOf(NotThrift);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['with a name longer than it may be', Buffer.from('80010002' + '00200000' + '00', 'hex')],
    ['with a type that is none', Buffer.from('80010002' + '00000000' + '00000001' + '0700010000', 'hex')],
    ['nested without end', Buffer.from('80010002' + '00000000' + '00000001' + '0c0001'.repeat(100), 'hex')],
  ])('is none %s', (_what, bytes) => {
    expect(() => new MessageScan(MOST).end(viewOf(bytes), bytes.length)).toThrow(NotThrift);
  });

  it('with maps and lists of structs ends where they do', () => {
    const head = '80010002' + '00000001' + '41' + '00000001';
    const map = '0d0001' + '0b08' + '00000002' + '0000000161' + '00000001' + '00000000' + '00000002';
    const list = '0f0002' + '0c' + '00000002' + '0800010000000500' + '00';
    const sets = '0e0003' + '0f' + '00000001' + '02' + '00000003' + '010001';
    const bytes = Buffer.from(head + map + list + sets + '00', 'hex');
    const scan = new MessageScan(MOST);
    for (let there = 0; there < bytes.length; there++) expect(scan.end(viewOf(bytes), there)).toBe(-1);
    expect(scan.end(viewOf(bytes), bytes.length)).toBe(bytes.length);
  });
});
