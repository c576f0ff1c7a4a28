/** The same transforms on another data source: an OA for Spot's Flow, run under `runOa` with steps of its own. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  compose,
  copyTo,
  defineSource,
  defineTable,
  Enrichment,
  geolocation,
  internal,
  limit,
  loadGeolocation,
  loadNetworkContext,
  loadReputation,
  openWarehouse,
  readResults,
  reputation,
  runOa,
  writeTable,
  type OaPipeline,
  type Row,
} from 'spot-dns-oa';

const data = (name: string) =>
  fileURLToPath(new URL(`examples/data/${name}`, import.meta.resolve('spot-dns-oa/package.json')));

/** What the scores keep of the results has the table's names here: Spot's file says treceived, sip, dip and score. */
const flowResults = defineSource({
  name: 'flow',
  resultsPath: (day) => `flow/scored_results/${day.text}/scores/flow_results.csv`,
  columns: {
    tstart: 'string',
    tryear: 'int',
    trmonth: 'int',
    trday: 'int',
    trhour: 'int',
    trminute: 'int',
    trsec: 'int',
    tdur: 'float?',
    srcip: 'string',
    dstip: 'string',
    sport: 'int',
    dport: 'int',
    proto: 'string',
    ipkt: 'int?',
    ibyt: 'int?',
    opkt: 'int?',
    obyt: 'int?',
    ml_score: 'double',
  },
});

const flowScores = defineTable({
  name: 'flow_scores',
  folder: 'flow/hive/oa/suspicious',
  columns: {
    tstart: 'string',
    srcip: 'string',
    dstip: 'string',
    sport: 'int',
    dport: 'int',
    proto: 'string',
    ipkt: 'int?',
    ibyt: 'int?',
    opkt: 'int?',
    obyt: 'int?',
    ml_score: 'float',
    rank: 'int',
    srcip_internal: 'int',
    dstip_internal: 'int',
    src_geoloc: 'string?',
    dst_geoloc: 'string?',
    src_domain: 'string?',
    dst_domain: 'string?',
    src_rep: 'string?',
    dst_rep: 'string?',
  },
  required: ['tstart', 'srcip', 'dstip', 'sport', 'dport', 'proto', 'ml_score', 'rank'],
});

/** The row's number, from 0. */
function rank() {
  let next = 0;
  return new Enrichment({}, { rank: 'int' }, () => ({ rank: next++ }));
}

const flow: OaPipeline = {
  name: 'flow',
  tables: [flowScores],
  steps: [
    {
      name: 'results',
      stream: ({ warehouse, day, options }) => [
        readResults(warehouse, {
          source: flowResults,
          date: day.text,
          file: options.results,
          timeColumn: 'tstart',
        }),
      ],
    },
    {
      name: 'limit',
      stream: ({ warehouse, limit: rows, dataFolder }) => [
        limit(rows),
        copyTo(warehouse, `${dataFolder}/flow_results.csv`, { columns: flowResults.columns }),
        rank(),
      ],
    },
    {
      name: 'network-context',
      stream: async ({ settings }) => {
        const networks = await loadNetworkContext(settings.networkContext);
        return [
          compose(
            internal(networks, { ip: 'srcip', as: 'srcip_internal' }),
            internal(networks, { ip: 'dstip', as: 'dstip_internal' }),
          ),
        ];
      },
    },
    {
      name: 'geolocation',
      stream: async ({ settings }) => {
        const locations = await loadGeolocation(settings.geolocation);
        return [
          compose(
            geolocation(locations, { ip: 'srcip', geoLoc: 'src_geoloc', domain: 'src_domain' }),
            geolocation(locations, { ip: 'dstip', geoLoc: 'dst_geoloc', domain: 'dst_domain' }),
          ),
        ];
      },
    },
    {
      name: 'reputation',
      stream: async ({ settings }) => {
        const services = await loadReputation(settings.reputation);
        return [
          reputation(services, { key: 'srcip', as: 'src_rep' }),
          reputation(services, { key: 'dstip', as: 'dst_rep' }),
        ];
      },
    },
    {
      name: 'scores',
      stream: ({ warehouse, day, report }) => {
        const sink = writeTable(warehouse, flowScores, { date: day.text });
        sink.once('finish', () => (report.tables[flowScores.name] = sink.rows));
        return [sink];
      },
    },
  ],
};

const date = '20160708';
const home = await mkdtemp(`${tmpdir()}/spot-dns-oa-`);
try {
  const storage = { type: 'local', root: `${home}/spot-data` } as const;
  await cp(data('flow_results.csv'), `${storage.root}/flow/scored_results/${date}/scores/flow_results.csv`);
  const report = await runOa(flow, {
    date,
    limit: 3,
    home,
    settings: {
      storage,
      networkContext: { ranges: [data('ipranges.csv')] },
      geolocation: { iploc: data('iploc.csv') },
      reputation: [{ service: 'domain-list', name: 'local', file: data('domains.txt') }],
    },
  });

  const warehouse = await openWarehouse({ storage }, { tables: flow.tables });
  const rows: Row[] = [];
  const sql = 'SELECT * FROM flow_scores WHERE y = 2016 AND m = 7 AND d = 8 ORDER BY rank';
  for await (const page of warehouse.engine.pages(sql)) rows.push(...page);
  await warehouse.close();

  assert.deepEqual(report.tables, { flow_scores: 3 });
  assert.deepEqual(
    report.steps.map(({ name }) => name),
    ['results', 'limit', 'network-context', 'geolocation', 'reputation', 'scores'],
  );
  assert.deepEqual(rows[0], {
    tstart: '2016-07-08 02:11:07',
    srcip: '10.0.2.15',
    dstip: '203.0.113.9',
    sport: 51522,
    dport: 4444,
    proto: 'TCP',
    ipkt: 12,
    ibyt: 1840,
    opkt: 9,
    obyt: 90210,
    ml_score: Math.fround(1.5e-8),
    rank: 0,
    srcip_internal: 1,
    dstip_internal: 0,
    src_geoloc: null,
    dst_geoloc: 'Bavaria;Munich Example Transit',
    src_domain: null,
    dst_domain: 'transit.example',
    src_rep: 'local:UNKNOWN:-1',
    dst_rep: 'local:HIGH:3',
    y: 2016,
    m: 7,
    d: 8,
  });
  assert.deepEqual(
    rows.map(({ srcip_internal, dstip_internal }) => [srcip_internal, dstip_internal]),
    [
      [1, 0],
      [0, 1],
      [1, 0],
    ],
  );
  const kept = await readFile(`${home}/data/flow/${date}/flow_results.csv`, 'utf8');
  assert.equal(kept.split('\n').length - 1, 3);

  console.log(`${report.rows.written} rows written to flow_scores, the most suspicious:`);
  console.log(`${rows[0]?.srcip} -> ${rows[0]?.dstip} (${rows[0]?.dst_geoloc}), ${rows[0]?.dst_rep}`);
} finally {
  await rm(home, { recursive: true, force: true });
}
