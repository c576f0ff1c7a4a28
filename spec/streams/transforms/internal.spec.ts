import { internal } from '../../../streams/transforms/internal.js';
import type { Row } from '../../../schemas/columns.js';

const networks = { find: (ip: string) => (ip.startsWith('10.') ? 'Offices' : '') };

const flagsOf = (step: { onBatch(batch: never, signal: AbortSignal): unknown }, rows: Row[]) =>
  step.onBatch(rows as never, new AbortController().signal);

describe('internal', () => {
  it('is 1 where the look-up knows the address, else 0', async () => {
    const step = internal(networks, { ip: 'srcip', as: 'srcip_internal' });
    expect([step.needs, step.adds]).toEqual([{ srcip: 'string?' }, { srcip_internal: 'int' }]);
    const rows = [{ srcip: '10.0.2.15' }, { srcip: '192.0.2.1' }, { srcip: 'no address' }, { srcip: null }];
    expect(await flagsOf(step, rows)).toEqual([
      { srcip: '10.0.2.15', srcip_internal: 1 },
      { srcip: '192.0.2.1', srcip_internal: 0 },
      { srcip: 'no address', srcip_internal: 0 },
      { srcip: null, srcip_internal: 0 },
    ]);
  });

  it('is 0 without networks', async () => {
    const step = internal(undefined, { ip: 'dstip', as: 'dstip_internal' });
    expect(await flagsOf(step, [{ dstip: '10.0.2.15' }])).toEqual([{ dstip: '10.0.2.15', dstip_internal: 0 }]);
  });
});
