import { WebHdfs, type WebHdfsOptions } from '../../../../lib/hdfs2.js';
import { checkWebHdfsOptions } from '../../../../lib/storage/webhdfs/settings.js';

const nameNodes = ['http://nn1:9870'];

describe('options of WebHDFS', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /options: expected an object/],
    ['no options', {}, /nameNodes: expected, and missing/],
    ['text', { nameNodes: 'http://nn1' }, /nameNodes: expected a list/],
    ['no NameNode', { nameNodes: [] }, /nameNodes: /],
    ['three NameNodes', { nameNodes: ['http://a', 'http://b', 'http://c'] }, /nameNodes: /],
    ['no URL', { nameNodes: ['nn1'] }, /nameNodes\.0: expected a URL like http:\/\/host:9870/],
    ['another protocol', { nameNodes: ['hdfs://nn1:8020'] }, /nameNodes\.0: expected http or https, got hdfs:/],
    ['a query', { nameNodes: ['http://nn1:9870?x=1'] }, /without query/],
    ['an unknown key', { nameNodes, users: 'x' }, /users: is no option/],
    ['an empty user', { nameNodes, user: '' }, /user: /],
    ['a mode that is none', { nameNodes, permission: '888' }, /permission: expected an octal mode/],
    ['a block size of 0', { nameNodes, blockSize: 0 }, /blockSize: /],
    ['a fraction', { nameNodes, replication: 1.5 }, /replication: /],
    ['a wait of no time', { nameNodes, retry: { base: 0 } }, /retry\.base: /],
    ['a timeout that is text', { nameNodes, timeouts: { idle: '1s' } }, /timeouts\.idle: /],
    ['a token function that is none', { nameNodes, newToken: 'x' }, /newToken: expected a function/],
    ['a host map of URLs', { nameNodes, hostMap: { dn1: 'http://x' } }, /hostMap\.dn1: expected host or host:port/],
    ['a header of two lines', { nameNodes, headers: { a: 'b\r\nc: d' } }, /headers\.a: /],
  ])('are checked at the door: %s', (_what, options, message) => {
    expect(() => new WebHdfs(options as WebHdfsOptions)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('never show what they were given', () => {
    const wrong = { nameNodes: ['ftp://user:hunter2@host'], token: 5, headers: { authorization: 'hunter2\n' } };
    expect(() => new WebHdfs(wrong as unknown as WebHdfsOptions)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  it('have defaults', () => {
    expect(checkWebHdfsOptions({ nameNodes })).toMatchObject({
      httpFs: false,
      timeouts: { connect: 10_000, idle: 60_000 },
      retry: { attempts: 10, base: 500, cap: 15_000, total: 120_000 },
      tls: { verify: true, allowPlainDataNodes: false },
    });
  });

  it.each([
    ['http://nn1', { hostname: 'nn1', port: 80, host: 'nn1:80', base: '' }],
    ['https://nn1/', { port: 443, base: '' }],
    ['http://[::1]:9870/webhdfs/v1/', { hostname: '::1', port: 9870, host: '[::1]:9870', base: '' }],
    ['https://knox:8443/gateway/default', { base: '/gateway/default' }],
    ['http://a:p%40ss@nn1:9870', { authorization: `Basic ${Buffer.from('a:p@ss').toString('base64')}` }],
  ])('take the URL %s', (url, expected) => {
    expect(checkWebHdfsOptions({ nameNodes: [url] }).nameNodes[0]).toMatchObject(expected);
  });
});
