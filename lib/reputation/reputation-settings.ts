/** The settings' `reputation`: the services in the order of the column, and what holds for all of them. */
import { z } from 'zod';
import { secret } from '../secrets.js';
import { isServiceName } from './service-name.js';

const path = (description: string) => z.string().min(1).meta({ description, format: 'path' });
const seconds = (description: string) => z.number().positive().max(86_400).meta({ description });
const count = (description: string) => z.int().min(1).meta({ description });

const serviceName = z
  .string()
  .refine(isServiceName, 'expected 1 to 64 characters, none of them : ; | or a control character')
  .meta({ description: 'Name of the service in query_rep.' });

const label = z.string().min(1);
const value = z.int().min(-1).max(3);
const listed = {
  label: label
    .default('HIGH')
    .meta({ description: 'What a listed name is: HIGH 3, MEDIUM 2, LOW 1, NONE 0, other labels -1.' }),
  value: value.optional().meta({ description: 'The value, where it is not the label’s own.' }),
};
const verdict = z.union([label, z.strictObject({ label, value: value.optional() })], {
  error: 'expected a label or {"label": …, "value": -1 to 3}',
});

/** How any service is asked. */
const asked = {
  required: z.boolean().optional().meta({ description: 'Whether a run fails without it. Default: false.' }),
  concurrency: count('Calls at the same time. Default: 4; dnsbl 16.').max(256).optional(),
  perSecond: z.number().positive().optional().meta({ description: 'Calls a second. Default: no limit.' }),
  timeout: seconds('Seconds of one call. Default: 10.').optional(),
  deadline: seconds('Seconds that a run waits for the service in all. Default: 60.').optional(),
  retry: z
    .strictObject({
      attempts: count('Tries of a call in all. Default: 3.').optional(),
      base: seconds('Longest pause before the second try; doubles each time. Default: 0.5.').optional(),
      cap: seconds('Longest pause of all. Default: 15.').optional(),
    })
    .optional(),
  breaker: z
    .strictObject({
      failures: count('Failed calls in a row that end the calls for a while. Default: 5.').optional(),
      pause: seconds('How long that while is. Default: 30.').optional(),
    })
    .optional(),
};

const send = z
  .enum(['registrable-domain', 'full-name'])
  .optional()
  .meta({ description: 'What leaves of a name. Default: its registrable domain, for tunnels carry data in names.' });
const remote = { ...asked, send };
const batch = count('Most names of one call.').max(1000).optional();
const template = (placeholder: string, description: string) =>
  z
    .string()
    .refine((text) => text.includes(placeholder), `expected a text with ${placeholder}`)
    .meta({ description });
const isHttp = (text: string): boolean => /^https?:\/\/[^@]*$/.test(text) && URL.canParse(text);
const httpUrl = z.string().refine(isHttp, 'expected a URL of http or https, without a user');

/** Whatever the key is, the host stays the same. */
function hasKeyAfterHost(text: string): boolean {
  const [one, other] = ['a', 'b'].map((key) => text.replaceAll('{key}', key)) as [string, string];
  return one !== other && isHttp(one) && isHttp(other) && new URL(one).origin === new URL(other).origin;
}

const LIST_FORMATS = ['plain', 'hosts', 'adblock', 'rpz', 'csv', 'misp', 'misp-warninglist', 'stix'] as const;

const domainList = z.strictObject({
  service: z.literal('domain-list'),
  name: serviceName,
  file: path('List of domains; matches a name and its parent domains. A MISP feed may be a folder.'),
  format: z.enum(LIST_FORMATS).optional().meta({ description: 'Default: by the content.' }),
  column: z
    .union([z.string().min(1), z.int().min(0)], { error: 'expected a heading or an index from 0' })
    .optional()
    .meta({ description: 'CSV: heading or index (from 0) of the column with the domains.' }),
  allow: z
    .array(path('A list, for example a MISP warning list.'))
    .optional()
    .meta({ description: 'Lists of names that are never reported, nor names below them.' }),
  maxShrink: z.number().min(0).max(1).optional().meta({
    description: 'Share of the names that a new list may lack, else the last good one is kept. Default: 0.5.',
  }),
  ...listed,
  ...asked,
});

const gti = z.strictObject({
  service: z.literal('gti'),
  name: serviceName.default('gti'),
  refclient: path('The reference client, a program.'),
  server: z.string().min(1).meta({ description: 'GTI server, -s of the client.' }),
  user: z.string().min(1).meta({ description: '-i of the client.' }),
  password: secret,
  passwordBy: z.enum(['argument', 'stdin', 'env']).default('argument').meta({
    description:
      'How the client gets the password. argument (-p, as in Spot) shows it to other users of this machine: use stdin or env (GTI_PASSWORD) where the client can read it there.',
  }),
  ci: template('###QUERY###', 'JSON text of the request, with ###QUERY### where the names go (ci in Spot).'),
  categories: path('code,name,functional group: appends categories to the column.').optional(),
  batchSize: batch,
  ...remote,
});

const fb = z.strictObject({
  service: z.literal('fb'),
  name: serviceName.default('fb'),
  appId: z.string().min(1),
  secret,
  baseUrl: httpUrl.default('https://graph.facebook.com').meta({ description: 'Of the Graph API.' }),
  version: z
    .string()
    .regex(/^v\d+\.\d+$/, 'expected a version such as v21.0')
    .default('v21.0'),
  batchSize: batch,
  ...remote,
});

