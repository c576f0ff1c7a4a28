import { clusterDialect } from '../../../lib/engine/cluster-dialect.js';
import { inPartition } from '../../../lib/engine/dialects.js';
import { edgeQuery, summaryQuery } from '../../../lib/engine/dns-queries.js';
import { columnList } from '../../../schemas/columns.js';
import { parseDay } from '../../../schemas/days.js';
import { dns, dnsDendro, dnsScores } from '../../../schemas/dns.js';
import { createTable } from '../../../schemas/ddl.js';
import { partitionValues } from '../../../schemas/tables.js';

const day = parseDay('20160708');
const values = partitionValues(dnsScores, day);
const impala = clusterDialect({ name: 'impala', database: 'spot' });
const hive = clusterDialect({ name: 'hive', database: 'trial', rawDatabase: 'spot' });
const PARTITION = 'PARTITION (`y`=2016, `m`=7, `d`=8)';

describe('what Impala and Hive are told', () => {
  it('names the database of every table', () => {
    expect(impala.table(dns)).toBe('`spot`.`dns`');
    expect(impala.table(dnsScores)).toBe('`spot`.`dns_scores`');
    // Beside the tables of another OA, of the same raw rows.
    expect(hive.table(dns)).toBe('`spot`.`dns`');
    expect(hive.table(dnsScores)).toBe('`trial`.`dns_scores`');
    expect(inPartition(impala, dns, day, { hour: 4 })).toBe('`y` = 2016 AND `m` = 7 AND `d` = 8 AND `h` = 4');
  });

  it.each(['spot`; DROP', '', 'a.b', "x'"])('refuses the database %j', (database) => {
    expect(() => clusterDialect({ name: 'impala', database }).table(dns)).toThrow(
      expect.objectContaining({ code: 'IDENTIFIER_INVALID' }),
    );
  });

  it('makes databases and tables', () => {
    expect(impala.showDatabases('spot')).toBe("SHOW DATABASES LIKE 'spot'");
    expect(impala.createDatabase('spot')).toBe('CREATE DATABASE IF NOT EXISTS `spot`');
    const options = { layout: 'spot-1.0', root: 'hdfs://ns/user/spot' } as const;
    expect(hive.createTable(dnsScores, options)).toBe(createTable(dnsScores, { ...options, database: 'trial' }));
    expect(hive.createTable(dns, options)).toContain('`spot`.`dns`');
    expect(impala.dropTable(dnsScores)).toBe('DROP TABLE IF EXISTS `spot`.`dns_scores`');
    expect(impala.describe(dnsScores)).toBe('DESCRIBE `spot`.`dns_scores`');
  });

  it('replaces a partition', () => {
    expect(impala.addPartitions(dnsScores, [values])).toBe(
      `ALTER TABLE \`spot\`.\`dns_scores\` ADD IF NOT EXISTS ${PARTITION}`,
    );
    expect(
      impala.addPartitions(
        dns,
        [4, 5].map((hour) => partitionValues(dns, day, hour)),
      ),
    ).toBe(
      'ALTER TABLE `spot`.`dns` ADD IF NOT EXISTS PARTITION (`y`=2016, `m`=7, `d`=8, `h`=4) PARTITION (`y`=2016, `m`=7, `d`=8, `h`=5)',
    );
    expect(impala.loadPartition(dnsScores, values, "/user/o'brien/${x}")).toBe(
      `LOAD DATA INPATH '/user/o\\'brien/$\\{x}' OVERWRITE INTO TABLE \`spot\`.\`dns_scores\` ${PARTITION}`,
    );
    expect(impala.refresh(dnsScores, values)).toBe(`REFRESH \`spot\`.\`dns_scores\` ${PARTITION}`);
    // Hive looks at the files with every query.
    expect(hive.refresh(dnsScores, values)).toBeNull();
    expect(impala.statistics(dnsScores, values)).toBe(
      `COMPUTE INCREMENTAL STATS \`spot\`.\`dns_scores\` ${PARTITION}`,
    );
    expect(hive.statistics(dnsScores, values)).toBe(
      `ANALYZE TABLE \`trial\`.\`dns_scores\` ${PARTITION} COMPUTE STATISTICS`,
    );
  });

  it('inserts rows whose every value is cast', () => {
    const columns = columnList({ ...dnsDendro.columns, share: 'float', total: 'bigint' });
    const row = { unix_tstamp: 1467952178, dns_a: null, dns_qry_name: "it's\\", ip_dst: '', share: 1.2e-7, total: 5 };
    expect(impala.insertInto(dnsDendro, values) + impala.insertedRow(columns, row)).toBe(
      `INSERT INTO \`spot\`.\`dns_dendro\` ${PARTITION} VALUES (CAST(1467952178 AS BIGINT), CAST(NULL AS STRING), CAST('it\\'s\\\\' AS STRING), CAST('' AS STRING), CAST(1.2e-7 AS FLOAT), CAST(5 AS BIGINT))`,
    );
    expect(impala.insertedRow(columnList({ n: 'float' }), { n: NaN })).toBe("(CAST(CAST('NaN' AS FLOAT) AS FLOAT))");
  });

  it('tells Hive a NUL before octal digits in parts, which its planner would read as one', () => {
    const of = (dialect: typeof hive, text: string) => dialect.literal(text, 'string');
    expect(of(impala, 'a\x00101\x00')).toBe("'a\\000101\\000'");
    expect(of(hive, 'a\x00101\x00')).toBe("concat('a\\000', substr(CAST(rand() AS STRING), 1, 0), '101\\000')");
    for (const text of ['a\0', '\x0018', '\x001', '\0a', '101']) expect(of(hive, text)).toBe(of(impala, text));
    // In the rows of an INSERT nothing may vary.
    const row = { unix_tstamp: null, dns_a: '\x0077', dns_qry_name: '', ip_dst: '' };
    expect(hive.insertedRow(columnList(dnsDendro.columns), row)).toContain("CAST(concat('\\000', '77') AS STRING)");
    expect(impala.insertedRow(columnList(dnsDendro.columns), row)).toContain("CAST('\\00077' AS STRING)");
  });

  it('reads the raw partitions of the day, and of the hours in question where these are known to be UTC', () => {
    const prunes = 'r.`y` = 2016 AND r.`m` = 7 AND r.`d` = 8';
    expect(edgeQuery(impala, day, 250)).toContain(prunes);
    expect(edgeQuery(impala, day, 250)).not.toContain('`h`');
    const byHour = edgeQuery(hive, day, 250, { hourPartitionIsUtc: true });
    expect(byHour).toContain(prunes);
    expect(byHour).toContain('AND r.`h` = CAST(FLOOR((s.key_hour % 86400) / 3600) AS INT)');
  });

  it('counts minutes, so that a summary has 1,440 rows at most', () => {
    expect(summaryQuery(hive, day)).toMatch(/COUNT\(\*\) AS total\nFROM minutes .*\nGROUP BY of_day/);
    expect(summaryQuery(hive, day)).toContain("'(?:^|[^0-9])([0-9]{1,2}):([0-9]{2})'");
  });
});
