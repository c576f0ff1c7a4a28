import fc from 'fast-check';
import {
  columnPart,
  reputationColumn,
  reputationValue,
  UNAVAILABLE,
} from '../../../streams/calculations/reputation-column.js';

/** As Spot's UI reads the column. */
function readBack(column: string): Map<string, { text: string; value: number; categories: string[][] }> {
  if (!column) return new Map();
  return new Map(
    column.split('::').map((part) => {
      const [name = '', text = '', value = '', ...rest] = part.split(':');
      const categories = rest.flatMap((list) => list.split(';')).map((category) => category.split('|'));
      return [name, { text, value: Number(value), categories }];
    }),
  );
}

describe('reputationColumn', () => {
  it('is service, label and value of each service, in order', () => {
    const verdicts = [
      { service: 'gti', verdict: { label: 'High', value: 3 } },
      { service: 'fb', verdict: undefined },
      { service: 'dnsbl', verdict: UNAVAILABLE },
    ];
    expect(reputationColumn(verdicts)).toBe('gti:High:3::fb:UNKNOWN:-1::dnsbl:UNAVAILABLE:-1');
  });

  it('appends categories as Spot does', () => {
    const categories = [
      { name: 'Malicious Sites', group: 'Risk/Fraud' },
      { name: 'a:b;c|d', group: '' },
    ];
    expect(reputationColumn([{ service: 'gti', verdict: { label: 'High', value: 3, categories } }])).toBe(
      'gti:High:3:Malicious Sites|Risk/Fraud;a_b_c_d|_',
    );
  });

  it('is empty without services', () => {
    expect(reputationColumn([])).toBe('');
  });

  it('has no character in names and labels that a reader splits at', () => {
    const verdict = { label: 'bad: very|bad;\tso\n', value: 3 };
    expect(reputationColumn([{ service: 'my::list', verdict }])).toBe('my__list:bad_ very_bad__so_:3');
    expect(reputationColumn([{ service: 'list', verdict: { label: '', value: 0 } }])).toBe('list:_:0');
  });

  it("reads back in Spot's UI, whatever names and labels hold", () => {
    const text = fc.string({ unit: fc.constantFrom(':', '::', ';', '|', 'a', 'Z', ' ', '_', '\t', 'é', '$') });
    const categories = fc.option(fc.array(fc.record({ name: text, group: text }), { maxLength: 3 }), {
      nil: undefined,
    });
    const verdict = fc.record({ label: text, value: fc.integer({ min: -1, max: 3 }), categories });
    const services = fc.uniqueArray(fc.record({ service: text, verdict: fc.option(verdict, { nil: undefined }) }), {
      selector: ({ service }) => columnPart(service),
      maxLength: 5,
    });
    fc.assert(
      fc.property(services, (verdicts) => {
        const expected = verdicts.map(({ service, verdict: given }) => [
          columnPart(service),
          {
            text: given ? columnPart(given.label) : 'UNKNOWN',
            value: given?.value ?? -1,
            categories: given?.categories?.map(({ name, group }) => [columnPart(name), columnPart(group)]) ?? [],
          },
        ]);
        expect([...readBack(reputationColumn(verdicts))]).toEqual(expected);
      }),
    );
  });
});

describe('reputationValue', () => {
  it.each([
    ['HIGH', 3],
    ['High', 3],
    ['MEDIUM', 2],
    ['LOW', 1],
    ['NONE', 0],
    ['UNVERIFIED', -1],
    ['malware', -1],
    ['', -1],
  ])('of %j is %d', (label, value) => {
    expect(reputationValue(label)).toBe(value);
  });
});
