import { createTable } from '../../schemas/ddl.js';
import { dns, dnsDendro, dnsEdge, dnsIngestSummary, dnsScores, dnsThreatInvestigation } from '../../schemas/dns.js';
import type { TableDefinition, TableLayout } from '../../schemas/tables.js';
import { FETCH_MILLISECONDS } from './cluster.js';
import { impalaProblems } from './impala-grammar.js';

const SCORES = '`spot`.`dns_scores`';
const DAY = 'PARTITION (`y`=2016, `m`=7, `d`=8)';
const NEXT_DAY = 'PARTITION (`y`=2016, `m`=7, `d`=9)';

describe('Hue’s grammar of Impala', () => {
  beforeAll(() => impalaProblems('SELECT 1'), FETCH_MILLISECONDS);

  it.each([
    ['a literal with escapes', String.raw`SELECT CAST('it\'s a$\{b}c \\ \000 \n' AS STRING)`],
    ['a literal with anything in it', "SELECT CAST('a;b -- \"`/* 漢😀 \0 ${env:HOME}' AS STRING)"],
    [
      'an INSERT of cast values',
      `INSERT INTO ${SCORES} ${DAY} VALUES (CAST('x' AS STRING), CAST(1.2e-7 AS FLOAT), NULL)`,
    ],
    [
      'columns before PARTITION',
      `INSERT INTO ${SCORES} (\`tld\`, \`score\`) ${DAY} VALUES ('x', CAST(-2.5e+10 AS DOUBLE))`,
    ],
    ['a new partition', `ALTER TABLE ${SCORES} ADD IF NOT EXISTS ${DAY}`],
    ['two new partitions', `ALTER TABLE ${SCORES} ADD IF NOT EXISTS ${DAY} ${NEXT_DAY}`],
    ['LOAD DATA', `LOAD DATA INPATH '/a/b' OVERWRITE INTO TABLE ${SCORES} ${DAY}`],
    ['statistics', `COMPUTE INCREMENTAL STATS ${SCORES} PARTITION (\`y\`=2016)`],
    ['a refresh', `REFRESH ${SCORES} ${DAY}`],
    ['a refresh of two partitions', `REFRESH ${SCORES} ${DAY} ${NEXT_DAY}`],
    ['found partitions', 'ALTER TABLE `spot`.`dns` RECOVER PARTITIONS'],
    ['a description', 'DESCRIBE `spot`.`dns`'],
    ['a database', 'CREATE DATABASE IF NOT EXISTS `spot`'],
    ['the use of a database', 'USE `spot`'],
    ['numbers', 'SELECT -2.5e10, 2.5E-10, .5e3, 1e5, -1, t1e5 FROM t'],
  ])('takes %s', async (_, sql) => {
    expect(await impalaProblems(sql)).toEqual([]);
  });

  const tables: TableDefinition[] = [dns, dnsScores, dnsEdge, dnsDendro, dnsIngestSummary, dnsThreatInvestigation];
  it.each(['documented', 'spot-1.0'] as TableLayout[])('takes the tables of the layout %s', async (layout) => {
    for (const table of tables)
      expect(await impalaProblems(createTable(table, { layout, root: '/user/spot', database: 'spot' }))).toEqual([]);
  });

  it.each([
    ['a doubled quote', `SELECT 'it''s' AS a`, /column 15: "AS"/],
    ['a literal without end', String.raw`SELECT 'a\'`, /column 8/],
    ['names in double quotes', 'SELECT a FROM "t"', /column 14/],
    ['columns after PARTITION', `INSERT INTO ${SCORES} ${DAY} (\`tld\`) VALUES ('x')`, /"\("/],
    ['Spark’s refresh', `REFRESH TABLE ${SCORES}`, /"TABLE"/],
    ['a word too many', 'DESCRIBE `spot`.`dns`\nwith more', /line 2, column 0: "with"/],
    ['half a statement', `INSERT INTO ${SCORES} VALUES`, /""/],
    ['two statements', `SELECT 'a;b'; DROP TABLE ${SCORES}`, /semicolon/],
    ['a statement’s semicolon', 'SELECT 1;', /semicolon/],
    ['nothing', ' -- nothing', /no statement/],
  ])('refuses %s', async (_, sql, why) => {
    expect(await impalaProblems(sql)).toEqual([expect.stringMatching(why)]);
  });
});
