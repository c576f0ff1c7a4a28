import {
  describeOperations,
  emptyingOperations,
  fetchOperations,
  placeOf,
  placingOperations,
  runFolderOperations,
  stagingOperations,
} from '../../../lib/partitions/operations.js';
import {
  holdsRows,
  journalFile,
  partitionFile,
  runFolder,
  stagedFile,
  stagingFolder,
} from '../../../lib/partitions/paths.js';
import { operationText } from '../../../lib/operations.js';
import { checkSettings } from '../../../lib/settings.js';
import { parseDay } from '../../../schemas/days.js';
import { dns, dnsEdge, dnsScores } from '../../../schemas/dns.js';

const day = parseDay('20160708');

describe('paths of the warehouse', () => {
  it('are those of Spot, and a staging folder outside every table', () => {
    expect(partitionFile(dnsScores, day)).toBe('dns/hive/oa/suspicious/y=2016/m=7/d=8/part-0.parquet');
    expect(partitionFile(dns, day, 4)).toBe('dns/hive/y=2016/m=7/d=8/h=4/part-0.parquet');
    expect(stagingFolder('run-1', dnsScores)).toBe('dns/staging/run-1/dns_scores');
    expect(stagedFile('run-1', dns, { day, hour: 4 })).toBe(
      'dns/staging/run-1/dns/y=2016/m=7/d=8/h=4/part-0.parquet',
    );
  });

  it('give each partition a journal of its own', () => {
    expect(journalFile('dns/staging', 'dns/hive/oa/edge/y=2016/m=7/d=8')).toBe(
      'dns/staging/_journal/dns.hive.oa.edge.y=2016.m=7.d=8.json',
    );
  });

  it.each(['', '..', '../x', 'a/b', '_journal', '.hidden', 'a b', "a'b", '-rf', 'y=1'])(
    'refuse the run %j',
    (runId) => {
      expect(() => runFolder(runId, dnsScores)).toThrow(expect.objectContaining({ code: 'IDENTIFIER_INVALID' }));
    },
  );

  it.each([
    ['part-0.parquet', true],
    ['000000_0.parquet', true],
    ['_SUCCESS', false],
    ['_part.parquet', false],
    ['.part.parquet', false],
    ['part-0.parquet.crc', false],
    ['f14d3a8b4c2f-1_93_data.0.parq', true],
    ['000000_0', true],
    ['000012_3_copy_1', true],
    ['000000_0.tmp', false],
    ['notes.txt', false],
    ['.000000_0', false],
  ])('say whether %s holds rows', (name, expected) => {
    expect(holdsRows(name)).toBe(expected);
  });

  it('are what a dry run prints', () => {
    const place = { root: '/data', runId: 'r', day, rights: [], fetches: false };
    const from = '/data/dns/staging/r/dns_scores/y=2016/m=7/d=8/part-0.parquet';
    expect(stagingOperations(dnsScores, place)).toEqual([{ kind: 'file', do: 'create', path: from }]);
    const path = '/data/dns/hive/oa/suspicious/y=2016/m=7/d=8/part-0.parquet';
    expect(placingOperations(dnsScores, place)).toEqual([{ kind: 'file', do: 'rename', from, path }]);
    expect(emptyingOperations(dnsScores, place)).toEqual([{ kind: 'file', do: 'delete', path }]);
    expect(runFolderOperations(dnsScores, place)).toEqual([
      { kind: 'file', do: 'delete', path: '/data/dns/staging/r' },
    ]);
    expect(describeOperations([dns], place)).toEqual([]);
    expect(fetchOperations([dns], place)).toEqual([]);
  });

  it('of a server that loads what is staged are its statements', () => {
    const engine = { type: 'hive', host: 'hs2', database: 'spot', fileSystem: 'hdfs://ns', statistics: true };
    const settings = checkSettings({ storage: { type: 'webhdfs', nameNodes: ['http://nn1:9870'] }, engine });
    const place = placeOf({ settings, runId: 'r', day });
    const root = 'webhdfs://nn1:9870/user/spot/dns/staging';
    const partition = '`spot`.`dns_edge` %PARTITION (`y`=2016, `m`=7, `d`=8)';
    const journal = `${root}/_journal/dns.hive.oa.edge.y=2016.m=7.d=8.json`;
    const emptied = emptyingOperations(dnsEdge, place).map(operationText);
    expect(emptied.slice(0, 3)).toEqual([
      'DESCRIBE `spot`.`dns_edge`',
      expect.stringContaining('COUNT(*) AS total FROM `spot`.`dns_edge`') as string,
      `create ${root}/r/dns_edge/y=2016/m=7/d=8/part-0.parquet`,
    ]);
    expect(emptied.slice(3)).toEqual([
      `create ${root}/r/dns_edge/y=2016/m=7/d=8/empty.parquet`,
      `ALTER TABLE ${partition.replace('%', 'ADD IF NOT EXISTS ')}`,
      `LOAD DATA INPATH 'hdfs://ns/user/spot/dns/staging/r/dns_edge/y=2016/m=7/d=8/empty.parquet' INTO TABLE ${partition.replace('%', '')}`,
      `create ${journal}`,
      `LOAD DATA INPATH 'hdfs://ns/user/spot/dns/staging/r/dns_edge/y=2016/m=7/d=8/part-0.parquet' OVERWRITE INTO TABLE ${partition.replace('%', '')}`,
      `delete ${journal}`,
      `ANALYZE TABLE ${partition.replace('%', '')} COMPUTE STATISTICS`,
    ]);
    expect(fetchOperations([dns], place)).toEqual([]);
  });

  it('of a warehouse elsewhere tell its server, its staging folder and what is fetched', () => {
    const settings = checkSettings({
      storage: {
        type: 'webhdfs',
        nameNodes: ['https://nn1:9871'],
        staging: { folder: 'oa-staging', mode: '770', acl: ['user:impala:rwx'] },
      },
    });
    const place = placeOf({ settings, runId: 'r', day });
    const folder = 'swebhdfs://nn1:9871/user/spot/dns/oa-staging/r/dns_scores/y=2016/m=7/d=8';
    expect(stagingOperations(dnsScores, place).map(operationText)).toEqual([
      `permit 770 user:impala:rwx ${folder}`,
      `create ${folder}/part-0.parquet`,
    ]);
    expect(fetchOperations([dns], place)).toEqual([
      { kind: 'file', do: 'read', path: 'swebhdfs://nn1:9871/user/spot/dns/hive/y=2016/m=7/d=8' },
    ]);
  });
});
