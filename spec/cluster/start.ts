/** `npm run cluster`: a real HDFS of one's own, until Ctrl-C. `--name-nodes 1`, `--data-nodes 2`. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startHdfs } from './hdfs.js';

const { values } = parseArgs({
  options: { 'name-nodes': { type: 'string', default: '2' }, 'data-nodes': { type: 'string', default: '1' } },
});
const oneOrTwo = (value: string) => (value === '1' ? 1 : 2);

const hdfs = await startHdfs({
  nameNodes: oneOrTwo(values['name-nodes']),
  dataNodes: oneOrTwo(values['data-nodes']),
});
process.stdout.write(`HDFS_URL=${hdfs.nameNodes.join(',')}\nHADOOP_USER_NAME=${hdfs.user}\nCtrl-C stops it.\n`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await hdfs.stop();
