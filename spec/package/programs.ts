/** Programs of a user's own against the installed package: one that compiles, and what is wrong in the others. */

const LENGTH = `new Enrichment({ tld: 'string' }, { tld_length: 'int' }, (row) => ({ tld_length: row.tld.length }))`;

/** A pipeline with a part on each line. */
function program(parts: readonly string[]): string {
  return `import { Enrichment, hour, limit, openWarehouse, pipe, readResults, tld, writeTable } from 'spot-dns-oa';

const date = '20160708';
const warehouse = await openWarehouse({ storage: { type: 'local', root: './spot-data' } });
export const tldLength = () => ${LENGTH};
export const steps = [hour, limit, tld] as const;
await pipe(
${parts.map((part) => `  ${part},\n`).join('')});
`;
}

const SOURCE = 'readResults(warehouse, { date })';
const SINK = `writeTable(warehouse, 'dns_scores', { date })`;

export const RIGHT = program([SOURCE, 'limit(500)', 'tld()', 'tldLength()', 'hour()', SINK]);

/** A step that drops rows, a source and a sink: what the streams are made of is there to be extended. */
export const OWN_STREAMS = `import { pipe, RowSink, RowSource, RowTransform, type Row } from 'spot-dns-oa';

class EverySecond extends RowTransform<{ n: number }> {
  override readonly keepsRows = false;

  constructor() {
    super({ n: 'int' });
  }

  override onBatch(batch: { n: number }[]): Row[] {
    return batch.filter(({ n }) => n % 2 === 0) as unknown as Row[];
  }
}

const kept: unknown[] = [];
const target = { write: async (batch: Row[]) => void kept.push(...batch), commit: async () => {}, abort: async () => {} };
await pipe(
  RowSource.of([{ n: 1 }, { n: 2 }, { n: 4 }], { columns: { n: 'int' } }),
  new EverySecond(),
  new RowSink<{ n: number }>({ n: 'int' }, async () => target),
);
console.log(JSON.stringify(kept));
`;

/** Each is the right program but for one thing; the compiler's complaint names a line with one of these parts. */
export const WRONG: readonly { what: string; text: string; blamed: readonly string[] }[] = [
  {
    what: 'a step before the one that adds its column',
    text: program([SOURCE, 'limit(500)', 'tldLength()', 'tld()', 'hour()', SINK]),
    blamed: ['tldLength(),'],
  },
  {
    what: 'a step without the one that adds its column',
    text: program([SOURCE, 'limit(500)', 'tldLength()', 'hour()', SINK]),
    blamed: ['tldLength(),'],
  },
  {
    what: 'a column added twice',
    text: program([SOURCE, 'tld()', 'limit(500)', `tld({ of: 'registrable-domain' })`, SINK]),
    blamed: ['registrable-domain'],
  },
  {
    what: 'a step after the sink',
    text: program([SOURCE, 'limit(500)', SINK, 'tld()']),
    blamed: ['await pipe(', 'writeTable(', 'tld(),'],
  },
  {
    what: 'a step before the source',
    text: program(['limit(500)', SOURCE, 'tld()', SINK]),
    blamed: ['await pipe(', 'limit(500),'],
  },
  {
    what: 'a table that needs columns which no step adds',
    text: program([SOURCE, 'limit(500)', 'tld()', `writeTable(warehouse, 'dns_ingest_summary', { date })`]),
    blamed: ['await pipe(', 'dns_ingest_summary'],
  },
  {
    what: 'a table that there is not',
    text: program([SOURCE, 'limit(500)', `writeTable(warehouse, 'dns_score', { date })`]),
    blamed: ['dns_score'],
  },
  {
    what: 'a field of another kind',
    text: RIGHT.replace('row.tld.length', 'row.tld'),
    blamed: ['tldLength = '],
  },
  {
    what: 'a look at a column that the step does not ask for',
    text: RIGHT.replace('row.tld.length', 'row.dns_qry_name.length'),
    blamed: ['tldLength = '],
  },
];
