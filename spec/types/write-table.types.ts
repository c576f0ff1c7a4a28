// Compiled by `tsc --noEmit`: what a table's sink needs of the rows.
import { defineTable } from '../../schemas/tables.js';
import type { Warehouse } from '../../streams/contracts.js';
import { pipe } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import { queryRows } from '../../streams/sources/query-rows.js';

declare const warehouse: Warehouse;
const options = { date: '20160708' };

const summary = RowSource.of([{ tdate: '2016-07-08 04:29', total: 3 }], {
  columns: { tdate: 'string', total: 'bigint' },
});
void pipe(summary, writeTable(warehouse, 'dns_ingest_summary', options));

const sink = () => writeTable(warehouse, 'dns_ingest_summary', options);
// @ts-expect-error the column total is missing
void pipe(queryRows(warehouse, 'SELECT …', { columns: { tdate: 'string' } }), sink());
// @ts-expect-error total is a number
void pipe(queryRows(warehouse, 'SELECT …', { columns: { tdate: 'string', total: 'string' } }), sink());

// @ts-expect-error there is no such table
writeTable(warehouse, 'dns_score', options);

const scores = {
  frame_time: 'string',
  unix_tstamp: 'bigint',
  ip_dst: 'string',
  dns_qry_name: 'string',
  score: 'double',
} as const;
void pipe(queryRows(warehouse, 'SELECT …', { columns: scores }), writeTable(warehouse, 'dns_scores', options));

const { score, ...unscored } = scores;
void score;
// @ts-expect-error rows of dns_scores have a score
void pipe(queryRows(warehouse, 'SELECT …', { columns: unscored }), writeTable(warehouse, 'dns_scores', options));

const mine = defineTable({ name: 'mine', folder: 'mine/rows', columns: { a: 'int', b: 'string?' }, required: ['a'] });
void pipe(queryRows(warehouse, 'SELECT …', { columns: { a: 'int' } }), writeTable(warehouse, mine, options));
// @ts-expect-error mine requires a
void pipe(queryRows(warehouse, 'SELECT …', { columns: { b: 'string' } }), writeTable(warehouse, mine, options));
