import { checkIdentifier, columnList, defineColumns, parseKind, type ColumnKind } from '../../schemas/columns.js';

const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('column kinds', () => {
  it('lists names, kinds and nulls in order', () => {
    expect(columnList(defineColumns({ tld: 'string', n: 'int?' }))).toEqual([
      { name: 'tld', kind: 'string', nullable: false },
      { name: 'n', kind: 'int', nullable: true },
    ]);
  });

  it.each(['text', '', '?', 'int??', 'toString', 'INT'])('refuses the kind %j', (kind) => {
    expect(() => parseKind(kind)).toThrow(coded('COLUMN_KIND_INVALID'));
    expect(() => defineColumns({ a: kind as ColumnKind })).toThrow(/^a: kind/);
  });

  it.each(['a b', 'a`b', "a'", '1a', '', 'a.b', 'a-b', 'ä', 'x'.repeat(129)])('refuses the name %j', (name) => {
    expect(() => checkIdentifier(name)).toThrow(coded('IDENTIFIER_INVALID'));
  });
});