const dnsbl = z.strictObject({
  service: z.literal('dnsbl'),
  name: serviceName,
  zone: z
    .string()
    .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i, 'expected a zone such as dbl.spamhaus.org')
    .max(200)
    .meta({ description: 'Zone of the block list.' }),
  checks: z.enum(['domain', 'ip']).default('domain'),
  servers: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .meta({ description: 'DNS servers, address or address:port. Default: the system’s.' }),
  answers: z
    .record(z.ipv4(), verdict)
    .optional()
    .meta({ description: 'Labels by address, {"127.0.1.2": "spam"}. Others: label.' }),
  ...listed,
  ...remote,
});

const httpJson = z.strictObject({
  service: z.literal('http-json'),
  name: serviceName,
  url: z
    .string()
    .refine(hasKeyAfterHost, 'expected a URL of http or https, without a user, with {key} after the host')
    .meta({ description: 'URL; {key} becomes the name, percent-encoded.' }),
  checks: z.enum(['domain', 'ip', 'url']).default('domain'),
  headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header'), secret).optional(),
  pointer: z
    .string()
    .regex(/^(\/([^~]|~[01])*)*$/, 'expected a JSON Pointer such as /data/attributes/reputation')
    .meta({ description: 'JSON Pointer (RFC 6901) to the label, or to what labels tells the label of.' }),
  valuePointer: z
    .string()
    .regex(/^(\/([^~]|~[01])*)*$/, 'expected a JSON Pointer')
    .optional()
    .meta({ description: 'JSON Pointer to the value, -1 to 3.' }),
  labels: z
    .array(
      z.union(
        [
          z.strictObject({
            is: z.union([z.string(), z.number(), z.boolean()]),
            label,
            value: value.optional(),
          }),
          z.strictObject({ atLeast: z.number(), label, value: value.optional() }),
        ],
        { error: 'expected {"is": …, "label": …} or {"atLeast": number, "label": …}' },
      ),
    )
    .optional()
    .meta({ description: 'Labels of what is found, the first that fits; what fits none counts as not listed.' }),
  ...remote,
});

const ownModule = z.strictObject({
  service: z.literal('module'),
  name: serviceName.optional().meta({ description: 'Default: the service’s own.' }),
  module: path('An ES module whose default export makes the service; see lib/reputation/README.md.'),
  options: z.record(z.string(), z.unknown()).optional().meta({ description: 'Given to it.' }),
  secrets: z.record(z.string(), secret).optional().meta({ description: 'Read and given to it.' }),
  ...remote,
});

const KINDS = [domainList, gti, fb, dnsbl, httpJson, ownModule] as const;
const names = KINDS.map(({ shape }) => shape.service.value).join(', ');
const service = z.discriminatedUnion('service', KINDS, { error: `expected one of ${names}` });

const services = z
  .array(service)
  .superRefine((list, context) => {
    const seen = new Set<string>();
    for (const [i, one] of list.entries()) {
      if (one.name !== undefined && seen.has(one.name))
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `${JSON.stringify(one.name)} is used twice` });
      if (one.name !== undefined) seen.add(one.name);
    }
  })
  .meta({ description: 'Services, in the order of the column query_rep.' });

const whole = z.strictObject({
  services: services.default([]),
  neverSend: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Domains that no remote service is told, nor names below them.' }),
  cache: z
    .strictObject({
      folder: path('Folder for answers of remote services and last good lists, kept between runs.').optional(),
      size: count('Answers kept of each service. Default: 100000.').optional(),
      hits: z.number().min(0).optional().meta({ description: 'Seconds that a verdict is kept. Default: 86400.' }),
      misses: z.number().min(0).optional().meta({ description: 'Seconds of "not listed". Default: 14400.' }),
      errors: z.number().min(0).optional().meta({ description: 'Seconds before a failed one is asked again: 60.' }),
    })
    .default({}),
  offline: z.boolean().default(false).meta({ description: 'Whether no remote service is asked.' }),
});

/** What a user writes: the services, or an object with them. */
export type ReputationInput = z.input<typeof services> | z.input<typeof whole>;
/** Always the object, checked, with the defaults. */
export type ReputationSettings = z.output<typeof whole>;
export type ServiceSettings = ReputationSettings['services'][number];
export type SettingsOf<Kind extends ServiceSettings['service']> = Extract<ServiceSettings, { service: Kind }>;
export type ListFormat = (typeof LIST_FORMATS)[number];

const schemaOf = (type: z.ZodType) => {
  const { $schema: _version, ...schema } = z.toJSONSchema(type, { io: 'input' });
  return schema;
};

/**
 * Not a union, of whose problems zod tells no more than that there are some: the form is known by the look, and the
 * problems are those of that form.
 */
const eitherForm = z
  .unknown()
  .transform((input, context): ReputationSettings => {
    const isList = Array.isArray(input);
    const checked = isList ? services.safeParse(input) : whole.safeParse(input);
    if (!checked.success) {
      for (const issue of checked.error.issues) context.issues.push({ ...issue, input } as never);
      return z.NEVER;
    }
    return isList ? whole.parse({ services: input }) : (checked.data as ReputationSettings);
  })
  .meta({
    description: 'Reputation of names: the services in the order of the column query_rep, or an object with them.',
    anyOf: [schemaOf(services), schemaOf(whole)],
  }) as unknown as z.ZodType<ReputationSettings, ReputationInput>;

export const reputationSettings = eitherForm.prefault([]);
