/** The same transforms on Spot's Proxy: scores of URIs, and details from a raw table whose partitions are text. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  codeName,
  defineColumns,
  defineSource,
  defineTable,
  hour,
  limit,
  loadIanaTable,
  loadNetworkContext,
  loadReputation,
  networkContext,
  openWarehouse,
  pipe,
  queryRows,
  readResults,
  reputation,
  RowSource,
  writeTable,
  type ReputationService,
  type Row,
  type RowOf,
} from 'spot-dns-oa';

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

/** What the results and the scores have in common; Spot's file calls the first two p_date and p_time. */
const request = defineColumns({
  tdate: 'string',
  time: 'string',
  clientip: 'string',
  host: 'string',
  reqmethod: 'string',
  useragent: 'string',
  resconttype: 'string',
  duration: 'int?',
  username: 'string',
  webcat: 'string',
  referer: 'string',
  respcode: 'int?',
  uriport: 'int?',
  uripath: 'string',
  uriquery: 'string',
  serverip: 'string',
  scbytes: 'int?',
  csbytes: 'int?',
  fulluri: 'string',
  word: 'string',
});

const proxyResults = defineSource({
  name: 'proxy',
  resultsPath: (day) => `proxy/scored_results/${day.text}/scores/proxy_results.csv`,
  columns: { ...request, ml_score: 'double' },
});

const proxyScores = defineTable({
  name: 'proxy_scores',
  folder: 'proxy/hive/oa/suspicious',
  columns: {
    ...request,
    ml_score: 'float',
    uri_rep: 'string?',
    respcode_name: 'string?',
    network_context: 'string?',
  },
  required: ['tdate', 'time', 'clientip', 'host', 'fulluri', 'ml_score'],
});

/** Some columns of the raw table. Its partitions are text with leading zeros: m=07. */
const proxy = defineTable({
  name: 'proxy',
  folder: 'proxy/hive',
  partition: { y: 'string', m: 'string', d: 'string', h: 'string' },
  columns: { p_date: 'string', p_time: 'string', clientip: 'string', respcode: 'string', fulluri: 'string' },
});

/** Some columns of the details: the raw requests for a suspicious URI in its hour. The code is text here. */
const proxyEdge = defineTable({
  name: 'proxy_edge',
  folder: 'proxy/hive/oa/edge',
  columns: {
    tdate: 'string',
    time: 'string',
    clientip: 'string',
    respcode: 'string',
    fulluri: 'string',
    hh: 'int?',
    respcode_name: 'string?',
  },
  required: ['clientip', 'fulluri'],
});

/** A list of domains knows hosts; Proxy asks about URIs, which have no scheme in Spot: `www.example.com/path?query`. */
function ofTheirHosts(service: ReputationService): ReputationService {
  const hostOf = (uri: string) => /^(?:[a-z]+:\/\/)?([^/?#:]*)/i.exec(uri)?.[1] ?? '';
  return {
    ...service,
    checks: 'url',
    async check(uris, options) {
      const verdicts = await service.check([...new Set(uris.map(hostOf))], options);
      const found = uris.map((uri) => [uri, verdicts.get(hostOf(uri))] as const);
      return new Map(found.flatMap(([uri, verdict]) => (verdict ? [[uri, verdict]] : [])));
    },
  };
}

const date = '20160708';
const root = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
try {
  const services = await loadReputation([{ service: 'domain-list', name: 'local', file: data('domains.txt') }]);
  const contexts = await loadNetworkContext({ files: [data('networkcontext.csv')] });
  const codes = await loadIanaTable(data('http_codes.csv'));
  const tables = [proxy, proxyScores, proxyEdge];
  const warehouse = await openWarehouse({ storage: { type: 'local', root } }, { tables });
  const { literal } = warehouse.engine.dialect;

  await pipe(
    readResults(warehouse, { source: proxyResults, file: data('proxy_results.csv'), timeColumn: 'time' }),
    limit(500),
    reputation(services.map(ofTheirHosts), { key: 'fulluri', as: 'uri_rep' }),
    codeName('respcode', 'respcode_name', codes),
    networkContext(contexts, { ip: 'clientip' }),
    writeTable(warehouse, proxyScores, { date }),
  );
  const scores: Row[] = [];
  const sql = 'SELECT * FROM proxy_scores WHERE y = 2016 AND m = 7 AND d = 8 ORDER BY ml_score';
  for await (const page of warehouse.engine.pages(sql)) scores.push(...page);

  // What Spot's ingest has done already: the requests of hour 4.
  const uri = String(scores[0]?.fulluri);
  const raw = (p_time: string, clientip: string, respcode: string, fulluri: string): RowOf<typeof proxy.columns> => ({
    p_date: '2016-07-08',
    p_time,
    clientip,
    respcode,
    fulluri,
  });
  const requests = [
    raw('04:29:38', '10.0.2.15', '200', uri),
    raw('04:29:40', '10.0.2.15', '404', uri),
    raw('04:30:00', '10.0.3.7', '200', 'www.shop.co.uk/'),
  ];
  await pipe(RowSource.of(requests, { columns: proxy.columns }), writeTable(warehouse, proxy, { date, hour: 4 }));

  const details = `SELECT p_date AS tdate, p_time AS time, clientip, respcode, fulluri FROM proxy
    WHERE y = '2016' AND m = '07' AND d = '08' AND h = '04' AND fulluri = ${literal(uri, 'string')}`;
  const { tdate, time, clientip, respcode, fulluri } = proxyEdge.columns;
  await pipe(
    queryRows(warehouse, details, { columns: { tdate, time, clientip, respcode, fulluri } }),
    hour({ time: 'time' }),
    codeName('respcode', 'respcode_name', codes, 'string?'),
    writeTable(warehouse, proxyEdge, { date }),
  );
  const edge: Row[] = [];
  for await (const page of warehouse.engine.pages('SELECT * FROM proxy_edge ORDER BY time')) edge.push(...page);
  await warehouse.close();

  assert.deepEqual(
    scores.map(({ host, uri_rep, respcode_name, network_context }) => [
      host,
      uri_rep,
      respcode_name,
      network_context,
    ]),
    [
      ['cdn.malware.example', 'local:HIGH:3', 'OK', 'Reception desk'],
      ['www.shop.co.uk', 'local:UNKNOWN:-1', 'Found', 'Branch office'],
      ['intranet.example', 'local:UNKNOWN:-1', 'Unknown (799)', ''],
    ],
  );
  assert.deepEqual(
    edge.map(({ time, hh, respcode_name }) => [time, hh, respcode_name]),
    [
      ['04:29:38', 4, 'OK'],
      ['04:29:40', 4, 'Not Found'],
    ],
  );
  console.log(`${scores.length} rows written to proxy_scores, the most suspicious:`);
  console.log(`${uri}, ${scores[0]?.uri_rep}, ${edge.length} requests in its hour`);
} finally {
  await rm(root, { recursive: true, force: true });
}
