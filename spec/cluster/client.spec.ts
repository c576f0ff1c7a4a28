/** One HDFS with two NameNodes for all that leaves it whole; those who take servers from it come last. */
import { cluster } from './cluster.js';
import { conformance } from './conformance.js';
import { failover } from './failover.js';
import { httpFs } from './http-fs.js';
import { oddNames } from './names.js';
import { rights } from './rights.js';
import { secure } from './secure.js';
import { transfers } from './transfers.js';

const hdfs = cluster({ httpFs: true });

transfers(hdfs);
conformance(hdfs);
oddNames(hdfs);
rights(hdfs);
secure(hdfs);
httpFs(hdfs);
failover(hdfs);
