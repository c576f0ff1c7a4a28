import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { AnswerFile } from '../../../lib/reputation/engine/answer-file.js';
import { AnswerStore } from '../../../lib/reputation/engine/answer-store.js';
import { UNAVAILABLE } from '../../../streams/calculations/reputation-column.js';
import { HOSTILE_NAMES } from '../../fakes/reputation-names.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const folder = temporaryFolder();
const NOW = 1_000_000;
const file = (settings: unknown = { label: 'HIGH' }) =>
  new AnswerFile({ folder: folder.path, service: 'my/../service', settings });

function filled(entries: Record<string, Parameters<AnswerStore['keep']>[1]>, options = {}): AnswerStore {
  const store = new AnswerStore(options);
  for (const [key, answer] of Object.entries(entries)) store.keep(key, answer, NOW);
  return store;
}
async function loaded(now = NOW, options = {}, from = file()) {
  const store = new AnswerStore(options);
  const problem = await from.loadInto(store, now);
  return { problem, found: Object.fromEntries([...store.lasting(now)].map(([key, { answer }]) => [key, answer])) };
}

describe('AnswerFile', () => {
  const high = { label: 'HIGH', value: 3 };
  const rich = { label: 'Odd "label"', value: -1, categories: [{ name: 'n', group: 'g' }] };

  it('keeps verdicts and what is not listed, whatever the keys are, and no failures', async () => {
    const hostile = Object.fromEntries(HOSTILE_NAMES.map((name) => [name, high]));
    await file().save(filled({ ...hostile, a: rich, b: null, c: UNAVAILABLE }), NOW);
    expect(await loaded()).toEqual({ problem: null, found: { ...hostile, a: rich, b: null } });
    expect(await readdir(folder.path)).toEqual([expect.stringMatching(/^my_.._service-[0-9a-f]{8}\.answers$/)]);
  });

  it('is empty when there is none, or one of other settings', async () => {
    expect(await loaded()).toEqual({ problem: null, found: {} });
    await file().save(filled({ a: high }), NOW);
    expect(await loaded(NOW, {}, file({ label: 'LOW' }))).toEqual({ problem: null, found: {} });
  });

  it('forgets what has lived its life', async () => {
    await file().save(filled({ a: high, b: null }, { hits: 1000, misses: 10 }), NOW);
    expect((await loaded(NOW + 11)).found).toEqual({ a: high });
    expect((await loaded(NOW + 1001)).found).toEqual({});
  });

  it('holds no more than the store, the newest', async () => {
    await file().save(filled({ a: high, b: high }), NOW);
    await file().save(filled({ c: high, d: high }, { size: 3 }), NOW);
    expect((await loaded(NOW, { size: 3 })).found).toEqual({ b: high, c: high, d: high });
  });

  it('takes over what another process has written meanwhile, where that is newer', async () => {
    await file().save(filled({ a: high, b: null }, { hits: 5000, misses: 5000 }), NOW);
    await file().save(filled({ a: rich, c: rich }, { hits: 1000 }), NOW);
    expect((await loaded()).found).toEqual({ a: high, b: null, c: rich });
  });

  it('is whole, whoever writes at the same time', async () => {
    const stores = Array.from({ length: 8 }, (_, i) => filled({ [`n${i}`]: high, all: high }));
    await Promise.all(stores.map((store) => file().save(store, NOW)));
    const { problem, found } = await loaded();
    expect(problem).toBeNull();
    expect(found.all).toEqual(high);
    expect(await readdir(folder.path)).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'x', /expected a file of reputation answers/],
    ['nothing', '', /expected a file of reputation answers/],
    ['another JSON', '{"format":"x"}\n', /expected a file of reputation answers/],
  ])('is empty when it is broken: %s', async (_what, text, problem) => {
    await writeFile(file().path, text);
    expect(await loaded()).toEqual({ problem: expect.stringMatching(problem), found: {} });
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -4), /cut off/],
    ['a line that is none', (text: string) => `${text}{}\n`, /line 4 is no answer/],
    ['too long', (text: string) => text + '\n'.repeat(5000), /at most/],
  ])('is empty when it is %s, and is written anew', async (_what, broken, problem) => {
    await file().save(filled({ a: high, b: null }), NOW);
    await writeFile(file().path, broken(await readFile(file().path, 'utf8')));
    expect(await loaded(NOW, { size: 1 })).toEqual({ problem: expect.stringMatching(problem), found: {} });
    await file().save(filled({ c: high }), NOW);
    expect((await loaded()).found).toEqual({ c: high });
  });

  it('says that it cannot be read', async () => {
    await mkdir(file().path);
    expect((await loaded()).problem).toMatch(/EISDIR/);
  });
});
