// Compiled by `tsc --noEmit`: the pipelines of the documentation, and orders that must not compile.
import {
  BatchEnrichment,
  compose,
  copyTo,
  Enrichment,
  geolocation,
  hour,
  ianaNames,
  limit,
  networkContext,
  openWarehouse,
  pipe,
  queryRows,
  readResults,
  reputation,
  RowSource,
  severity,
  tld,
  writeDelimited,
  writeTable,
  type DnsResult,
  type ReputationService,
  type RowOf,
} from '../../lib/index.js';

declare const services: ReputationService[];
const warehouse = await openWarehouse({ storage: { type: 'local', root: './spot-data' } });
const date = '20160708';
const results = () => readResults(warehouse, { date });
const scores = () => writeTable(warehouse, 'dns_scores', { date });

await pipe(
  results(),
  limit(500),
  tld(),
  reputation(services),
  severity(),
  hour(),
  ianaNames(),
  networkContext(),
  scores(),
);
const counts = await pipe(results(), copyTo(warehouse, 'copy.csv'), geolocation(), scores(), {
  signal: AbortSignal.timeout(1),
});
counts.written satisfies number;

// The example of the column kinds.
const tldLength = new Enrichment({ tld: 'string' }, { tld_length: 'int' }, (row) => ({ tld_length: row.tld.length }));
await pipe(results(), limit(500), tld(), tldLength, scores());
await pipe(results(), compose(limit(500), tld(), tldLength, hour()), scores());
await pipe(results(), tld(), hour(), writeDelimited(warehouse, 'out.csv'));

// @ts-expect-error tld_length needs tld, which comes after it
void pipe(results(), limit(500), tldLength, tld(), scores());
// @ts-expect-error nothing adds tld
void pipe(results(), tldLength, scores());
// @ts-expect-error tld is there already
void pipe(results(), tld(), tld(), scores());
// @ts-expect-error the results have a score already
void pipe(results(), new Enrichment({}, { score: 'double' }, () => ({ score: 1 })), scores());

// The error is on the step that is out of place, not on the source, the sink or the whole call.
void pipe(
  results(),
  limit(500),
  // @ts-expect-error it needs tld, which comes after it
  tldLength,
  tld(),
  scores(),
);
void pipe(
  results(),
  tld(),
  hour(),
  severity(),
  // @ts-expect-error adds tld once more
  tld(),
  ianaNames(),
  scores(),
);
void pipe(
  queryRows(warehouse, 'SELECT …', { columns: { dns_qry_name: 'string' } }),
  tld(),
  // @ts-expect-error the rows have no frame_time
  hour(),
  writeDelimited(warehouse, 'out.csv'),
);
// @ts-expect-error the rows have neither time nor score (what lacks is no step, so the error is on the call)
void pipe(queryRows(warehouse, 'SELECT …', { columns: { dns_qry_name: 'string' } }), tld(), scores());
void pipe(
  results(),
  // @ts-expect-error score is a number, not a name
  tld({ name: 'score' }),
  scores(),
);
void pipe(
  results(),
  // @ts-expect-error frame_len may be null
  new Enrichment({ frame_len: 'bigint' }, { kilobytes: 'double' }, (row) => ({ kilobytes: row.frame_len / 1024 })),
  scores(),
);

// Fields of other pipelines.
const flow = () =>
  queryRows(warehouse, 'SELECT …', { columns: { treceived: 'string', sip: 'string', dip: 'string?' } });
