import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { duckdbDialect, inPartition } from '../../../lib/engine/dialects.js';
import { columnList } from '../../../schemas/columns.js';
import { parseDay } from '../../../schemas/days.js';
import { dns, dnsScores } from '../../../schemas/dns.js';
import { defineTable } from '../../../schemas/tables.js';
import { timeOfDay } from '../../../streams/calculations/time-of-day.js';

describe('the dialect of DuckDB', () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;

  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });

  const select = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();

  const timeInSql = async (text: string) => {
    const t = duckdbDialect.literal(text, 'string');
    const [row] = await select(
      `SELECT ${duckdbDialect.hourOf('t')}, ${duckdbDialect.minuteOf('t')} FROM (SELECT ${t} AS t)`,
    );
    return row;
  };
  const timeHere = (text: string) => {
    const time = timeOfDay(text);
    const two = (n: number) => String(n).padStart(2, '0');
    return time === null ? [null, null] : [time.hour, `${two(time.hour)}:${two(time.minute)}`];
  };

  it.each([
    ['Jul  8 2016 04:29:38.123456789 UTC', [4, '04:29']],
    ['Jul 18 2016 4:09:38', [4, '04:09']],
    ['23:59', [23, '23:59']],
    ['00:00:00', [0, '00:00']],
    ['24:00 10:20', [null, null]],
    ['10:60', [null, null]],
    ['123:45', [null, null]],
    ['', [null, null]],
    ['no time', [null, null]],
  ])('reads the hour and the minute of %j', async (text, expected) => {
    expect(await timeInSql(text)).toEqual(expected);
  });

  it('reads of any text what the streams read', async () => {
    const pieces = fc.oneof(fc.constantFrom(':', '1', '23', '59', '60', ' ', '04:29', 'x', '\n', "'"), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const text = parts.join('').replaceAll('\0', '');
        expect(await timeInSql(text)).toEqual(timeHere(text));
      }),
      { numRuns: 200 },
    );
  });

  it('gives NULL for a missing time', async () => {
    const [row] = await select(
      `SELECT ${duckdbDialect.hourOf('t')}, ${duckdbDialect.minuteOf('t')} FROM (SELECT NULL::VARCHAR AS t)`,
    );
    expect(row).toEqual([null, null]);
  });

  it('makes tables and views', async () => {
    await connection.run(duckdbDialect.createTable(dnsScores, columnList(dnsScores.spot10!)));
    await connection.run(duckdbDialect.createView('seen', 'SELECT * FROM dns_scores'));
    const described = await select('SELECT column_name, column_type FROM (DESCRIBE seen)');
    expect(described.slice(-4)).toEqual([
      ['network_context', 'VARCHAR'],
      ['y', 'SMALLINT'],
      ['m', 'TINYINT'],
      ['d', 'TINYINT'],
    ]);
    expect(described).toHaveLength(Object.keys(dnsScores.spot10!).length + 3);
  });

  it('names a partition by the kinds of its columns', () => {
    const day = parseDay('20160708');
    expect(inPartition(duckdbDialect, dns, day, { alias: 'r' })).toBe('r."y" = 2016 AND r."m" = 7 AND r."d" = 8');
    const proxy = defineTable({
      name: 'proxy',
      folder: 'proxy/hive',
      columns: { host: 'string?' },
      partition: { y: 'string', m: 'string', d: 'string', h: 'string' },
    });
    expect(inPartition(duckdbDialect, proxy, day)).toBe(`"y" = '2016' AND "m" = '07' AND "d" = '08'`);
  });
});
