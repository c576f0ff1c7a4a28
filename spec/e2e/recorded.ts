/** What a run really does: every statement that its engine is given, and every file operation of its storage. */
import { jest } from '@jest/globals';
import type { Storage } from '../../streams/contracts.js';

export interface Done {
  readonly do: string;
  readonly what: string;
}

/** From here on, what is imported works on a storage and an engine that write down what they are asked for. */
export async function recordOperations(): Promise<Done[]> {
  const done: Done[] = [];
  const { localStorage } = await import('../../lib/storage/local.js');
  const note = (what: string, doing: string) => done.push({ do: doing, what });
  const recording = (storage: Storage): Storage => ({
    ...storage,
    open: (path, options) => (note(path, 'read'), storage.open(path, options)),
    create: (path) => (note(path, 'create'), storage.create(path)),
    createExclusive: (path, text) => (note(path, 'create'), storage.createExclusive(path, text)),
    rename: (from, to) => (note(`${from} -> ${to}`, 'rename'), storage.rename(from, to)),
    delete: (path) => (note(path, 'delete'), storage.delete(path)),
    makeDirectories: (path) => (note(path, 'makeDirectories'), storage.makeDirectories(path)),
  });
  jest.unstable_mockModule('../../lib/storage/local.js', () => ({ localStorage: () => recording(localStorage()) }));
  const { DuckDbEngine } = await import('../../lib/engine/duckdb.js');
  const pages = Reflect.get(DuckDbEngine.prototype, 'pages') as (typeof DuckDbEngine.prototype)['pages'];
  jest.spyOn(DuckDbEngine.prototype, 'pages').mockImplementation(function (this: never, sql, options) {
    note(sql, 'statement');
    return pages.call(this, sql, options);
  });
  return done;
}
