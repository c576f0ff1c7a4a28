import { parquetSchema } from '../../../lib/parquet/schema.js';
import { dnsIngestSummary } from '../../../schemas/dns.js';
import { duckdb, encode, metadataOf } from './read-back.js';

const EVERY_KIND = {
  s: 'string',
  t: 'tinyint?',
  m: 'smallint',
  i: 'int?',
  l: 'bigint',
  f: 'float?',
  d: 'double',
} as const;

describe('the Parquet schema of a table', () => {
  it('is told as text', () => {
    expect(parquetSchema('every_kind', EVERY_KIND)).toBe(
      [
        'message every_kind {',
        '  optional binary s (UTF8);',
        '  optional int32 t (INT_8);',
        '  optional int32 m (INT_16);',
        '  optional int32 i;',
        '  optional int64 l;',
        '  optional float f;',
        '  optional double d;',
        '}',
      ].join('\n'),
    );
    expect(parquetSchema('dns_ingest_summary', dnsIngestSummary.columns)).toContain('  optional int64 total;\n');
  });

  it('is what stands in the file: exact physical types, in order, all optional', () => {
    const { schema } = metadataOf(encode(EVERY_KIND, []));
    expect(schema[0]).toMatchObject({ name: 'schema', num_children: 7 });
    expect(schema.slice(1).map((c) => [c.name, c.type, c.converted_type, c.logical_type])).toEqual([
      ['s', 'BYTE_ARRAY', 'UTF8', { type: 'STRING' }],
      ['t', 'INT32', 'INT_8', { type: 'INTEGER', bitWidth: 8, isSigned: true }],
      ['m', 'INT32', 'INT_16', { type: 'INTEGER', bitWidth: 16, isSigned: true }],
      ['i', 'INT32', undefined, undefined],
      ['l', 'INT64', undefined, undefined],
      ['f', 'FLOAT', undefined, undefined],
      ['d', 'DOUBLE', undefined, undefined],
    ]);
    expect(new Set(schema.slice(1).map((column) => column.repetition_type))).toEqual(new Set(['OPTIONAL']));
  });

  it('gives DuckDB the SQL types of the kinds', async () => {
    const rows = await duckdb(encode(EVERY_KIND, []), 'DESCRIBE FROM read_parquet(FILE)');
    expect(rows.map((row) => [row['column_name'], row['column_type']])).toEqual([
      ['s', 'VARCHAR'],
      ['t', 'TINYINT'],
      ['m', 'SMALLINT'],
      ['i', 'INTEGER'],
      ['l', 'BIGINT'],
      ['f', 'FLOAT'],
      ['d', 'DOUBLE'],
    ]);
  });
});
