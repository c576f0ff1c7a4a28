import { networkContext } from '../../../streams/transforms/network-context.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

const contexts = { find: (ip: string) => (ip.startsWith('10.0.2.') ? 'Offices' : '') };

describe('networkContext', () => {
  it('is what the look-up says of the client, else an empty text', async () => {
    const rows = ['10.0.2.15', '192.0.2.1', '', 'no address', null].map((ip_dst) => ({ ip_dst }));
    expect(await fieldsAdded(rows, networkContext(contexts))).toEqual(
      ['Offices', '', '', '', ''].map((network_context) => ({ network_context })),
    );
  });

  it('is empty without contexts', async () => {
    expect(await fieldsAdded([{ ip_dst: '10.0.2.15' }], networkContext())).toEqual([{ network_context: '' }]);
  });

  it('reads and writes the columns that it is told', async () => {
    const step = networkContext(contexts, { ip: 'srcip', as: 'src_context' });
    expect([step.needs, step.adds]).toEqual([{ srcip: 'string?' }, { src_context: 'string' }]);
    expect(await fieldsAdded([{ srcip: '10.0.2.15' }], step)).toEqual([{ src_context: 'Offices' }]);
    expect(networkContext().needs).toEqual({ ip_dst: 'string?' });
  });
});
