/** Texts of which each breaks something that writes or reads tables by pasting them together. */
import { HOSTILE_NAMES } from '../../lib/demo/hostile-names.js';
import { Random } from '../../lib/demo/random.js';

/** Beyond names that a results file can hold: what only a table can. */
const RAW: readonly string[] = [
  '',
  ' ',
  '\0',
  '\0\0a\0',
  'a\0b.example',
  'line\nfeed.example',
  'carriage\rreturn\r\n.example',
  'tab\there.example',
  '\b\f\v\x1a\x1b[31m',
  '\\',
  '\\\\',
  'ends in a backslash\\',
  "ends in two\\\\'",
  "\\'",
  "''",
  "'; DROP TABLE x; --",
  "'); DROP TABLE dns_scores; --",
  "x' UNION ALL SELECT password --",
  '`dns_scores`',
  '/* comment */ -- more',
  '${env:HOME}',
  '${env:PATH}.example',
  '\\${env:HOME}',
  '${system:user.name}',
  '${hiveconf:hive.execution.engine}',
  '${hivevar:x}${x}$${x}',
  '\\u0041\\101\\000\\n\\Z\\%\\_\\q',
  '%\\_\\%_',
  '?, :name, $1, @x, #{x}',
  '\ufeffbyte order mark',
  'emoji 🦆👩‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'high half \ud83d',
  '\udc00 low half',
  'both turned \udc00\ud83d',
  '\ufffe\uffff\u{10ffff}',
  '\u2028\u2029\x85\xa0',
  'NULL',
  '__HIVE_DEFAULT_PARTITION__',
  '\\N',
  '{"json": "x"}',
  'a'.repeat(5000),
  "'\\".repeat(400),
  '數據'.repeat(300),
];

/** What the rest is put together from. */
const PIECES: readonly string[] = [
  "'",
  "''",
  '"',
  '`',
  '\\',
  '\\\\',
  "\\'",
  '\0',
  '\n',
  '\r',
  '\t',
  '\x1a',
  '%',
  '_',
  ';',
  '--',
  '/*',
  '*/',
  '${env:HOME}',
  '${x}',
  '$',
  '{',
  '}',
  'u0041',
  '000',
  '101',
  'n',
  'Z',
  'é',
  '漢',
  '😀',
  '\ud800',
  '\udfff',
  '\ufeff',
  ')',
  '(',
  ',',
  ' OR 1=1',
  '.example',
];

/** As a table holds a text: UTF-8 has no half of a surrogate pair. */
export const stored = (text: string) => Buffer.from(text).toString();

/** Always the same ones, no two of them stored alike. */
export function hostileTexts(count = 200): string[] {
  const random = new Random(count, 6);
  const texts = new Map<string, string>();
  const add = (text: string) => {
    if (!texts.has(stored(text))) texts.set(stored(text), text);
  };
  for (const text of [...RAW, ...HOSTILE_NAMES].slice(0, count)) add(text);
  while (texts.size < count) {
    add(Array.from({ length: 1 + random.below(12) }, () => random.pick(PIECES)).join(''));
  }
  return [...texts.values()];
}
