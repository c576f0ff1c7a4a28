/** Copies of settings, which others may read, without the secrets that a user wrote out. */
import { configSchema } from './settings.js';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: boolean | Node;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const choicesOf = (node: Node): readonly Node[] =>
  [node.anyOf, node.oneOf]
    .flatMap((list) => list ?? [])
    .flatMap(choicesOf)
    .concat(node);

/** The only type that is a text, `{"env": …}` or `{"file": …}`. */
const isSecret = (node: Node): boolean =>
  ['env', 'file'].every((key) => node.anyOf?.some(({ properties }) => properties && key in properties));

/**
 * The same settings; where a secret is written out, an environment variable is named instead: whoever uses the copy is
 * told which one to set.
 */
export function withoutPlainSecrets<T>(settings: T): T {
  return copyOf(settings, [JSON.parse(configSchema()) as Node], []) as T;
}

function copyOf(value: unknown, nodes: readonly Node[], path: readonly string[]): unknown {
  if (typeof value === 'string') return nodes.some(isSecret) ? { env: variableOf(path) } : value;
  if (typeof value !== 'object' || value === null) return value;
  const choices = nodes.flatMap(choicesOf);
  if (Array.isArray(value)) {
    const items = choices.flatMap(({ items: node }) => node ?? []);
    return value.map((item, i) => copyOf(item, items, [...path, String(i)]));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const below = choices.flatMap(({ properties = {}, additionalProperties: rest }): readonly Node[] =>
        Object.hasOwn(properties, key) ? [properties[key]!] : typeof rest === 'object' ? [rest] : [],
      );
      return [key, copyOf(inner, below, [...path, key])];
    }),
  );
}

const variableOf = (path: readonly string[]): string =>
  ['SPOT_DNS_OA', ...path]
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_');
