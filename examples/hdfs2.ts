/**
 * HDFS alone, without any DNS code: makes a folder, writes, lists, reads from the middle, and tidies up.
 * `HDFS_URL=http://nn1:9870,http://nn2:9870 HADOOP_USER_NAME=spot node hdfs2.js [FOLDER]`
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { OaError, WebHdfs } from 'spot-dns-oa/hdfs2';

const { HDFS_URL, HADOOP_USER_NAME: user } = process.env;
if (!HDFS_URL) {
  console.error('HDFS_URL is not set; expected one or two NameNodes: http://nn1:9870,http://nn2:9870');
  process.exit(2);
}

const hdfs = new WebHdfs({ nameNodes: HDFS_URL.split(','), user });
const folder = `${process.argv[2] ?? (await hdfs.homeDirectory())}/hdfs2-example-${process.pid}`;

await hdfs.mkdirs(folder, { permission: '750' });
try {
  const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i} of a file that is never held whole\n`);
  await pipeline(Readable.from(lines), hdfs.create(`${folder}/lines y=2016.txt`, { permission: '640' }));

  for await (const { name, length, permission } of hdfs.entries(folder)) console.log(permission, length, name);

  const part = await text(hdfs.open(`${folder}/lines y=2016.txt`, { start: lines[0]!.length, length: 6 }));
  console.log(part);
  assert.equal(part, 'line 1');

  const again = hdfs.create(`${folder}/lines y=2016.txt`, { overwrite: false });
  const refused = await pipeline(Readable.from(['once more']), again).catch((error: unknown) => error);
  assert(refused instanceof OaError);
  console.log(refused.code);
} finally {
  await hdfs.delete(folder, { recursive: true });
}
