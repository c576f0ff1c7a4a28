import type { Row } from '../../../schemas/columns.js';
import { codeName } from '../../../streams/transforms/iana-names.js';

const HTTP = new Map([
  [200, 'OK'],
  [404, 'Not Found'],
]);

const namesOf = (step: ReturnType<typeof codeName>, codes: unknown[]) =>
  (step.onBatch(codes.map((respcode) => ({ respcode })) as never) as Row[]).map(({ respcode_name }) => respcode_name);

describe('codeName', () => {
  it('names a code that is a number', () => {
    const step = codeName('respcode', 'respcode_name', HTTP);
    expect([step.needs, step.adds]).toEqual([{ respcode: 'int?' }, { respcode_name: 'string?' }]);
    expect(namesOf(step as never, [200, 404, 799, null])).toEqual(['OK', 'Not Found', 'Unknown (799)', null]);
  });

  it('names a code that is text, as in the details of Proxy', () => {
    const step = codeName('respcode', 'respcode_name', HTTP, 'string?');
    expect([step.needs, step.adds]).toEqual([{ respcode: 'string?' }, { respcode_name: 'string?' }]);
    expect(namesOf(step as never, ['200', '0404', '799', '-', '', null])).toEqual([
      'OK',
      'Not Found',
      'Unknown (799)',
      'Unknown (-)',
      null,
      null,
    ]);
  });
});
