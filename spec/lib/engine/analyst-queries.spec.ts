import { expandedSearchQuery, inDays, matchedQuery, rowsQuery } from '../../../lib/engine/analyst-queries.js';
import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { duckdbDialect } from '../../../lib/engine/dialects.js';
import { parseDay } from '../../../schemas/days.js';
import { dnsEdge } from '../../../schemas/dns.js';

const day = parseDay('20160708');
const impala = clusterDialect({ name: 'impala', database: 'spot' });

describe('days as partitions', () => {
  const condition = (from: string, to: string) =>
    inDays(duckdbDialect, parseDay(from), parseDay(to)).replaceAll('"', '');

  it('are a term a month, each on the partition columns themselves', () => {
    expect(condition('20160708', '20160708')).toBe('(y = 2016 AND m = 7 AND d >= 8 AND d <= 8)');
    expect(condition('20160708', '20160801')).toBe(
      '((y = 2016 AND m = 7 AND d >= 8) OR (y = 2016 AND m = 8 AND d <= 1))',
    );
    expect(condition('20151130', '20160101')).toBe(
      '((y = 2015 AND m = 11 AND d >= 30) OR (y = 2015 AND m = 12) OR (y = 2016 AND m = 1 AND d <= 1))',
    );
    expect(condition('20141231', '20160101').split(' OR ')).toHaveLength(14);
  });
});

describe('values', () => {
  it('stand as literals of the dialect', () => {
    const name = "a'; DROP TABLE x; --${env:HOME}\\";
    const rows = rowsQuery(impala, dnsEdge, day, { columns: ['hh'], name, hour: 4, order: ['hh'] });
    expect(rows).toBe(
      "SELECT `hh` FROM `spot`.`dns_edge` WHERE `y` = 2016 AND `m` = 7 AND `d` = 8 AND `dns_qry_name` = 'a\\'; DROP TABLE x; --$\\{env:HOME}\\\\' AND `hh` = 4 ORDER BY `hh`",
    );
    expect(expandedSearchQuery(duckdbDialect, day, { ip: "1'2" }, 20)).toContain(`"ip_dst" = '1''2'`);
  });

  it('are looked for one by one, but not a thousand and more', () => {
    const of = (names: string[], clients: string[]) =>
      matchedQuery(duckdbDialect, day, { names, clients }, { columns: ['hh'], score: 'score' });
    expect(of(['a', "b'"], ['1'])).toContain(`("dns_qry_name" IN ('a', 'b''') OR "ip_dst" IN ('1'))`);
    expect(of([], ['1'])).toContain(`AND ("ip_dst" IN ('1'))`);
    expect(of([], [])).toContain('1 = 0');
    expect(of(Array.from({ length: 1001 }, String), [])).not.toContain(' IN ');
  });
});
