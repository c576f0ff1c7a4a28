/** Domains of MISP: events as its feeds and its REST interface give them, and warning lists. */
import { OaError } from '../../../schemas/errors.js';
import { BELOW, EXACT, type DomainSet } from './domain-set.js';
import { parsedJson, type ListText } from './list-text.js';
import { addName, isDomain } from './names.js';

interface Attribute {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly to_ids?: unknown;
  readonly deleted?: unknown;
}

/** Types whose value is a domain, or begins with one before a `|`. */
const TYPES: ReadonlySet<unknown> = new Set(['domain', 'hostname', 'domain|ip', 'hostname|port']);

/**
 * The MISP core format (misp-standard.org): attributes of type domain, hostname, domain|ip and hostname|port, in the
 * event and in its objects, that are meant for detection (`to_ids`) and not deleted.
 * @throws {OaError} `LOOKUP_FILE_INVALID`
 */
export function addMisp(set: DomainSet, list: ListText): void {
  const events = eventsOf(parsedJson(list));
  if (events === null)
    throw new OaError('LOOKUP_FILE_INVALID', `${list.file}: expected a MISP event, got JSON of another kind`);
  for (const event of events)
    for (const { type, value, to_ids: toIds, deleted } of attributesOf(event)) {
      if (!TYPES.has(type) || typeof value !== 'string' || toIds === false || deleted === true) continue;
      const [name = ''] = value.split('|');
      if (isDomain(name)) addName(set, name);
    }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** One event, several, or the answer of a search, of events or of attributes. */
function eventsOf(json: unknown): Record<string, unknown>[] | null {
  if (Array.isArray(json)) {
    const events = json.map(eventsOf);
    return events.includes(null) ? null : events.flatMap((one) => one!);
  }
  if (!isObject(json)) return null;
  const { response, Event: event } = json;
  if (isObject(response)) return eventsOf(response);
  if (isObject(event)) return [event];
  return Array.isArray(json.Attribute) ? [json] : null;
}

function attributesOf(event: Record<string, unknown>): Attribute[] {
  const own = Array.isArray(event.Attribute) ? (event.Attribute as unknown[]) : [];
  const objects = Array.isArray(event.Object) ? (event.Object as unknown[]) : [];
  return [
    ...own,
    ...objects.flatMap((one) => (isObject(one) && one.deleted !== true ? attributesOf(one) : [])),
  ].filter(isObject);
}

/**
 * A warning list (github.com/MISP/misp-warninglists): of type hostname, names and all below them; of type string, names
 * alone.
 * @throws {OaError} `LOOKUP_FILE_INVALID`: lists of addresses, parts of names or patterns
 */
export function addWarningList(set: DomainSet, list: ListText): void {
  const json = parsedJson(list);
  const { type, list: entries } = isObject(json) ? json : {};
  if ((type !== 'hostname' && type !== 'string') || !Array.isArray(entries))
    throw new OaError(
      'LOOKUP_FILE_INVALID',
      `${list.file}: expected a MISP warning list of type hostname or string, got ${JSON.stringify(type)}`,
    );
  for (const entry of entries as unknown[]) {
    const name = typeof entry === 'string' ? entry.replace(/^\./, '') : '';
    if (isDomain(name)) addName(set, name, type === 'hostname' ? EXACT | BELOW : EXACT);
  }
}
