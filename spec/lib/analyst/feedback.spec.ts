import fc from 'fast-check';
import { FEEDBACK_COLUMNS, feedbackRow, feedbackText, HEADER, lineForms } from '../../../lib/analyst/feedback.js';
import { hostileTexts, stored } from '../../fakes/hostile.js';
import { feedbackCells, hadoopLines, readBySpotMl } from '../../fakes/spot-ml-feedback.js';

const complete = {
  frame_time: 'Jul  8 2016 04:29:38.123456789 UTC',
  frame_len: 163,
  ip_dst: '10.0.2.15',
  dns_qry_name: 'www.example.com',
  dns_qry_class: '0x00000001',
  dns_qry_type: 1,
  dns_qry_rcode: 0,
  score: 1.2e-7,
  tld: 'com',
  query_rep: 'gti:High:3',
  hh: '04',
  ip_sev: 0,
  dns_sev: 3,
  dns_qry_class_name: 'Internet (IN)',
  dns_qry_type_name: 'A',
  dns_qry_rcode_name: 'NoError',
  network_context: '',
  unix_tstamp: 1467952178,
};

describe('the feedback for spot-ml', () => {
  it('is a header line and 18 columns between tabs', () => {
    expect(feedbackText([complete])).toBe(
      `${Object.keys(complete).join('\t')}\n${Object.values(complete)
        .map((value) => (value === 1.2e-7 ? '1.2e-7' : value))
        .join('\t')}\n`,
    );
    expect(HEADER.split('\t')).toHaveLength(18);
    // Without a line there is still a header: of an empty file spot-ml cannot take the first line.
    expect(readBySpotMl(feedbackText([]))).toEqual([]);
  });

  it('has an integer wherever spot-ml makes one, whatever the row has', () => {
    for (const value of [
      null,
      undefined,
      NaN,
      Infinity,
      1.5,
      '12',
      '',
      'x',
      {},
      2 ** 31,
      -(2 ** 31) - 1,
      2n ** 63n,
      2 ** 60,
    ]) {
      const row = { ...complete, frame_len: value, dns_qry_type: value, dns_qry_rcode: value, ip_sev: value };
      const [cells] = feedbackCells(feedbackText([{ ...row, unix_tstamp: value }]));
      for (const at of [1, 5, 6, 11]) expect(cells![at]).toBe('0');
      expect(readBySpotMl(feedbackText([{ ...row, unix_tstamp: value }]))).toHaveLength(1);
    }
    expect(readBySpotMl(feedbackText([{ ...complete, frame_len: 2 ** 31 - 1 }]))[0]!.frame_len).toBe(2 ** 31 - 1);
    expect(readBySpotMl(feedbackText([{}]))).toEqual([]);
    expect(feedbackCells(feedbackText([{}]))[0]).toHaveLength(18);
  });

  it('has no line that a value breaks', () => {
    const texts = hostileTexts();
    const rows = texts.map((text) => ({
      ...complete,
      ...{ frame_time: text, ip_dst: text, dns_qry_name: text, dns_qry_class: text, tld: text, query_rep: text },
      ...{
        hh: text,
        dns_qry_class_name: text,
        dns_qry_type_name: text,
        dns_qry_rcode_name: text,
        network_context: text,
      },
    }));
    const file = Buffer.from(feedbackText(rows));
    expect(hadoopLines(file)).toHaveLength(texts.length + 1);
    const read = readBySpotMl(file);
    expect(read).toHaveLength(texts.length);
    for (const [i, { dns_qry_name }] of read.entries())
      expect(dns_qry_name).toBe(
        stored(texts[i]!).replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
      );
  });

  it('is read line by line, whatever the rows hold', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\t', '\r', '\n', '\r\n', ',', '3'),
      fc.double(),
      fc.bigInt(),
      fc.constant(null),
    );
    const row = fc.record(Object.fromEntries(FEEDBACK_COLUMNS.map((name) => [name, value])));
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.integer({ min: 0, max: 3 }))), (rows) => {
        const file = feedbackText(rows.map(([fields, dns_sev]) => ({ ...fields, dns_sev })));
        const cells = feedbackCells(file);
        expect(cells.map((line) => line[12])).toEqual(rows.map(([, severity]) => String(severity)));
        expect(cells.every((line) => line.length === 18)).toBe(true);
        expect(readBySpotMl(file)).toHaveLength(rows.filter(([, severity]) => severity === 3).length);
        expect(lineForms(file)).toEqual(rows.map(() => 'readable'));
      }),
    );
  });

  it('takes from the raw row what dns_scores has not', () => {
    const raw = { frame_len: 77, frame_time: 'raw', dns_qry_type: 28, dns_a: '192.0.2.1' };
    const scored = { row: { frame_time: 'own', dns_qry_type: null, dns_qry_name: 'a' }, ip_sev: 1, dns_sev: 0 };
    expect(feedbackRow(scored, raw)).toMatchObject({
      ...{ frame_len: 77, frame_time: 'own', dns_qry_type: 28, dns_qry_name: 'a', ip_sev: 1, dns_sev: 0 },
    });
    expect(feedbackRow(scored, raw)).not.toHaveProperty('dns_a');
    expect(feedbackCells(feedbackText([feedbackRow(scored, undefined)]))[0]![1]).toBe('0');
  });

  it('of others is looked through: lines between commas, and those that end the job', () => {
    const good = feedbackText([complete, { ...complete, dns_sev: 1, frame_len: 'x' }]);
    expect(lineForms(good)).toEqual(['readable', 'readable']);
    // As Spot's UI appends them.
    const comma = Object.values(complete).join(',');
    expect(lineForms(`${good}${comma}\n${comma}`)).toEqual(['readable', 'readable', 'commas', 'commas']);
    expect(() => readBySpotMl(`${good}${comma}\n`)).toThrow('ArrayIndexOutOfBounds');
    const line = good.split('\n')[1]!;
    for (const bad of [
      line.replace('\t163\t', '\tlong\t'),
      line.split('\t').slice(0, 14).join('\t'),
      '\t',
      `${line}\rx`,
    ]) {
      expect(lineForms(`${HEADER}\n${bad}\n`)).toContain('unreadable');
      expect(() => readBySpotMl(`${HEADER}\n${bad}\n`)).toThrow();
    }
    expect(lineForms('')).toEqual([]);
  });
});
