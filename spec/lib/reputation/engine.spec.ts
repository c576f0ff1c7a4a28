import { cached, type CacheOptions } from '../../../lib/reputation/cached.js';
import { CallFailed, isRetriable } from '../../../lib/reputation/engine/failures.js';
import { UNAVAILABLE } from '../../../streams/calculations/reputation-column.js';
import { FakeService } from '../../fakes/reputation.js';
import { FakeClock } from '../../fakes/reputation-clock.js';

const { signal } = new AbortController();
const high = (key: string) => ({ label: 'HIGH', value: key.length });

/** A service of one key a call, whose calls end as the test says, and what stands around it. */
function setUp(options: CacheOptions = {}, batchSize = 1) {
  const clock = new FakeClock();
  const service = new FakeService('gti', batchSize);
  const failures: string[] = [];
  const engine = cached(service, { clock, onFailure: ({ message }) => failures.push(message), ...options });
  const check = async (...keys: string[]) => Object.fromEntries(await engine.check(keys, { signal }));
  return { clock, service, failures, engine, check };
}
const broken = (retriable = false) => Promise.reject(new CallFailed('HTTP 503', { retriable }));

describe('lives of answers', () => {
  it('are separate for verdicts, keys that are not listed, and failures', async () => {
    const { clock, service, check } = setUp({ hits: 1000, misses: 100, errors: 10 });
    (service as { listed: unknown }).listed = (key: string) => (key === 'miss' ? undefined : high(key));
    service.before = ([key]) => (key === 'error' ? broken() : undefined);
    const asked = async (after: number) => {
      await clock.pass(after);
      service.calls.length = 0;
      await check('hit', 'miss', 'error');
      return service.asked;
    };
    expect(await asked(0)).toEqual(['hit', 'miss', 'error']);
    expect(await asked(9)).toEqual([]);
    expect(await asked(2)).toEqual(['error']);
    expect(await asked(100)).toEqual(['miss', 'error']);
    expect(await asked(1000)).toEqual(['hit', 'miss', 'error']);
  });
});

