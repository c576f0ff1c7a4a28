/** The certificates of `spec/fakes/tls`, as options of servers and clients. */
import { readFileSync } from 'node:fs';
import { packageFile } from '../../lib/package-root.js';

const pem = (name: string): string => readFileSync(packageFile(`spec/fakes/tls/${name}`), 'utf8');

const pair = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });

/** Who signed all of them. */
export const CA = pem('ca.pem');
/** For `localhost` and 127.0.0.1. */
export const SERVER = pair('server');
/** For `dn1.cluster` and 10.0.0.7. */
export const DATA_NODE = pair('dn1');
/** As `SERVER`, and out of date. */
export const EXPIRED = pair('expired');
export const CLIENT = { ...pair('client'), passphrase: 'only for tests' };
