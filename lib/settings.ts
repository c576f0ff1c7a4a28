/**
 * The settings: one JSON file, every key optional, checked once, at the door. The same list gives the types, the check
 * and `schemas/config.schema.json`.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { DNS_FEATURE_NAMES } from '../schemas/dns-features.js';
import { OaError } from '../schemas/errors.js';
import { engineSettings, isCluster } from './engine/engine-settings.js';
import { reputationSettings } from './reputation/reputation-settings.js';
import { withSpotConf } from './spot-conf/settings.js';
import { storageSettings } from './storage/storage-settings.js';

const path = (description: string) => z.string().min(1).meta({ description, format: 'path' });

export const settingsSchema = z
  .strictObject({
    spotConf: path(
      'A spot.conf: what the other keys do not say of the storage and the engine comes from it.',
    ).optional(),
    storage: storageSettings,
    engine: engineSettings,
    tld: z
      .strictObject({
        of: z
          .enum(['public-suffix', 'registrable-domain'])
          .default('public-suffix')
          .meta({ description: 'co.uk, or google.co.uk as Spot 1.0 stored.' }),
        privateSuffixes: z.boolean().optional().meta({
          description:
            'Whether blogspot.com and the like count as suffixes. Default: false; with registrable-domain true, as in Spot.',
        }),
      })
      .prefault({})
      .meta({ description: 'What the column tld holds.' }),
    networkContext: z
      .strictObject({
        files: z.array(path('ip,description: single addresses, CIDR, a-b ranges.')).default([]),
        ranges: z.array(path('start_ip,end_ip,name')).default([]),
      })
      .prefault({})
      .meta({ description: 'What is known of client addresses. Without files the column is empty.' }),
    geolocation: z
      .strictObject({
        iploc: path('Spot’s iploc.csv: IPv4, sorted.').optional(),
        mmdb: z
          .union([path('A MaxMind DB.'), z.array(path('A MaxMind DB.')).min(1)])
          .optional()
          .meta({ description: 'MaxMind databases, one or several (city and ASN); what iploc knows comes first.' }),
      })
      .prefault({})
      .meta({ description: 'Locations of addresses, for pipelines that use them (Flow).' }),
    features: z.array(z.enum(DNS_FEATURE_NAMES)).default([]).meta({
      description:
        'Features of query names (columns qry_…) that the run adds beside those that dns_score_fields names, for an existing dns_scores with such columns.',
    }),
    dnsConf: path('A dns_conf.json of your own. Default: the package’s.').optional(),
    iana: z
      .strictObject({
        dns_qry_class: path('Classes: code and name.').optional(),
        dns_qry_type: path('Types: code and name.').optional(),
        dns_qry_rcode: path('Response codes: code and name.').optional(),
      })
      .prefault({})
      .meta({ description: 'CSV files in Spot’s format, merged over the built-in tables.' }),
    reputation: reputationSettings,
    details: z
      .strictObject({
        limit: z
          .int()
          .min(1)
          .default(250)
          .meta({ description: 'Most rows of one query name and hour, and of one client.' }),
        hourPartitionIsUtc: z.boolean().default(false).meta({
          description:
            'Whether the raw table’s partition h is the UTC hour of unix_tstamp: only those of suspicious hours are read then.',
        }),
      })
      .prefault({})
      .meta({ description: 'Details and dendrogram.' }),
    rejected: z
      .strictObject({
        maxShare: z
          .number()
          .min(0)
          .max(1)
          .default(0.01)
          .meta({ description: 'Largest share of result lines that may be unreadable.' }),
      })
      .prefault({})
      .meta({ description: 'Result lines that are no rows.' }),
    analyst: z
      .strictObject({
        lowDays: z.int().min(0).default(30).meta({
          description: 'Days before a day whose verdicts are remembered in its list of suspicious rows; 0 for none.',
        }),
      })
      .prefault({})
      .meta({ description: 'What analysts see.' }),
    notebooks: z
      .strictObject({
        templates: path(
          'A folder of your own *_master.ipynb files. Default: the package’s, which a run also puts into a folder typescript beside yours where one of yours is in another language.',
        ).optional(),
      })
      .prefault({})
      .meta({ description: 'Notebook templates.' }),
  })
  .refine(({ storage, engine }) => storage.type !== 'local' || !isCluster(engine) || engine.fileSystem, {
    path: ['engine'],
    message:
      'a server of the cluster reads HDFS: expected storage.type webhdfs, or engine.fileSystem "file://" for a server on this machine',
  })
  .meta({ title: 'Settings of spot-dns-oa' });

/** What a user writes. */
export type Settings = z.input<typeof settingsSchema>;
/** Checked, with every default filled in. */
export type FullSettings = z.output<typeof settingsSchema>;

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  format?: string;
  type?: string;
  const?: unknown;
  writeOnly?: boolean;
  oneOf?: SchemaNode[];
  anyOf?: SchemaNode[];
}

let made: SchemaNode | undefined;
/** Made once: a run checks its settings several times. */
const schemaTree = (): SchemaNode => (made ??= z.toJSONSchema(settingsSchema, { io: 'input' }) as SchemaNode);