const text = () => writeDelimited(warehouse, 'flow.csv');
await pipe(
  flow(),
  hour({ time: 'treceived', as: 'trhour' }),
  geolocation(undefined, { ip: 'sip', geoLoc: 'src_geoloc', domain: 'src_domain' }),
  geolocation(undefined, { ip: 'dip', geoLoc: 'dst_geoloc', domain: 'dst_domain' }),
  reputation(services, { key: 'sip', as: 'src_rep' }),
  reputation(services, { key: 'dip', as: 'dst_rep' }),
  networkContext(undefined, { ip: 'sip', as: 'src_context' }),
  tld({ name: 'src_domain', as: 'src_tld' }),
  severity(undefined, { name: 'src_domain', client: 'sip', nameAs: 'name_sev', clientAs: 'client_sev' }),
  ianaNames(
    {},
    { class: 'src_geoloc', classAs: 'class_name', type: 'trhour', typeAs: 'a', rcode: 'trhour', rcodeAs: 'b' },
  ),
  text(),
);
// @ts-expect-error both write geo_loc
void pipe(flow(), geolocation(undefined, { ip: 'sip' }), geolocation(undefined, { ip: 'dip' }), text());

// Rows of an interface, not only of a column list.
interface Seen {
  dns_qry_name: string;
  frame_time: string;
}
declare const seen: Seen[];
await pipe(
  RowSource.of<{ dns_qry_name: 'string'; frame_time: 'string' }, Seen>(seen),
  limit(5),
  tld(),
  hour(),
  text(),
);
declare const more: AsyncIterable<DnsResult>;
await pipe(RowSource.of(more), limit(5), tld(), scores());

// compose: what its steps need and none before them adds is what it needs, of that kind.
const names = compose(tld(), tldLength, ianaNames());
await pipe(results(), names, scores());
void pipe(
  queryRows(warehouse, 'SELECT …', { columns: { dns_qry_name: 'string' } }),
  // @ts-expect-error the rows have no codes
  compose(tld(), tldLength, ianaNames()),
  text(),
);
void pipe(
  results(),
  // @ts-expect-error tld comes too late
  compose(tldLength, tld()),
  scores(),
);
void pipe(
  results(),
  compose(tld(), hour()),
  // @ts-expect-error tld is there already
  compose(tld(), severity()),
  scores(),
);
const numberTld = new Enrichment({}, { tld: 'int' }, () => ({ tld: 1 }));
// @ts-expect-error tld_length needs a text
compose(numberTld, tldLength);
// @ts-expect-error tld is added twice
compose(tld(), hour(), tld());
// @ts-expect-error tld_length needs tld, which comes after it
compose(tldLength, tld(), hour());

// Sixteen steps, each of which needs the column before it.
const after = <const N extends string, const A extends string>(needs: N, adds: A) =>
  new BatchEnrichment(
    { [needs]: 'int' } as { readonly [K in N]: 'int' },
    { [adds]: 'int' } as { readonly [K in A]: 'int' },
    (batch) => Promise.resolve(batch.map(() => ({ [adds]: 1 }) as RowOf<{ readonly [K in A]: 'int' }>)),
  );
const start = () => queryRows(warehouse, 'SELECT …', { columns: { c0: 'int' } });
await pipe(
  start(),
  after('c0', 'c1'),
  after('c1', 'c2'),
  after('c2', 'c3'),
  after('c3', 'c4'),
  after('c4', 'c5'),
  after('c5', 'c6'),
  after('c6', 'c7'),
  after('c7', 'c8'),
  after('c8', 'c9'),
  after('c9', 'c10'),
  after('c10', 'c11'),
  after('c11', 'c12'),
  after('c12', 'c13'),
  after('c13', 'c14'),
  after('c14', 'c15'),
  after('c15', 'c16'),
  text(),
);
await pipe(
  start(),
  after('c0', 'c1'),
  after('c1', 'c2'),
  after('c2', 'c3'),
  after('c3', 'c4'),
  after('c4', 'c5'),
  after('c5', 'c6'),
  after('c6', 'c7'),
  after('c7', 'c8'),
  after('c8', 'c9'),
  after('c9', 'c10'),
  after('c10', 'c11'),
  after('c11', 'c12'),
  after('c12', 'c13'),
  after('c13', 'c14'),
  after('c14', 'c15'),
  // @ts-expect-error the sixteenth, too, is checked
  after('c16', 'c17'),
  text(),
);
