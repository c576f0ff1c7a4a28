import { cached } from '../../../lib/reputation/cached.js';
import { reputation } from '../../../streams/transforms/reputation.js';
import { NumberSink, NumberSource, turn } from '../../fakes/streams.js';
import { FakeService } from '../../fakes/reputation.js';
import { fieldsAdded, rowsThrough } from '../../fakes/rows-through.js';
import { Enrichment } from '../../../streams/rows.js';
import { pipeAll } from '../../../streams/pipe.js';

const named = (...names: (string | null)[]) => names.map((dns_qry_name) => ({ dns_qry_name }));
const listing = (name: string, label: string, ...keys: string[]) =>
  new FakeService(name, 100, (key) => (keys.includes(key) ? { label, value: 3 } : undefined));

describe('reputation', () => {
  it('is what each service says of the name, in the order of the services', async () => {
    const slow = listing('gti', 'High', 'bad.example');
    slow.before = () => turn().then(turn);
    const services = [slow, listing('fb', 'MALICIOUS', 'bad.example', 'odd.example')];
    expect(await fieldsAdded(named('bad.example', 'odd.example', 'good.example'), reputation(services))).toEqual([
      { query_rep: 'gti:High:3::fb:MALICIOUS:3' },
      { query_rep: 'gti:UNKNOWN:-1::fb:MALICIOUS:3' },
      { query_rep: 'gti:UNKNOWN:-1::fb:UNKNOWN:-1' },
    ]);
  });

  it('is an empty text without services', async () => {
    expect(await fieldsAdded(named('bad.example', null), reputation())).toEqual([
      { query_rep: '' },
      { query_rep: '' },
    ]);
    expect(await fieldsAdded(named('bad.example'), reputation([]))).toEqual([{ query_rep: '' }]);
  });

  it('asks about each distinct name of a batch once, and about no missing one', async () => {
    const service = new FakeService();
    await rowsThrough(named('a', 'a', 'b', null, '', ''), reputation([service]));
    // Batches of two rows: (a, a), (b, null), ('', '').
    expect(service.calls).toEqual([['a'], ['b']]);
    const rows = await fieldsAdded(named(null), reputation([new FakeService('gti')]));
    expect(rows).toEqual([{ query_rep: 'gti:UNKNOWN:-1' }]);
  });

  it('asks again about a name of another batch, unless there is a cache', async () => {
    const names = named('a', 'b', 'b', 'a');
    const [plain, remembered] = [new FakeService(), new FakeService()];
    await rowsThrough(names, reputation([plain, cached(remembered)]));
    expect(plain.calls).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(remembered.calls).toEqual([['a', 'b']]);
  });

  it('asks about no more keys at a time than the service takes', async () => {
    const service = new FakeService('fake', 7);
    service.before = turn;
    const step = reputation([service], { key: 'key' });
    const batch = Array.from({ length: 100 }, (_, i) => ({ key: `n${i}` }));
    const rows = await step.onBatch(batch, new AbortController().signal);
    expect(rows.map((row) => row['query_rep'])).toEqual(batch.map(({ key }) => `fake:HIGH:${key.length}`));
    expect(service.calls.map(({ length }) => length)).toEqual([...Array<number>(14).fill(7), 2]);
    expect(service.most).toBe(4);
  });

  it('fills several columns, which share what is known', async () => {
    const service = new FakeService();
    const services = [cached(service)];
    const steps = [
      reputation(services, { key: 'src', as: 'src_rep' }),
      reputation(services, { key: 'dst', as: 'dst_rep' }),
    ];
    expect(steps.map(({ needs, adds }) => [needs, adds])).toEqual([
      [{ src: 'string?' }, { src_rep: 'string' }],
      [{ dst: 'string?' }, { dst_rep: 'string' }],
    ]);
    const rows = await rowsThrough(
      [
        { src: 'a', dst: 'bb' },
        { src: 'bb', dst: 'a' },
      ],
      ...steps,
    );
    expect(rows).toEqual([
      { src: 'a', dst: 'bb', src_rep: 'fake:HIGH:1', dst_rep: 'fake:HIGH:2' },
      { src: 'bb', dst: 'a', src_rep: 'fake:HIGH:2', dst_rep: 'fake:HIGH:1' },
    ]);
    expect(service.calls).toEqual([['a', 'bb']]);
  });

  it('shows a service that could not be asked', async () => {
    const down = new FakeService('gti');
    down.before = () => Promise.reject(new Error('HTTP 503'));
    expect(await fieldsAdded(named('a'), reputation([cached(down)]))).toEqual([{ query_rep: 'gti:UNAVAILABLE:-1' }]);
    await expect(rowsThrough(named('a'), reputation([cached(down, { required: true })]))).rejects.toMatchObject({
      code: 'REPUTATION_FAILED',
    });
  });

  it('ends its look-ups when the pipeline ends', async () => {
    const service = new FakeService();
    let ended: unknown;
    service.before = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended = signal.reason;
          reject(signal.reason as Error);
        });
      });
    const abort = new AbortController();
    const names = new Enrichment({ n: 'int' }, { dns_qry_name: 'string' }, ({ n }) => ({ dns_qry_name: `n${n}` }));
    const source = new NumberSource();
    const work = pipeAll([source.stream, names, reputation([service]), new NumberSink().stream], {
      signal: abort.signal,
    });
    await turn();
    abort.abort();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(source.closed).toBe(1);
  });
});
