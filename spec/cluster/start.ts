/**
 * `npm run cluster`: a real HDFS of one's own, until Ctrl-C. `--name-nodes 1`, `--data-nodes 2`; `--with spark` or
 * `--with hive` (or both): that HiveServer2 on top of it.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startHdfs } from './hdfs.js';
import { startHive } from './hive-servers/hive.js';
import { startSpark } from './hive-servers/spark.js';

const { values } = parseArgs({
  options: {
    'name-nodes': { type: 'string', default: '2' },
    'data-nodes': { type: 'string', default: '1' },
    with: { type: 'string', multiple: true, default: [] },
  },
});
const oneOrTwo = (value: string) => (value === '1' ? 1 : 2);
const STARTS = new Map([
  ['hive', startHive],
  ['spark', startSpark],
]);
const unknown = values.with.find((name) => !STARTS.has(name));
if (unknown !== undefined) throw new Error(`--with takes ${[...STARTS.keys()].join(' or ')}, not ${unknown}`);

const hdfs = await startHdfs({
  nameNodes: oneOrTwo(values['name-nodes']),
  dataNodes: oneOrTwo(values['data-nodes']),
});
process.stdout.write(`HDFS_URL=${hdfs.nameNodes.join(',')}\nHADOOP_USER_NAME=${hdfs.user}\n`);
const servers = [];
for (const name of values.with) {
  const server = await STARTS.get(name)!({ hdfs });
  servers.push(server);
  process.stdout.write(`HIVESERVER2=${server.host}:${server.port}\n`);
}
process.stdout.write('Ctrl-C stops it.\n');
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await Promise.all(servers.map((server) => server.stop()));
await hdfs.stop();
