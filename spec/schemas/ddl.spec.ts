import { createTable } from '../../schemas/ddl.js';
import { dns, dnsScores } from '../../schemas/dns.js';

describe('createTable', () => {
  it('writes the columns of either layout, the partitions and the folder', () => {
    const documented = createTable(dnsScores, { root: '/user/spot' });
    expect(documented).toContain('CREATE EXTERNAL TABLE IF NOT EXISTS `dns_scores` (');
    expect(documented).toContain('`score` DOUBLE');
    expect(documented).toContain('PARTITIONED BY (`y` SMALLINT, `m` TINYINT, `d` TINYINT)');
    expect(documented).toContain("LOCATION '/user/spot/dns/hive/oa/suspicious'");
    const spot10 = createTable(dnsScores, { root: '/user/spot', layout: 'spot-1.0', database: 'spot' });
    expect(spot10).toContain('EXISTS `spot`.`dns_scores`');
    expect(spot10).toContain('`frame_len` BIGINT');
    expect(spot10).toContain('`ml_score` FLOAT');
  });

  it('has an hour partition for the raw table', () => {
    expect(createTable(dns, { root: '/r' })).toContain('`d` TINYINT, `h` TINYINT)');
  });

  it.each(["/user/o'neil", '/a\\b', '/a b', '/a;b'])('refuses the root %s', (root) => {
    expect(() => createTable(dns, { root })).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }) as Error);
  });

  it('refuses a database that is no name', () => {
    expect(() => createTable(dns, { root: '/r', database: 'a`b' })).toThrow(/database name/);
  });
});
