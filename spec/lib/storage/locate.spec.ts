import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { hadoopUser } from '../../../lib/storage/hadoop-user.js';
import { localStorage } from '../../../lib/storage/local.js';
import type { Storage } from '../../../streams/contracts.js';
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

  describe('takes a URL of HDFS', () => {
    const known = {
      storage: { name: 'known' } as Storage,
      nameNodes: ['http://nn1:9870', 'https://NN2:9871/gateway'],
    };

    it.each([
      ['webhdfs://nn1:9870/user/spot/a b%20.csv', '/user/spot/a b%20.csv'],
      ['webhdfs://nn1/a', '/a'],
      ['WEBHDFS://nn1:9870/a#b?c', '/a#b?c'],
      ['swebhdfs://nn2:9871/a', '/a'],
    ])('%s with the storage of the settings', (url, path) => {
      expect(locate(url, local, known)).toEqual({ storage: known.storage, path });
    });

    it.each([
      ['webhdfs://nn3:9870/a', 'webhdfs://nn3:9870'],
      ['webhdfs://nn1:50070/a', 'webhdfs://nn1:50070'],
      ['swebhdfs://nn1:9870/a', 'swebhdfs://nn1:9870'],
      ['webhdfs://[::1]:9870/a', 'webhdfs://[::1]:9870'],
    ])('%s with one of its own', (url, name) => {
      expect(locate(url, local, known).storage.name).toBe(name);
      expect(locate(url, local).storage.name).toBe(name);
    });

    it.each(['webhdfs://nn1:9870', 'webhdfs:///a', 'webhdfs://user@nn1:9870/a', 'webhdfs://nn1:x/a', 'hdfs://nn1/a'])(
      '%s not, and says why',
      (url) => {
        expect(() => locate(url, local)).toThrow(expect.objectContaining({ code: 'USAGE' }));
      },
    );

    it('as $HADOOP_USER_NAME, else as the one who runs the program', () => {
      const before = process.env.HADOOP_USER_NAME;
      process.env.HADOOP_USER_NAME = 'somebody';
      expect(hadoopUser()).toBe('somebody');
      delete process.env.HADOOP_USER_NAME;
      expect(hadoopUser()).toBe(userInfo().username);
      if (before !== undefined) process.env.HADOOP_USER_NAME = before;
    });
  });
});
