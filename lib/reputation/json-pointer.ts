/**
 * What a JSON Pointer (RFC 6901) leads to: `/data/0/score`; undefined where there is nothing. Only what the document
 * itself holds is found, never what objects inherit.
 */
export function jsonPointer(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  let at = document;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
