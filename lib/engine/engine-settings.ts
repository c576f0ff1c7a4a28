/** The settings' `engine`: DuckDB in this process, or a server of the cluster over HiveServer2. */
import { z } from 'zod';
import { isIdentifier } from '../../schemas/columns.js';
import { secret } from '../secrets.js';

const localPath = (description: string) => z.string().min(1).meta({ description, format: 'path' });

const duckdb = z.strictObject({
  type: z.literal('duckdb'),
  threads: z.int().min(1).optional().meta({ description: 'Threads of the engine. Default: its own choice.' }),
  memoryLimit: z
    .string()
    .regex(/^\d+(\.\d+)? ?[KMGT]i?B$/)
    .optional()
    .meta({ description: 'Most memory of the engine, for example "2GB".' }),
  tempDirectory: localPath(
    'Where partitions fetched from HDFS, and what does not fit into memory, are kept meanwhile. Default: the system’s.',
  ).optional(),
});

const database = z.string().refine(isIdentifier, 'expected letters, digits and _');
/** A name or an address, IPv6 in brackets, with a port or without. */
const host = z.string().regex(/^([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?$/, 'expected a host, or host:port');

const server = {
  host: z
    .union([host, z.array(host).min(1)])
    .meta({ description: 'The server, or several that are tried in order; with a port of its own: impalad2:21050.' }),
  port: z.int().min(1).max(65_535).optional().meta({
    description: 'Default: 21050 (Impala; 28000 over HTTP) or 10000 (Hive; 10001 over HTTP).',
  }),
  database: database.default('spot').meta({ description: 'Database of the tables.' }),
  rawDatabase: database.optional().meta({
    description: 'Database of the raw table, where another one is to be written beside it. Default: database.',
  }),
  auth: z
    .enum(['nosasl', 'plain'], { error: 'expected nosasl or plain; this release does not speak Kerberos' })
    .optional()
    .meta({ description: 'Default: nosasl for Impala, plain for Hive (its NONE and LDAP).' }),
  user: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Default: storage.user, $HADOOP_USER_NAME, or the one who runs the program.' }),
  password: secret.optional().meta({ description: 'Of LDAP, with auth plain.' }),
  transport: z.enum(['binary', 'http']).optional().meta({ description: 'Default: binary.' }),
  httpPath: z.string().regex(/^\//).optional().meta({ description: 'Default: /cliservice.' }),
  tls: z
    .strictObject({
      ca: localPath('Certificates (PEM) to trust instead of the system’s.').optional(),
      cert: localPath('Certificate of this client (PEM).').optional(),
      key: localPath('Its private key (PEM).').optional(),
      verify: z.boolean().optional().meta({ description: 'Whether certificates are verified. Default: true.' }),
    })
    .optional()
    .meta({ description: 'TLS; {} with the system’s certificates.' }),
  options: z.record(z.string().min(1), z.string()).optional().meta({
    description: 'Session options: {"request_pool": "oa", "mem_limit": "2g"}, {"tez.queue.name": "oa"}.',
  }),
  fileSystem: z
    .string()
    .regex(/^[a-z][a-z0-9]*:\/\/[\w.:-]*$/)
    .optional()
    .meta({
      description:
        'What the server has to put before paths of the storage, where that is not its own default file system: hdfs://ns, file://.',
    }),
  statistics: z.boolean().optional().meta({
    description: 'Whether statistics of a replaced partition are computed. Default: false.',
  }),
  timeouts: z
    .strictObject({
      open: z.int().min(1).optional().meta({ description: 'Milliseconds until a session is open. Default: 30000.' }),
    })
    .optional(),
};

const impala = z.strictObject({ type: z.literal('impala'), ...server });
const hive = z.strictObject({ type: z.literal('hive'), ...server });

export const engineSettings = z
  .discriminatedUnion('type', [duckdb, impala, hive])
  .default({ type: 'duckdb' })
  .meta({ description: 'What runs SQL: DuckDB in this process, Impala, or Hive’s or Spark’s HiveServer2.' });

export type EngineSettings = z.output<typeof engineSettings>;
export type ClusterSettings = Exclude<EngineSettings, { type: 'duckdb' }>;

export const isCluster = (engine: EngineSettings): engine is ClusterSettings => engine.type !== 'duckdb';
