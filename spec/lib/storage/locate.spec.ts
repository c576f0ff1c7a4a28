import { resolve } from 'node:path';
import { localStorage } from '../../../lib/storage/local.js';
import { locate } from '../../../lib/storage/locate.js';

describe('locate', () => {
  const local = localStorage();

  it('takes a path as one of this machine, relative to the current folder', () => {
    expect(locate('a b/c.csv', local)).toEqual({ storage: local, path: resolve('a b/c.csv') });
    expect(locate('/data/y=1', local).path).toBe('/data/y=1');
  });

  it('takes a file URL', () => {
    expect(locate('file:///data/a%20b', local).path).toBe('/data/a b');
  });

  it('refuses a scheme that it does not know', () => {
    expect(() => locate('ftp://host/file', local)).toThrow(/ftp:\/\//);
  });
});
