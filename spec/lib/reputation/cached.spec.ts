import { once } from 'node:events';
import { cached } from '../../../lib/reputation/cached.js';
import { UNAVAILABLE } from '../../../streams/calculations/reputation-column.js';
import { FakeService } from '../../fakes/reputation.js';
import { turn } from '../../fakes/streams.js';

const { signal } = new AbortController();
const keys = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `n${from + i}`);
const high = (key: string) => ({ label: 'HIGH', value: key.length });

describe('cached', () => {
  it('is named as the service and takes any number of keys', () => {
    expect(cached(new FakeService('gti', 10))).toMatchObject({ name: 'gti', checks: 'domain', batchSize: Infinity });
  });

  it('asks about each key once, repeated or remembered', async () => {
    const service = new FakeService();
    const cache = cached(service);
    await cache.check(['a', 'b', 'a'], { signal });
    const verdicts = await cache.check(['c', 'b', 'c', 'a'], { signal });
    expect(service.calls).toEqual([['a', 'b'], ['c']]);
    expect(Object.fromEntries(verdicts)).toEqual({ a: high('a'), b: high('b'), c: high('c') });
  });

  it('asks nothing about no keys', async () => {
    const service = new FakeService();
    await expect(cached(service).check([], { signal })).resolves.toEqual(new Map());
    expect(service.calls).toEqual([]);
  });

  it('remembers that a key is not listed', async () => {
    const service = new FakeService('fake', 100, (key) => (key === 'a' ? high(key) : undefined));
    const cache = cached(service);
    for (let i = 0; i < 2; i++)
      expect(Object.fromEntries(await cache.check(['a', 'b'], { signal }))).toEqual({ a: high('a') });
    expect(service.calls).toEqual([['a', 'b']]);
  });

  it('shares look-ups that are under way', async () => {
    const service = new FakeService();
    service.before = turn;
    const cache = cached(service);
    const both = [cache.check(['a', 'b'], { signal }), cache.check(['b', 'c'], { signal })];
    expect((await Promise.all(both)).map((one) => [...one.keys()])).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(service.calls).toEqual([['a', 'b'], ['c']]);
  });

  it('asks in batches, a few at a time', async () => {
    const service = new FakeService('fake', 10);
    service.before = turn;
    const cache = cached(service, { concurrency: 3 });
    const all = [cache.check(keys(95), { signal }), cache.check(keys(50, 80), { signal })];
    expect((await Promise.all(all)).map(({ size }) => size)).toEqual([95, 50]);
    expect(service.most).toBe(3);
    expect(service.calls.every(({ length }) => length <= 10)).toBe(true);
    expect(service.asked.sort()).toEqual(keys(130).sort());
  });

  it('keeps a bounded number of answers, the oldest go first', async () => {
    const service = new FakeService();
    const cache = cached(service, { size: 3 });
    await cache.check(['a', 'b', 'c'], { signal });
    await cache.check(['d'], { signal });
    await cache.check(['b', 'c', 'd'], { signal });
    await cache.check(['a'], { signal });
    expect(service.calls).toEqual([['a', 'b', 'c'], ['d'], ['a']]);
  });

  it('answers a batch of more keys than it keeps', async () => {
    const service = new FakeService();
    const cache = cached(service, { size: 3 });
    expect((await cache.check(keys(10), { signal })).size).toBe(10);
    expect(service.asked).toHaveLength(10);
  });

  describe('a service that fails', () => {
    const failing = (fails: (keys: readonly string[]) => boolean, batchSize = 100) => {
      const service = new FakeService('gti', batchSize);
      service.before = (some) => {
        if (fails(some)) throw new Error('HTTP 503');
      };
      return service;
    };

    it('makes its keys unavailable, and is asked again later', async () => {
      const errors: string[] = [];
      let down = true;
      const service = failing(() => down);
      const cache = cached(service, { errors: 0, onFailure: ({ message }) => errors.push(message) });
      expect(Object.fromEntries(await cache.check(['a', 'b'], { signal }))).toEqual({
        a: UNAVAILABLE,
        b: UNAVAILABLE,
      });
      expect(errors).toEqual(['HTTP 503']);
      down = false;
      expect(Object.fromEntries(await cache.check(['a'], { signal }))).toEqual({ a: high('a') });
      expect(service.calls).toEqual([['a', 'b'], ['a']]);
    });

    it('fails for the keys of the call that failed only', async () => {
      const errors: unknown[] = [];
      const cache = cached(
        failing((some) => some.includes('n3'), 2),
        { onFailure: (error) => errors.push(error) },
      );
      const verdicts = await cache.check(keys(6), { signal });
      expect([...verdicts].filter(([, { label }]) => label === 'UNAVAILABLE').map(([key]) => key)).toEqual([
        'n2',
        'n3',
      ]);
      expect(errors).toHaveLength(1);
    });

    it('fails the run when it is required', async () => {
      const service = failing(() => true);
      const cache = cached(service, { required: true });
      const both = await Promise.allSettled([cache.check(['a'], { signal }), cache.check(['a'], { signal })]);
      for (const one of both) {
        expect(one).toMatchObject({
          reason: {
            code: 'REPUTATION_FAILED',
            retriable: true,
            message: 'reputation service gti: HTTP 503',
            cause: { message: 'HTTP 503' },
          },
        });
      }
      await expect(cache.check(['a'], { signal })).rejects.toMatchObject({ code: 'REPUTATION_FAILED' });
      expect(service.calls).toHaveLength(2);
    });

    it('may throw anything', async () => {
      const service = failing(() => false);
      service.before = () => Promise.reject('just a text' as unknown as Error);
      await expect(cached(service, { required: true }).check(['a'], { signal })).rejects.toMatchObject({
        message: 'reputation service gti: just a text',
      });
    });
  });

  describe('an abort', () => {
    it('rejects at once, though the service does not listen', async () => {
      const service = new FakeService();
      service.before = () => new Promise(() => undefined);
      const abort = new AbortController();
      const work = cached(service).check(['a'], { signal: abort.signal });
      abort.abort();
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('asks nothing when it came before', async () => {
      const service = new FakeService();
      await expect(cached(service).check(['a'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(service.calls).toEqual([]);
    });

    it('ends calls that wait for their turn', async () => {
      const service = new FakeService('fake', 1);
      service.before = (_, aborted) => once(aborted, 'abort').then(() => Promise.reject(new Error('socket closed')));
      const failures: Error[] = [];
      const cache = cached(service, { concurrency: 2, required: true, onFailure: (error) => failures.push(error) });
      const abort = new AbortController();
      const work = cache.check(keys(10), { signal: abort.signal });
      await turn();
      abort.abort();
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
      for (let i = 0; i < 5; i++) await turn();
      expect(service.calls).toHaveLength(2);
      expect(failures).toEqual([]);
    });

    it('of one pipeline is no failure for another that shares its look-ups', async () => {
      const service = new FakeService('fake', 1);
      let calls = 0;
      service.before = (_, aborted) => {
        calls += 1;
        return calls > 1 ? undefined : once(aborted, 'abort').then(() => Promise.reject(new Error('socket closed')));
      };
      const cache = cached(service, { concurrency: 1, required: true });
      const abort = new AbortController();
      const first = cache.check(['a', 'b'], { signal: abort.signal });
      const second = cache.check(['b', 'a', 'c'], { signal });
      await turn();
      abort.abort();
      await expect(first).rejects.toMatchObject({ name: 'AbortError' });
      expect(Object.fromEntries(await second)).toEqual({ a: high('a'), b: high('b'), c: high('c') });
      expect(service.asked.sort()).toEqual(['a', 'a', 'b', 'c']);
    });

    it('leaves no listener behind', async () => {
      const abort = new AbortController();
      let listeners = 0;
      const add = abort.signal.addEventListener.bind(abort.signal);
      abort.signal.addEventListener = (type: string, listener: () => void, options?: { signal?: AbortSignal }) => {
        listeners += 1;
        options?.signal?.addEventListener('abort', () => (listeners -= 1));
        add(type, listener, options);
      };
      const cache = cached(new FakeService());
      for (let i = 0; i < 20; i++) await cache.check([`n${i}`], { signal: abort.signal });
      expect(listeners).toBe(0);
    });
  });
});
