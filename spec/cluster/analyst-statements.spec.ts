/** Every statement of the analysts' library is one by Hue's grammar of Impala's SQL. */
import {
  analystRowsQuery,
  expandedSearchQuery,
  matchedQuery,
  nameVerdictsQuery,
  rawOfConnectionsQuery,
  rowsQuery,
  saidDaysQuery,
  summaryBetweenQuery,
} from '../../lib/engine/analyst-queries.js';
import { clusterDialect } from '../../lib/engine/cluster-dialect.js';
import { parseDay } from '../../schemas/days.js';
import { ANALYST_TABLES, dnsEdge } from '../../schemas/dns.js';
import { hostileTexts } from '../fakes/hostile.js';
import { FETCH_MILLISECONDS } from './cluster.js';
import { impalaProblems } from './impala-grammar.js';

const [day, before] = [parseDay('20160708'), parseDay('20141130')];

describe('statements of analysts', () => {
  beforeAll(() => impalaProblems('SELECT 1'), FETCH_MILLISECONDS);

  it.each(['impala', 'hive'] as const)('of the dialect %s are ones that Impala’s grammar takes', async (name) => {
    const dialect = clusterDialect({ name, database: 'spot' });
    const texts = hostileTexts(80);
    const keys = { names: texts, clients: ['10.0.0.1'] };
    const matched = { columns: ['hh', 'ml_score'], score: 'ml_score' };
    const statements = [
      ...texts.map((text) =>
        rowsQuery(dialect, dnsEdge, day, { columns: ['hh'], name: text, hour: 4, order: ['hh'] }),
      ),
      matchedQuery(dialect, day, keys, matched),
      matchedQuery(dialect, day, { names: [], clients: [] }, matched),
      rawOfConnectionsQuery(dialect, day, keys),
      expandedSearchQuery(dialect, day, { ip: '10.0.0.1' }, 20),
      summaryBetweenQuery(dialect, before, day),
      nameVerdictsQuery(dialect, before, day),
      saidDaysQuery(dialect),
      ...ANALYST_TABLES.map((table) => analystRowsQuery(dialect, table, day)),
    ];
    for (const sql of statements) expect({ sql, problems: await impalaProblems(sql) }).toEqual({ sql, problems: [] });
  });
});
