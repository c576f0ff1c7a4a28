/** The formats of domain lists: which one a file is in, and how its names become entries of a set. */
import type { ListFormat } from '../reputation-settings.js';
import { addAdblock } from './adblock.js';
import { addCsv } from './csv.js';
import type { DomainSet } from './domain-set.js';
import { parsedJson, type ListText } from './list-text.js';
import { addMisp, addWarningList } from './misp.js';
import { addPlain } from './plain.js';
import { addRpz } from './rpz.js';
import { addStix } from './stix.js';

const READERS: Readonly<Record<ListFormat, (set: DomainSet, list: ListText) => Promise<void> | void>> = {
  plain: addPlain,
  hosts: addPlain,
  adblock: addAdblock,
  rpz: addRpz,
  csv: addCsv,
  misp: addMisp,
  'misp-warninglist': addWarningList,
  stix: addStix,
};

/** @throws {OaError} `LOOKUP_FILE_INVALID` with file and line */
export async function addList(set: DomainSet, list: ListText, format = formatOf(list)): Promise<void> {
  await READERS[format](set, list);
}

const HEAD_BYTES = 64 << 10;

/** Of what a file looks like at its beginning; a list of names if of nothing else. */
export function formatOf({ bytes, column, file }: Pick<ListText, 'bytes' | 'column' | 'file'>): ListFormat {
  const head = bytes
    .subarray(0, HEAD_BYTES)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^[{[]\s*["{[\]}]/.test(head)) return jsonFormatOf(parsedJson({ file, bytes }));
  if (column !== undefined) return 'csv';
  if (/^\[Adblock/i.test(head) || /^(!|\|\||@@\|\|)/.test(head)) return 'adblock';
  if (/^(\$(TTL|ORIGIN)\s|\S*\s+(\d+[smhdw]?\s+)?(IN\s+)?SOA\s)/im.test(withoutComments(head))) return 'rpz';
  return 'plain';
}

const withoutComments = (text: string) => text.replace(/;.*$/gm, '');

function jsonFormatOf(json: unknown): ListFormat {
  const { type, objects, list } = json as { type?: unknown; objects?: unknown; list?: unknown };
  if (type === 'bundle' && (objects === undefined || Array.isArray(objects))) return 'stix';
  return Array.isArray(list) ? 'misp-warninglist' : 'misp';
}
