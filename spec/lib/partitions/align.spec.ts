import { alignmentOf, checkTable } from '../../../lib/partitions/align.js';
import { columnList, type Columns, type Row } from '../../../schemas/columns.js';
import { dnsScores } from '../../../schemas/dns.js';

const documented = columnList(dnsScores.columns);
const spot10 = columnList(dnsScores.spot10!);
const rowColumns: Columns = {
  ...dnsScores.columns,
  frame_len: 'bigint?',
  hh: 'int?',
  dns_sev: 'int',
  ip_sev: 'int',
};
const row = (): Row => ({
  frame_time: 'Jul  8 2016 04:29:38.1 UTC',
  unix_tstamp: 1467952178,
  frame_len: 163,
  ip_dst: '10.0.2.15',
  dns_qry_name: 'www.example.com',
  score: 1.2e-7,
  hh: 4,
  dns_sev: 0,
  ip_sev: 0,
});
const without = (columns: typeof documented, name: string) => columns.filter((column) => column.name !== name);

describe('alignmentOf', () => {
  it('writes the hour as two digits where the table holds text', () => {
    const { align, missing, leftOut } = alignmentOf(dnsScores, documented, rowColumns);
    expect(align(row())).toMatchObject({ hh: '04', score: 1.2e-7 });
    expect(align({ ...row(), hh: null }).hh).toBeNull();
    expect(missing).toEqual([]);
    expect(leftOut).toEqual(['frame_len', 'dns_sev', 'ip_sev']);
  });

  it('fills ml_score and a number of the hour in a table of Spot 1.0', () => {
    const { align, leftOut } = alignmentOf(dnsScores, spot10, rowColumns);
    expect(align(row())).toMatchObject({ ml_score: 1.2e-7, hh: 4, frame_len: 163 });
    expect(leftOut).toEqual(['dns_sev', 'ip_sev']);
  });

  it('reads rows of either table into the other', () => {
    const old = { ...row(), ml_score: 0.5, score: undefined, hh: 4 };
    expect(alignmentOf(dnsScores, documented, dnsScores.spot10!).align(old)).toMatchObject({ score: 0.5, hh: '04' });
    const recent = { ...row(), hh: '04' };
    expect(alignmentOf(dnsScores, spot10, dnsScores.columns).align(recent)).toMatchObject({
      ml_score: 1.2e-7,
      hh: 4,
    });
  });

  it('gives null for what the rows lack, also in columns that nobody knows', () => {
    const table = [...documented, { name: 'site', kind: 'string', nullable: false } as const];
    const { tld, query_rep, ...few } = dnsScores.columns;
    void [tld, query_rep];
    const { align, missing, columns } = alignmentOf(dnsScores, table, few);
    expect(missing).toEqual(['tld', 'query_rep', 'site']);
    expect(align(row())).toMatchObject({ tld: null, query_rep: null, site: null });
    expect(columns.at(-1)).toEqual({ name: 'site', kind: 'string', nullable: true });
    expect(columns.map(({ name }) => name)).toEqual(table.map(({ name }) => name));
  });

  it('leaves rows alone that fit already', () => {
    const { align } = alignmentOf(dnsScores, without(documented, 'hh'), dnsScores.columns);
    const given = Object.freeze(row());
    expect(align(given)).toBe(given);
  });

  it.each(['unix_tstamp', 'ip_dst', 'dns_qry_name', 'score'])('names %s when the table lacks it', (name) => {
    expect(() => alignmentOf(dnsScores, without(documented, name), rowColumns)).toThrow(
      expect.objectContaining({ code: 'TABLE_MISFIT', message: expect.stringContaining(`dns_scores lacks ${name}`) }),
    );
  });

  it('says under which other name a column would do', () => {
    expect(() => checkTable(dnsScores, without(documented, 'score'))).toThrow(
      /lacks score or ml_score; it has frame_time,/,
    );
  });

  it.each(['unix_tstamp', 'ip_dst', 'dns_qry_name', 'score'])('names %s when the rows lack it', (name) => {
    const lacking = Object.fromEntries(Object.entries(rowColumns).filter(([column]) => column !== name));
    expect(() => alignmentOf(dnsScores, spot10, lacking)).toThrow(
      expect.objectContaining({ code: 'TABLE_MISFIT', message: expect.stringContaining(`rows lack ${name},`) }),
    );
  });

  it('names a column of another kind', () => {
    const table = documented.map((column) =>
      column.name === 'unix_tstamp' ? ({ ...column, kind: 'string' } as const) : column,
    );
    expect(() => alignmentOf(dnsScores, table, rowColumns)).toThrow(
      /column unix_tstamp is of kind string, the rows have bigint/,
    );
  });

  it('takes kinds that it does not know for right', () => {
    const names = Object.fromEntries(Object.keys(row()).map((name) => [name, undefined]));
    expect(alignmentOf(dnsScores, spot10, names).align(row())).toMatchObject({ ml_score: 1.2e-7, tld: null });
  });
});
