import { hour } from '../../../streams/transforms/hour.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

describe('hour', () => {
  it('is the hour of the text as it stands, a number', async () => {
    const times = ['Jul  8 2016 04:29:38.123456789 UTC', 'Jul 18 2016 23:00:00 CEST', '4:05', '00:59'];
    const added = await fieldsAdded(
      times.map((frame_time) => ({ frame_time })),
      hour(),
    );
    expect(added).toEqual([{ hh: 4 }, { hh: 23 }, { hh: 4 }, { hh: 0 }]);
  });

  it('is null without a readable time', async () => {
    const rows = [{ frame_time: null }, { frame_time: '' }, { frame_time: 'Jul  8 2016' }, { frame_time: '24:00' }];
    expect(await fieldsAdded(rows, hour())).toEqual(rows.map(() => ({ hh: null })));
  });

  it('reads and writes the columns that it is told', async () => {
    const step = hour({ time: 'treceived', as: 'trhour' });
    expect([step.needs, step.adds]).toEqual([{ treceived: 'string?' }, { trhour: 'int?' }]);
    expect(await fieldsAdded([{ treceived: '2016-07-08 14:29:38' }], step)).toEqual([{ trhour: 14 }]);
    expect(hour()).toMatchObject({ needs: { frame_time: 'string?' }, adds: { hh: 'int?' } });
  });
});
