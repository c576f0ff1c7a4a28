import fc from 'fast-check';
import { defineColumns, type ColumnKind, type Row } from '../../../schemas/columns.js';
import { dnsResults } from '../../../schemas/dns.js';
import { ResultLines, type Rejection, type ResultFormat } from '../../../streams/calculations/result-lines.js';
import { RESULT, resultText } from '../../fakes/result-file.js';

const MIB = 1024 * 1024;
const DNS: ResultFormat = { columns: dnsResults.columns };

/** What chunks of one file give. */
function read(chunks: Iterable<Buffer | string>, format: ResultFormat = DNS) {
  const lines = new ResultLines(format);
  const found: { rows: Row[]; rejections: Rejection[] } = { rows: [], rejections: [] };
  const take = ({ rows, rejections }: { rows: Row[]; rejections: Rejection[] }) => {
    found.rows.push(...rows);
    found.rejections.push(...rejections);
  };
  for (const chunk of chunks) take(lines.push(Buffer.from(chunk)));
  take(lines.end());
  return { ...found, lines: lines.lines, names: found.rows.map((row) => row['dns_qry_name']) };
}

const named = (name: string) => resultText({ dns_qry_name: name });
/** One column of a kind, beside a text. */
const one = (kind: ColumnKind, text: string) => {
  const { rows, rejections } = read([`${text}\tx\n`], { columns: defineColumns({ value: kind, beside: 'string' }) });
  return rejections[0]?.reason ?? rows[0]!['value'];
};

