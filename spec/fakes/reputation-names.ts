/** Names with characters that mean something to a shell, to JSON, to URLs or to SQL: attackers choose them. */
export const HOSTILE_NAMES: readonly string[] = [
  '$(id).evil.com',
  '`id`.evil.com',
  "it's; rm -rf ~ | cat > x & y.evil.com",
  'say "hi"\\.evil.com',
  '{"op":"url"}].evil.com',
  '###QUERY###.$&.$1.evil.com',
  'a/../b?c=d&e=f#g.evil.com',
  '%2e%2e%2f%00.evil.com',
  'per%cent_under+plus.evil.com',
  'new\nline\r.evil.com',
  'nul\u0000.evil.com',
  '-p.evil.com',
  'пример.evil.com',
  'é\u202e.evil.com',
  '{result=n0:$.data}.evil.com',
];
