/** The settings' `storage`: a folder of this machine, or HDFS over WebHDFS. */
import { z } from 'zod';
import { secret } from '../secrets.js';

const localPath = (description: string) => z.string().min(1).meta({ description, format: 'path' });
const milliseconds = (description: string) => z.int().min(1).meta({ description });

/** HDFS cannot hold a `:` in a name, nor two slashes in a row. */
const hdfsPath = z
  .string()
  .regex(/^(\/[^/:]+)+\/?$/, 'expected an absolute path of HDFS, without :')
  .overwrite((path) => path.replace(/\/$/, ''));

const local = z.strictObject({
  type: z.literal('local'),
  root: localPath('Root folder of the warehouse.').default('./spot-data'),
});

const webhdfs = z.strictObject({
  type: z.literal('webhdfs'),
  nameNodes: z
    .array(z.url({ protocol: /^https?$/, error: 'expected a URL such as http://nn1:9870' }))
    .min(1)
    .max(2)
    .meta({ description: 'URLs of the NameNode, of both where there are two, or of an HttpFS or gateway.' }),
  root: hdfsPath.default('/user/spot').meta({ description: 'Root folder of the warehouse in HDFS, HUSER in Spot.' }),
  user: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Name of the user. Default: $HADOOP_USER_NAME, else the one who runs the program.' }),
  doas: z.string().min(1).optional().meta({ description: 'User to act as, where user is a proxy user.' }),
  token: secret.optional().meta({ description: 'Delegation token, sent instead of user and doas.' }),
  headers: z
    .record(z.string().min(1), secret)
    .optional()
    .meta({ description: 'Headers of every request to a NameNode, for example Authorization or X-XSRF-HEADER.' }),
  hostMap: z.record(z.string().min(1), z.string().min(1)).optional().meta({
    description: 'Where DataNodes are found: {"dn1.cluster": "10.0.0.7"}, with ports {"dn1:9864": "gw:19864"}.',
  }),
  httpFs: z.boolean().optional().meta({ description: 'Whether the server is HttpFS. Default: false.' }),
  timeouts: z
    .strictObject({
      connect: milliseconds('Milliseconds until a connection stands. Default: 10000.').optional(),
      idle: milliseconds('Milliseconds without a byte while one is waited for. Default: 60000.').optional(),
    })
    .optional(),
  retry: z
    .strictObject({
      attempts: z.int().min(1).optional().meta({ description: 'Tries in all. Default: 10.' }),
      base: milliseconds('Milliseconds before the second try; doubles each time. Default: 500.').optional(),
      cap: milliseconds('Longest single wait, milliseconds. Default: 15000.').optional(),
      total: milliseconds('No try begins later than this after the first, milliseconds. Default: 120000.').optional(),
    })
    .optional(),
  blockSize: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Block size of new files, bytes. Default: the server’s.' }),
  replication: z
    .int()
    .min(1)
    .max(32767)
    .optional()
    .meta({ description: 'Copies of new files. Default: the server’s.' }),
  permission: mode()
    .optional()
    .meta({ description: 'Octal mode of new files, for example 640. Default: the server’s.' }),
  tls: z
    .strictObject({
      ca: localPath('Certificates (PEM) to trust instead of the system’s.').optional(),
      cert: localPath('Certificate of this client (PEM).').optional(),
      key: localPath('Its private key (PEM).').optional(),
      passphrase: secret.optional().meta({ description: 'Password of the key.' }),
      verify: z.boolean().optional().meta({ description: 'Whether certificates are verified. Default: true.' }),
      allowPlainDataNodes: z
        .boolean()
        .optional()
        .meta({ description: 'Whether a NameNode with https may send to a DataNode without. Default: false.' }),
    })
    .optional(),
  staging: z
    .strictObject({
      folder: z
        .string()
        .regex(/^[A-Za-z0-9][\w.-]*$/, 'expected a folder name: letters, digits, ., _ and -')
        .optional()
        .meta({ description: 'Name of the staging folder in the pipeline’s own (dns/). Default: staging.' }),
      mode: mode().optional().meta({ description: 'Octal mode of the folders made there, for example 770.' }),
      acl: z
        .array(
          z.string().regex(/^(default:)?(user|group|mask|other):[^:,\s]*:[r-][w-][x-]$/, 'expected user:impala:rwx'),
        )
        .optional()
        .meta({ description: 'ACL entries that those folders get, for example user:impala:rwx.' }),
    })
    .optional()
    .meta({
      description: 'Rights of the staging folder: an engine that loads files has to be able to move them away.',
    }),
});

function mode() {
  return z.string().regex(/^[01]?[0-7]{3}$/, 'expected an octal mode, for example 770');
}

export const storageSettings = z
  .discriminatedUnion('type', [local, webhdfs])
  .default({ type: 'local', root: './spot-data' })
  .meta({ description: 'Where files are.' });

/** Name of the staging folder in the pipeline's own, where the settings give one. */
export const stagingName = (storage: StorageSettings): string | undefined =>
  storage.type === 'webhdfs' ? storage.staging?.folder : undefined;

/** Mode and ACL entries that the settings give to the folders made in staging. */
export function stagingRights(storage: StorageSettings): string[] {
  const { mode, acl = [] } = (storage.type === 'webhdfs' && storage.staging) || {};
  return [...(mode === undefined ? [] : [mode]), ...acl];
}

/** How the root is written in plans and messages: with the server where it is not this machine's disk. */
export const shownRoot = (storage: StorageSettings): string =>
  storage.type === 'local'
    ? storage.root
    : `${storage.nameNodes[0]!.replace(/^http/, 'webhdfs').replace(/^webhdfss/, 'swebhdfs')}${storage.root}`;

export type StorageSettings = z.output<typeof storageSettings>;
export type LocalSettings = z.output<typeof local>;
export type WebHdfsSettings = z.output<typeof webhdfs>;
