/** The cluster's engine as the settings tell it: secrets and certificates are read here, and nowhere before. */
import { readPem } from '../pem.js';
import { readSecret } from '../secrets.js';
import { hadoopUser } from '../storage/hadoop-user.js';
import { ClusterEngine, type StatementClient } from './cluster-engine.js';
import type { ClusterSettings } from './engine-settings.js';
import { HiveServer2, type HiveServer2Options } from './hiveserver2.js';
import { clusterDialectOf } from './settings-dialect.js';

export interface OpenedClusterEngine {
  readonly engine: ClusterEngine;
  /** A client whose sessions name no database. */
  readonly withoutDatabase: () => StatementClient;
}

/**
 * @param user of the storage, where the engine's settings name none
 * @throws {OaError} `SETTINGS_INVALID` for a secret or certificate that is not there
 */
export async function openClusterEngine(settings: ClusterSettings, user?: string): Promise<OpenedClusterEngine> {
  const { type, host, port, database, auth, password, transport, httpPath, tls, options, timeouts } = settings;
  const common: HiveServer2Options = {
    dialect: type,
    hosts: typeof host === 'string' ? [host] : host,
    port,
    auth,
    user: settings.user ?? user ?? hadoopUser(),
    password: password && (await readSecret(password, 'engine.password')),
    transport,
    httpPath,
    options,
    timeouts,
    tls: tls && {
      ca: await readPem(tls.ca, 'engine.tls.ca'),
      cert: await readPem(tls.cert, 'engine.tls.cert'),
      key: await readPem(tls.key, 'engine.tls.key'),
      verify: tls.verify,
    },
  };
  const client = new HiveServer2({ ...common, database });
  return {
    engine: new ClusterEngine(client, clusterDialectOf(settings)),
    withoutDatabase: () => new HiveServer2(common),
  };
}
