import fc from 'fast-check';
import { dnsResults, type DnsResult } from '../../../schemas/dns.js';
import { resultLine } from '../../../streams/calculations/result-line.js';
import { ResultLines } from '../../../streams/calculations/result-lines.js';
import { RESULT, RESULT_COLUMNS, resultText } from '../../fakes/result-file.js';

const read = (text: string) => {
  const lines = new ResultLines({ columns: dnsResults.columns });
  const { rows, rejections } = lines.push(Buffer.from(text));
  return { rows, rejections };
};

describe('resultLine', () => {
  it('writes a row as spot-ml does', () => {
    expect(resultLine(RESULT, RESULT_COLUMNS)).toBe(`${resultText()}\n`);
    expect(resultLine({ a: 1, b: null, c: undefined, d: 'x', e: 1e-9 }, ['d', 'b', 'c', 'z', 'a', 'e'], ',')).toBe(
      'x,null,null,null,1,1e-9\n',
    );
  });

  it('writes what would end a field or a line as \\DDD', () => {
    expect(resultLine({ a: 'x\ty', b: '\r\nz' }, ['a', 'b'])).toBe('x\\009y\t\\013\\010z\n');
    expect(resultLine({ a: 'x,\ty', b: '\n' }, ['a', 'b'], ',')).toBe('x\\044\ty,\\010\n');
    expect(resultLine({ a: 'x||y|', b: '|' }, ['a', 'b'], '||')).toBe('x\\124\\124y\\124||\\124\n');
  });

  it('is read back as the same row, whatever the names', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('"', "'; --", '$(id)', '%_\\', 'null', '', '\u0000', '\\009', 'ünïcödé 数据 😀'),
    );
    const value = text.filter((some) => !/[\t\r\n]/.test(some));
    const row: fc.Arbitrary<DnsResult> = fc.record({
      frame_time: fc.constantFrom('Jul  8 2016 04:29:38.123456789 UTC', '4:05'),
      unix_tstamp: fc.maxSafeInteger(),
      frame_len: fc.option(fc.maxSafeInteger()),
      ip_dst: value,
      dns_qry_name: value,
      dns_qry_class: value,
      dns_qry_type: fc.option(fc.integer()),
      dns_qry_rcode: fc.option(fc.integer()),
      score: fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const lines = rows.map((one) => resultLine(one, RESULT_COLUMNS)).join('');
        expect(read(lines)).toEqual({ rows, rejections: [] });
      }),
      { numRuns: 300 },
    );
  });
});
