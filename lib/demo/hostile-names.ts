/**
 * Query names as attackers choose them: each breaks a program that pastes names into SQL, a shell, a page, a spreadsheet
 * or a path, or that guesses types. All are below names kept for examples (RFC 2606), or a single label.
 *
 * A byte that is no UTF-8, a tab and a line end stand as the `\DDD` escapes of DNS master files (RFC 1035, 5.1), as the
 * lines of a results file need it.
 */
const label = (letter: string, length = 63) => letter.repeat(length);

export const HOSTILE_NAMES: readonly string[] = [
  // SQL
  "it's.example",
  `"quoted".example`,
  "' OR '1'='1.example",
  "'; DROP TABLE dns_scores; --.example",
  '" OR ""="".example',
  "\\' OR 1=1 --.example",
  '/*.example',
  '100%.example',
  '%.example',
  '_.example',
  '_dns__sd.example',
  'back\\slash.example',
  'ends-in-backslash.example\\',
  // shell
  '$(touch owned).example',
  '`id`.example',
  '${HOME}.example',
  'a&&b||c.example',
  'a|b.example',
  '>out.example',
  '-rf.example',
  '--help.example',
  '*?[a-z].example',
  '../../etc/passwd.example',
  // pages, spreadsheets, templates
  '<img src=x onerror=alert(1)>.example',
  '"><script>alert(1)</script>.example',
  '&lt;b&gt;.example',
  '{{7*7}}.example',
  '=1+1.example',
  '@sum(a1).example',
  '%s%n%x.example',
  '%00%2e%2e.example',
  // separators
  'a,b,c.example',
  'semi;colon.example',
  'two  words.example',
  ' leads.example',
  'trails.example ',
  '#comment.example',
  'col:on::x.example',
  'tab\\009in.example',
  'line\\013\\010feed.example',
  'zero\\000byte.example',
  // values that a guess turns into something else
  'null',
  'NaN',
  'nan',
  '1e5',
  '007',
  '-1',
  '0x10',
  'true',
  'undefined',
  '__proto__',
  'constructor',
  '10.10.0.10',
  // the rules of names at their ends
  'a..b.example',
  '.',
  'UPPER.Example.',
  `${label('a')}.${label('b')}.${label('c')}.${label('d', 53)}.example`,
  // beyond ASCII
  'bücher.example',
  'b\u0075\u0308cher.example',
  '例え.example',
  'пример.example',
  '🐟.example',
  'elpmaxe\u202egpj.example',
  'zero\u200bwidth.example',
  'line\u2028separator.example',
  'caf\\233.example',
  '\\255\\254\\128.example',
];
