import { parseDay } from '../../schemas/days.js';
import { dns, dnsScores, DNS_TABLES } from '../../schemas/dns.js';
import { defineSource, defineTable, layoutColumns, partitionFolder, partitionValues } from '../../schemas/tables.js';

const day = parseDay('20160708');
const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('tables', () => {
  it('puts a partition where Spot does', () => {
    expect(partitionFolder(dnsScores, day)).toBe('dns/hive/oa/suspicious/y=2016/m=7/d=8');
    expect(partitionFolder(dns, day, 4)).toBe('dns/hive/y=2016/m=7/d=8/h=4');
  });

  it('writes text partitions with leading zeros, as Proxy has them', () => {
    const proxy = defineTable({
      name: 'proxy',
      folder: 'proxy/hive',
      columns: { host: 'string?' },
      partition: { y: 'string', m: 'string', d: 'string', h: 'string' },
    });
    expect(partitionValues(proxy, day, 4)).toEqual({ y: '2016', m: '07', d: '08', h: '04' });
    expect(partitionFolder(proxy, day, 4)).toBe('proxy/hive/y=2016/m=07/d=08/h=04');
  });

  it('has the 15 columns of the design document and the 16 of Spot 1.0', () => {
    expect(Object.keys(layoutColumns(dnsScores, 'documented'))).toHaveLength(15);
    expect(Object.keys(layoutColumns(dnsScores, 'spot-1.0'))).toHaveLength(16);
    expect(Object.keys(DNS_TABLES.dns_edge.columns)).toHaveLength(14);
    expect(Object.keys(DNS_TABLES.dns_dendro.columns)).toEqual(['unix_tstamp', 'dns_a', 'dns_qry_name', 'ip_dst']);
    expect(layoutColumns(DNS_TABLES.dns_edge, 'spot-1.0')).toBe(DNS_TABLES.dns_edge.columns);
  });

  it.each(['../x', 'a//b', '/a', 'a/.b', 'a/_b', '', 'a b'])('refuses the folder %j', (folder) => {
    expect(() => defineTable({ name: 't', folder, columns: { a: 'int' } })).toThrow(coded('IDENTIFIER_INVALID'));
  });

  it('refuses names that could leave SQL, and requirements that are no columns', () => {
    expect(() => defineTable({ name: 't;--', folder: 't', columns: { a: 'int' } })).toThrow(
      coded('IDENTIFIER_INVALID'),
    );
    expect(() => defineSource({ name: 's s', resultsPath: () => '', columns: {} })).toThrow(
      coded('IDENTIFIER_INVALID'),
    );
    expect(() => defineTable({ name: 't', folder: 't', columns: { a: 'int', y: 'int' } })).toThrow(
      /table t: y is a column and a partition/,
    );
    expect(() => defineTable({ name: 't', folder: 't', columns: { a: 'int' }, spot10: { 'a b': 'int' } })).toThrow(
      coded('IDENTIFIER_INVALID'),
    );
    expect(() => defineTable({ name: 't', folder: 't', columns: { a: 'int' }, required: ['b'] })).toThrow(
      /requires b/,
    );
  });
});