describe('retry', () => {
  const retry = { attempts: 3, base: 100, cap: 150 };

  it('tries again after growing pauses with jitter, as often as is allowed', async () => {
    const { clock, service, check, engine } = setUp({ retry, timeout: 1e6 });
    service.before = () => broken(true);
    const work = check('a');
    await clock.pass(1000);
    expect(await work).toEqual({ a: UNAVAILABLE });
    expect(service.calls).toHaveLength(3);
    const pauses = clock.waits.filter((wait) => wait < 1000);
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeGreaterThanOrEqual(50);
    expect(pauses[0]).toBeLessThanOrEqual(100);
    expect(pauses[1]).toBeGreaterThanOrEqual(75);
    expect(pauses[1]).toBeLessThanOrEqual(150);
    expect(engine.counts()).toMatchObject({ keys: 1, sent: 1, unavailable: 1, calls: 3, failedCalls: 3 });
  });

  it('ends with the first answer', async () => {
    const { clock, service, check, engine } = setUp({ retry });
    service.before = () => (service.calls.length < 2 ? broken(true) : undefined);
    const work = check('a');
    await clock.pass(1000);
    expect(await work).toEqual({ a: high('a') });
    expect(engine.counts()).toMatchObject({ calls: 2, failedCalls: 1, unavailable: 0 });
  });

  it('does not try what cannot succeed', async () => {
    const { service, check } = setUp({ retry });
    service.before = () => broken(false);
    expect(await check('a')).toEqual({ a: UNAVAILABLE });
    expect(service.calls).toHaveLength(1);
    const coded = (code: string) => Object.assign(new Error(code), { code });
    expect(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOENT'].map((code) => isRetriable(coded(code)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(isRetriable(Object.assign(new TypeError('fetch failed'), { cause: coded('ECONNRESET') }))).toBe(true);
  });

  it('waits as long as Retry-After says, with every call', async () => {
    const { clock, service, check } = setUp({ retry, concurrency: 1 });
    const times: number[] = [];
    service.before = () => {
      times.push(clock.now());
      if (times.length === 1) throw new CallFailed('HTTP 429', { retriable: true, retryAfter: 5000 });
    };
    const work = Promise.all([check('a'), check('b')]);
    await clock.pass(20_000);
    expect(await work).toEqual([{ a: high('a') }, { b: high('b') }]);
    expect(times[1]! - times[0]!).toBe(5000);
    expect(times).toHaveLength(3);
  });

  it('gives up at once when the service wants longer than the run waits', async () => {
    const { service, check } = setUp({ retry, deadline: 4000 });
    service.before = () => Promise.reject(new CallFailed('HTTP 429', { retriable: true, retryAfter: 5000 }));
    expect(await check('a')).toEqual({ a: UNAVAILABLE });
    expect(service.calls).toHaveLength(1);
  });
});

describe('calls', () => {
  it('begin at even distances where so many a second are allowed', async () => {
    const { clock, service, check } = setUp({ perSecond: 10, concurrency: 100 });
    const times: number[] = [];
    service.before = () => void times.push(clock.now());
    const work = check('a', 'b', 'c', 'd');
    await clock.pass(1000);
    await work;
    expect(times.map((time) => time - times[0]!)).toEqual([0, 100, 200, 300]);
  });

  it('end after their time, whether the service listens or not', async () => {
    const { clock, service, check, failures } = setUp({ timeout: 2000, retry: { attempts: 1 } });
    service.before = () => new Promise(() => undefined);
    const work = check('a');
    await clock.pass(2000);
    expect(await work).toEqual({ a: UNAVAILABLE });
    expect(failures).toEqual(['no answer within 2 s']);
  });

  it('may answer about some keys only', async () => {
    const { service, check, failures, engine } = setUp({ errors: 0 }, 10);
    (service as { listed: unknown }).listed = (key: string) => (key === 'bad' ? UNAVAILABLE : high(key));
    expect(await check('a', 'bad')).toEqual({ a: high('a'), bad: UNAVAILABLE });
    expect(failures).toEqual(['it gave no answer about some keys']);
    expect(engine.counts()).toMatchObject({ keys: 2, sent: 2, unavailable: 1, failedCalls: 0 });
  });
});

describe('the breaker', () => {
  const options = { breaker: { failures: 3, pause: 1000 }, retry: { attempts: 1 }, concurrency: 1, errors: 0 };

  it('ends the calls after failures in a row, tries one after the pause, and closes when that succeeds', async () => {
    const { clock, service, check, failures, engine } = setUp(options);
    let down = true;
    service.before = () => (down ? broken() : undefined);
    const six = await check('a', 'b', 'c', 'd', 'e', 'f');
    expect(Object.values(six)).toEqual(Array(6).fill(UNAVAILABLE));
    expect(service.asked).toEqual(['a', 'b', 'c']);
    expect(engine.counts()).toMatchObject({ breaker: 'open', keys: 6, sent: 3, unavailable: 6, failedCalls: 3 });
    expect(new Set(failures)).toEqual(
      new Set(['HTTP 503', 'failed too often in a row; it is left alone for a while']),
    );
    await clock.pass(999);
    expect(await check('d')).toEqual({ d: UNAVAILABLE });
    await clock.pass(1);
    expect(engine.counts().breaker).toBe('half-open');
    await check('d', 'e');
    expect(service.asked).toEqual(['a', 'b', 'c', 'd']);
    expect(engine.counts().breaker).toBe('open');
    down = false;
    await clock.pass(1000);
    expect(await check('e', 'f')).toEqual({ e: high('e'), f: high('f') });
    expect(engine.counts().breaker).toBe('closed');
  });

  it('tries one call at a time', async () => {
    const { clock, service, check } = setUp({ ...options, concurrency: 10 });
    service.before = () => broken();
    await check('a', 'b', 'c');
    await clock.pass(1000);
    service.calls.length = 0;
    await check('d', 'e', 'f', 'g');
    expect(service.calls).toHaveLength(1);
  });

  it('counts failures in a row only', async () => {
    const { service, check, engine } = setUp(options);
    service.before = ([key]) => (key!.startsWith('bad') ? broken() : undefined);
    await check('bad1', 'bad2', 'good', 'bad3', 'bad4');
    expect(engine.counts()).toMatchObject({ breaker: 'closed', failedCalls: 4 });
  });
});

describe('the deadline', () => {
  it('is the time that whoever asks waits in all; then rows go on and nothing is asked', async () => {
    const { clock, service, check, engine, failures } = setUp({
      deadline: 1000,
      timeout: 700,
      retry: { attempts: 1 },
    });
    service.before = () => new Promise(() => undefined);
    const first = check('a');
    await clock.pass(700);
    expect(await first).toEqual({ a: UNAVAILABLE });
    await clock.pass(100_000); // nobody waits
    const second = check('b', 'c', 'd', 'e', 'f');
    await clock.pass(299);
    expect(engine.counts().deadlinePassed).toBe(false);
    await clock.pass(1);
    expect(Object.values(await second)).toEqual(Array(5).fill(UNAVAILABLE));
    expect(await check('g', 'b')).toEqual({ g: UNAVAILABLE, b: UNAVAILABLE });
    expect(service.asked).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(engine.counts()).toMatchObject({ deadlinePassed: true, keys: 7, sent: 5, unavailable: 7 });
    // Those that it cut off gave no answer either.
    expect(engine.counts()).toMatchObject({ calls: 5, failedCalls: 5 });
    expect(failures.at(-1)).toBe('the time that the run may wait for the service is used up');
  });

  it('fails the run when the service is required', async () => {
    const { clock, service, check } = setUp({ deadline: 1000, required: true });
    service.before = () => new Promise(() => undefined);
    const work = check('a').catch((error: unknown) => error);
    await clock.pass(1000);
    expect(await work).toMatchObject({ code: 'REPUTATION_FAILED' });
  });
});