describe('ResultLines', () => {
  it('reads the columns in order, without a header', () => {
    expect(read([`${resultText()}\n`])).toMatchObject({ rows: [RESULT], rejections: [], lines: 1 });
    expect(Object.keys(read([`${resultText()}\n`]).rows[0]!)).toEqual(Object.keys(dnsResults.columns));
  });

  it.each([
    ['with', '\n'],
    ['without', ''],
    ['with \\r\\n as', '\r\n'],
    ['with a lone \\r as', '\r'],
  ])('reads a last line %s line end', (_, end) => {
    expect(read([`${resultText()}\n${named('last')}${end}`]).names).toEqual(['www.example.com', 'last']);
  });

  it('takes quotes, commas and blanks for what they are', () => {
    const names = [
      '"',
      '"a',
      "it's",
      'a,b',
      '""',
      '"\\',
      ' a ',
      '$(id)',
      "'; DROP TABLE dns; --",
      '%_\\',
      '',
      '\u0000',
    ];
    expect(read([names.map(named).join('\n')]).names).toEqual(names);
  });

  it('takes \\r\\n at every line, wherever the chunks end', () => {
    const text = `${named('a')}\r\n${named('b')}\r\n`;
    for (let i = 0; i <= text.length; i++) expect(read([text.slice(0, i), text.slice(i)]).names).toEqual(['a', 'b']);
  });

  it('passes over a byte order mark at the start of each file, and nowhere else', () => {
    const lines = new ResultLines(DNS);
    const bytes = Buffer.from(`\uFEFF${resultText()}\n\uFEFF${resultText()}\n`);
    const first = [...bytes].flatMap((byte) => lines.push(Buffer.from([byte])).rows);
    lines.end();
    const { rows: second } = lines.push(bytes);
    for (const rows of [first, second]) {
      expect(rows.map((row) => row['frame_time'])).toEqual([RESULT.frame_time, `\uFEFF${RESULT.frame_time}`]);
    }
  });

  it('joins a character that two chunks share, at every byte', () => {
    const text = Buffer.from(`${named('é€😀.example')}\n${named('数据')}\n`);
    for (let i = 0; i <= text.length; i++) {
      expect(read([text.subarray(0, i), text.subarray(i)]).names).toEqual(['é€😀.example', '数据']);
    }
  });

  it('joins a line that many chunks share', () => {
    const name = 'long-'.repeat(500);
    const bytes = Buffer.from(`${named(name)}\n${named('b')}`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(7 * i, 7 * i + 7));
    expect(read(chunks).names).toEqual([name, 'b']);
  });

  it('keeps bytes that are not UTF-8 as \\DDD', () => {
    const bytes = (...name: number[]) => Buffer.concat([Buffer.from(named('<>').split('<')[0]!), Buffer.from(name)]);
    const rest = named('<>').split('>')[1]!;
    const cases: [number[], string][] = [
      [[0xff], '\\255'],
      [[0x41, 0xe9, 0x42], 'A\\233B'],
      [[0xc3], '\\195'],
      [[0xc3, 0x28], '\\195('],
      [[0xe2, 0x82], '\\226\\130'],
      [[0xe2, 0x82, 0xac, 0x80], '€\\128'],
      [[0xc0, 0x80], '\\192\\128'],
      [[0xed, 0xa0, 0x80], '\\237\\160\\128'],
      [[0xf5, 0x80, 0x80, 0x80], '\\245\\128\\128\\128'],
      [[0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x9f], '😀\\240\\159'],
    ];
    for (const [name, expected] of cases) {
      const file = Buffer.concat([bytes(...name), Buffer.from(`${rest}\n${named('€')}\n`)]);
      expect(read([file]).names).toEqual([expected, '€']);
      for (let i = 0; i <= file.length; i++) {
        expect(read([file.subarray(0, i), file.subarray(i)]).names).toEqual([expected, '€']);
      }
    }
  });

  it('rejects a wrong number of columns, blank lines too', () => {
    const { rejections, names } = read([`a\tb\n${named('good')}\n\n${resultText()}\tmore\n`]);
    expect(names).toEqual(['good']);
    expect(rejections).toEqual([
      { line: 1, reason: '2 columns; expected 9', raw: 'a\tb', rowsBefore: 0 },
      { line: 3, reason: '1 columns; expected 9', raw: '', rowsBefore: 1 },
      { line: 4, reason: '10 columns; expected 9', raw: `${resultText()}\tmore`, rowsBefore: 1 },
    ]);
  });

  it('rejects a time that cannot be read, where there is a column of time', () => {
    const text = (time: string) => resultText({ frame_time: time });
    const times = ['null', '', 'Jul  8 2016', '25:00:00', '12:60', 'Jul  8 2016 4:05:00 EST'];
    expect(read([times.map(text).join('\n')]).rejections.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'frame_time "null" has no readable time'],
      [2, 'frame_time "" has no readable time'],
      [3, 'frame_time "Jul  8 2016" has no readable time'],
      [4, 'frame_time "25:00:00" has no readable time'],
      [5, 'frame_time "12:60" has no readable time'],
    ]);
    const columns = defineColumns({ treceived: 'string', other: 'string' });
    expect(read(['x\ty\n'], { columns }).rows).toHaveLength(1);
    expect(read(['x\ty\n'], { columns, timeColumn: 'treceived' }).rejections).toHaveLength(1);
    expect(read(['01:02\ty\n'], { columns, timeColumn: 'treceived' }).rows).toHaveLength(1);
  });

  it('takes null for nothing in columns of numbers, for itself in columns of text', () => {
    const { rows } = read([
      resultText({ frame_len: 'null', dns_qry_name: 'null', ip_dst: 'null', dns_qry_type: 'null' }),
    ]);
    expect(rows).toEqual([{ ...RESULT, frame_len: null, dns_qry_name: 'null', ip_dst: 'null', dns_qry_type: null }]);
    const bad = read([[{ unix_tstamp: 'null' }, { score: 'null' }].map((fields) => resultText(fields)).join('\n')]);
    expect(bad.rejections.map(({ reason }) => reason)).toEqual([
      'unix_tstamp "null"; expected bigint',
      'score "null"; expected double',
    ]);
    expect(one('int', 'null')).toBe('value "null"; expected int');
    expect(one('int?', 'NULL')).toBe('value "NULL"; expected int');
    expect(one('string?', 'null')).toBe('null');
  });

  it.each<[ColumnKind, string[], string[]]>([
    ['tinyint', ['-128', '127', '0', '007'], ['-129', '128', '1.0', '1e1']],
    ['smallint', ['-32768', '32767'], ['-32769', '32768']],
    ['int', ['-2147483648', '2147483647', '-1'], ['-2147483649', '2147483648', '1e5', '0x1', '+1', '1 ', ' 1', '１']],
    [
      'bigint',
      ['-9007199254740991', '9007199254740991'],
      ['9007199254740992', '-9007199254740992', '9223372036854775807'],
    ],
    ['int', [], ['', '-', 'NaN', 'Infinity', '1_000', '1,5', 'true', '1n', '--1']],
    ['double', ['1e5', '-1.5E-300', '.5', '5.', '+2', '0', '1.7976931348623157e308'], ['1e309', '-1e309']],
    ['double', [], ['', '.', 'NaN', 'Infinity', '-Infinity', '0x1', '1e', 'e5', '1d', '1,5', ' 1', '1 ']],
    ['float', ['1.5', '3.4e38', '1e-50'], ['3.5e38', '-1e39', 'NaN']],
  ])('reads as %s %j, and none of %j', (kind, good, bad) => {
    for (const text of good) expect(one(kind, text)).toBe(Number(text));
    for (const text of bad) expect(one(kind, text)).toBe(`value ${JSON.stringify(text)}; expected ${kind}`);
  });

  it('knows no negative zero', () => {
    for (const kind of ['int', 'bigint', 'double', 'float'] as const)
      expect(Object.is(one(kind, '-0'), 0)).toBe(true);
    expect(Object.is(one('double', '-0.0e-3'), 0)).toBe(true);
  });

  it('splits at any delimiter, and refuses one that cannot be', () => {
    const columns = defineColumns({ a: 'string', b: 'int', c: 'string' });
    expect(read(['x,1,y\n'], { columns, delimiter: ',' }).rows).toEqual([{ a: 'x', b: 1, c: 'y' }]);
    expect(read(['x||1||y|\n'], { columns, delimiter: '||' }).rows).toEqual([{ a: 'x', b: 1, c: 'y|' }]);
    for (const delimiter of ['', '\n', '\r\n']) {
      expect(() => new ResultLines({ columns, delimiter })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    }
    expect(() => new ResultLines({ columns, timeColumn: 'd' })).toThrow(
      expect.objectContaining({ code: 'USAGE', message: 'timeColumn d: expected one of a, b, c' }),
    );
  });

  describe('a line longer than 1 MiB', () => {
    const long = Buffer.from('x'.repeat(3 * MIB));
    const after = `\n${named('after')}\n`;
    const rejected = [{ line: 2, reason: `longer than ${MIB} bytes`, raw: 'x'.repeat(MIB), rowsBefore: 1 }];

    it.each([
      ['in one chunk', [Buffer.concat([Buffer.from(`${named('before')}\n`), long, Buffer.from(after)])]],
      [
        'in many',
        [
          `${named('before')}\n`,
          ...Array.from({ length: 48 }, (_, i) => long.subarray(i << 16, (i + 1) << 16)),
          after,
        ],
      ],
      ['that never ends', [`${named('before')}\n`, long]],
    ])('is rejected, %s', (_, chunks) => {
      const { rejections, names } = read(chunks);
      expect(rejections).toEqual(rejected);
      expect(names).toEqual(chunks.length === 2 ? ['before'] : ['before', 'after']);
    });

    it('is not held: what it leaves is a megabyte, however long it is', () => {
      const lines = new ResultLines(DNS);
      const chunk = Buffer.alloc(MIB, 'x');
      const rejections = Array.from({ length: 1000 }, () => lines.push(chunk).rejections).flat();
      expect(rejections).toHaveLength(1);
      expect(rejections[0]!.raw).toHaveLength(MIB);
      expect(lines.push(Buffer.from(after)).rows).toHaveLength(1);
    });

    it('is longer by one byte, its \\r counted, in whatever chunks', () => {
      const columns = defineColumns({ a: 'string' });
      for (const [bytes, good] of [
        ['x'.repeat(MIB), true],
        ['x'.repeat(MIB - 1) + '\r', true],
        ['x'.repeat(MIB) + '\r', false],
        ['é'.repeat(MIB / 2), true],
        ['é'.repeat(MIB / 2) + 'x', false],
        ['\uFEFF' + 'x'.repeat(MIB - 3), true],
        ['\uFEFF' + 'x'.repeat(MIB - 2), false],
      ] as const) {
        const file = Buffer.from(`${bytes}\nb\n`);
        const whole = read([file], { columns });
        const parts = [file.subarray(0, 10), file.subarray(10, MIB), file.subarray(MIB, -3), file.subarray(-3)];
        expect(read(parts, { columns })).toEqual(whole);
        expect(whole.rows).toHaveLength(good ? 2 : 1);
      }
    });
  });

  it('gives the same rows and rejections whatever the chunks', () => {
    const word = fc.oneof(
      fc.constantFrom('a', '"', 'é€😀', '\\', '\u0000', '\uFEFF', ' '),
      fc.string({ maxLength: 5 }),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some)),
      word.map((text) => Buffer.from(text)),
    );
    const line = fc.oneof(
      fc.tuple(
        fc.constant(Buffer.from(named('<').split('<')[0]!)),
        bytes,
        fc.constant(Buffer.from(named('<').split('<')[1]!)),
      ),
      fc.tuple(bytes, fc.constantFrom(Buffer.from('\t'), Buffer.from('')), bytes),
      fc.constant([Buffer.from(resultText({ score: 'NaN' }))]),
    );
    const file = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\n', '\r')), { maxLength: 12 })
      .map((lines) => Buffer.concat(lines.flatMap(([parts, end]) => [...parts, Buffer.from(end)])));
    fc.assert(
      fc.property(file, fc.array(fc.nat(), { maxLength: 20 }), (content, cuts) => {
        const at = [0, ...cuts.map((cut) => cut % (content.length + 1)).sort((a, b) => a - b), content.length];
        const chunks = at.slice(1).map((end, i) => content.subarray(at[i], end));
        expect(read(chunks)).toEqual(read([content]));
      }),
      { numRuns: 500 },
    );
  });
});