/** The text of `schemas/config.schema.json`. */
export const configSchema = (): string => `${JSON.stringify(schemaTree(), null, 2)}\n`;

/**
 * @param base folder that relative paths are relative to. @default the current one
 * @throws {OaError} `SETTINGS_INVALID`, naming the key and, for an unknown one, the nearest known
 */
export function checkSettings(settings: unknown, { base = '.', name = 'settings' } = {}): FullSettings {
  const checked = settingsSchema.safeParse(withItsSpotConf(settings, base));
  if (checked.success) return resolvePaths(checked.data, base);
  const problems = checked.error.issues.map((issue) => {
    const at = issue.path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('')
      .slice(1);
    if (issue.code !== 'unrecognized_keys') return `${at || 'the whole'}: ${issue.message}`;
    const known = nodesAt(schemaTree(), issue.path).flatMap((node) => Object.keys(node.properties ?? {}));
    const nearest = (key: string) =>
      known.length > 0 ? `; did you mean ${JSON.stringify(closest(key, known))}?` : '';
    return issue.keys
      .map((key) => `unknown key ${JSON.stringify(at ? `${at}.${key}` : key)}${nearest(key)}`)
      .join('; ');
  });
  throw new OaError('SETTINGS_INVALID', `${name}: ${problems.join('; ')}`);
}

function withItsSpotConf(settings: unknown, base: string): unknown {
  const { spotConf } = (settings ?? {}) as { spotConf?: unknown };
  if (typeof spotConf !== 'string' || spotConf === '') return settings;
  return withSpotConf(settings as Record<string, unknown>, resolve(base, spotConf));
}

/** Reads and checks a settings file; its relative paths are relative to the file. */
export async function loadSettings(file: string): Promise<FullSettings> {
  return checkSettings(await readJson(file, 'SETTINGS_INVALID'), { base: dirname(resolve(file)), name: file });
}

export async function readJson(file: string, code: 'SETTINGS_INVALID' | 'DNS_CONF_INVALID'): Promise<unknown> {
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new OaError(code, `${file}: expected a JSON file; ${(error as Error).message}`, { cause: error });
  }
}

/** A node, or each of the nodes that it may be. */
const optionsOf = (node: SchemaNode): SchemaNode[] => node.oneOf ?? node.anyOf ?? [node];

const child = (
  { properties, additionalProperties, items }: SchemaNode,
  part: PropertyKey,
): SchemaNode | undefined => {
  if (typeof part === 'number') return items;
  return properties?.[String(part)] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
};

function nodesAt(tree: SchemaNode, path: readonly PropertyKey[]): SchemaNode[] {
  return path.reduce<SchemaNode[]>(
    (nodes, part) => nodes.flatMap((node) => optionsOf(child(node, part) ?? {})),
    optionsOf(tree),
  );
}

/** Of a union, the node that the value is. */
function nodeOf(value: unknown, node: SchemaNode): SchemaNode {
  const fits = (option: SchemaNode) => {
    if (typeof value !== 'object' || value === null) return option.type === typeof value;
    if (Array.isArray(value)) return option.type === 'array';
    return Object.entries(value).every(([key, inner]) => {
      const known = child(option, key);
      return known !== undefined && (known.const === undefined || known.const === inner);
    });
  };
  const options = optionsOf(node);
  return options.length === 1 ? options[0]! : (options.find(fits) ?? {});
}

interface Text {
  readonly text: string;
  /** Keys that lead to it. */
  readonly path: readonly string[];
  readonly node: SchemaNode;
  /** Before it was known which of several it is. */
  readonly declared: SchemaNode;
}

/** The settings with each text in them replaced. */
function mapTexts(
  value: unknown,
  from: SchemaNode,
  change: (text: Text) => unknown,
  path: readonly string[] = [],
): unknown {
  const node = nodeOf(value, from);
  if (typeof value === 'string') return change({ text: value, path, node, declared: from });
  if (typeof value !== 'object' || value === null) return value;
  const inner = (key: string | number, of: unknown) =>
    mapTexts(of, child(node, key) ?? {}, change, [...path, `${key}`]);
  if (Array.isArray(value)) return value.map((item, i) => inner(i, item));
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, inner(key, of)]));
}

/** Every value that the schema marks as a path, made absolute. */
const resolvePaths = (settings: FullSettings, base: string): FullSettings =>
  mapTexts(settings, schemaTree(), ({ text, node }) =>
    node.format === 'path' ? resolve(base, text) : text,
  ) as FullSettings;

/**
 * For copies that are kept: where a secret is written out, an environment variable is named instead, so that whoever uses
 * the copy is told which one to set.
 */
export const withoutSecrets = (settings: FullSettings): FullSettings =>
  mapTexts(settings, schemaTree(), ({ text, path, declared }) =>
    declared.writeOnly ? { env: variableOf(path) } : text,
  ) as FullSettings;

const variableOf = (path: readonly string[]): string =>
  ['SPOT_DNS_OA', ...path]
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_');
