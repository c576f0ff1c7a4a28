import { text } from 'node:stream/consumers';
import type { TlsOptions } from 'node:tls';
import type { WebHdfs, WebHdfsOptions } from '../../../../lib/hdfs2.js';
import { OaError } from '../../../../schemas/errors.js';
import { CA, CLIENT, DATA_NODE, EXPIRED, SERVER } from '../../../fakes/certificates.js';
import { FAST, fakeHdfs } from '../../../fakes/hdfs-fixture.js';

async function failureOf(work: Promise<unknown>): Promise<OaError> {
  const failure = await work.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
  if (!(failure instanceof OaError)) throw new Error('Expected an OaError', { cause: failure });
  return failure;
}

const read = (client: WebHdfs) => text(client.open('/f'));

describe('servers with certificates', () => {
  const hdfs = fakeHdfs({ tls: { nn1: SERVER, dn1: SERVER } });

  it.each<[string, WebHdfsOptions['tls']]>([
    ['signed by who is trusted', { ca: CA }],
    ['signed by who is trusted, told as bytes', { ca: Buffer.from(CA) }],
    ['that nobody looks at', { verify: false }],
  ])('are asked, where they are %s', async (_what, tls) => {
    const client = hdfs.client({ tls });
    await hdfs.put('/f', 'content', client);
    expect(await read(client)).toBe('content');
    expect((await client.list('/')).map(({ name }) => name)).toEqual(['f']);
    expect(await client.checksum('/f')).toMatchObject({ length: 28 });
    expect(client.name).toMatch(/^swebhdfs:/);
    expect(new Set(hdfs.fake.asked.map(({ server }) => server))).toEqual(new Set(['nn1', 'dn1']));
  });

  it('are refused where nothing says that the authority is trusted', async () => {
    const failure = await failureOf(hdfs.client().stat('/'));
    expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
    expect(failure.message).toMatch(/certificate was not accepted.*UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    expect(hdfs.fake).toMatchObject({ connections: 1, asked: [] });
  });
});

describe.each<[string, TlsOptions, string]>([
  ['of another host', DATA_NODE, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['that is out of date', EXPIRED, 'CERT_HAS_EXPIRED'],
])('a certificate %s', (_what, wrong, reason) => {
  const expected = {
    code: 'CONNECTION_FAILED',
    retriable: false,
    message: expect.stringMatching(new RegExp(`certificate was not accepted.*${reason}`)),
  };

  describe('of a NameNode', () => {
    const hdfs = fakeHdfs({ tls: { nn1: wrong, dn1: SERVER } });

    it('is refused at the first try', async () => {
      expect(await failureOf(hdfs.client({ tls: { ca: CA } }).stat('/'))).toMatchObject(expected);
      expect(hdfs.fake).toMatchObject({ connections: 1, asked: [] });
    });

    it('is taken where nobody looks at it', async () => {
      expect(await hdfs.client({ tls: { verify: false } }).exists('/')).toBe(true);
    });
  });

  describe('of a DataNode', () => {
    const hdfs = fakeHdfs({ tls: { nn1: SERVER, dn1: wrong } });

    it('is refused at the first try, to read and to write', async () => {
      hdfs.fake.files.makeUp('/f', 10);
      const client = hdfs.client({ tls: { ca: CA } });
      expect(await failureOf(read(client))).toMatchObject(expected);
      expect(hdfs.fake.connections).toBe(2);
      expect(await failureOf(hdfs.put('/g', 'content', client))).toMatchObject(expected);
      // One more to the DataNode; the NameNode's is kept.
      expect(hdfs.fake.connections).toBe(3);
      expect(new Set(hdfs.fake.asked.map(({ server }) => server))).toEqual(new Set(['nn1']));
    });
  });
});

describe('servers that want to see a certificate', () => {
  const strict = { ...SERVER, ca: CA, requestCert: true, rejectUnauthorized: true };
  const hdfs = fakeHdfs({ tls: { nn1: strict, dn1: strict } });

  it('are shown one, whose key has a password', async () => {
    const client = hdfs.client({ tls: { ca: CA, ...CLIENT } });
    await hdfs.put('/f', 'content', client);
    expect(await read(client)).toBe('content');
  });

  it('refuse who has none', async () => {
    const failure = await failureOf(hdfs.client({ tls: { ca: CA } }).stat('/'));
    expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
    expect(failure.message).toMatch(/CERTIFICATE_REQUIRED/);
    expect(hdfs.fake).toMatchObject({ connections: 1, asked: [] });
  });

  it.each<[string, WebHdfsOptions['tls'], RegExp]>([
    ['a wrong password', { ...CLIENT, passphrase: 'hunter22' }, /passphrase.*bad decrypt/],
    ['no password', { ...CLIENT, passphrase: undefined }, /passphrase.*bad decrypt/],
    [
      'the key of another',
      { ...CLIENT, key: SERVER.key, passphrase: undefined },
      /belong together \(key values mismatch/,
    ],
    ['an authority that is none', { ca: 'hunter22' }, /expected a certificate as ca/],
    ['a certificate that is none', { cert: 'hunter22', key: SERVER.key }, /cert, key and passphrase/],
    ['a certificate without its key', { cert: CLIENT.cert }, /expected cert and key, or neither/],
  ])('%s is told at the door', (_what, tls, message) => {
    const make = () => hdfs.client({ tls: { ca: CA, ...tls } });
    expect(make).toThrow(OaError);
    expect(make).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringMatching(message) }),
    );
    expect(make).not.toThrow(/hunter22/);
  });
});

describe('a NameNode with https and a DataNode without', () => {
  const hdfs = fakeHdfs({ tls: { nn1: SERVER } });

  it('is not followed, unless that is allowed', async () => {
    hdfs.fake.files.makeUp('/f', 10);
    const failures = [read(hdfs.client({ tls: { ca: CA } })), hdfs.put('/g', 'x', hdfs.client({ tls: { ca: CA } }))];
    for (const failure of await Promise.all(failures.map(failureOf)))
      expect(failure).toMatchObject({
        code: 'STORAGE_FAILED',
        retriable: false,
        message: expect.stringContaining('tls.allowPlainDataNodes'),
      });
    expect(hdfs.fake.operations(/dn/)).toEqual([]);
    const client = hdfs.client({ tls: { ca: CA, allowPlainDataNodes: true } });
    await hdfs.put('/g', 'content', client);
    expect(await text(client.open('/g'))).toBe('content');
  });
});

describe('a DataNode that is somewhere else', () => {
  describe.each(['dn1.cluster', '10.0.0.7'])('called %s', (name) => {
    const hostMap = { [name]: '127.0.0.1' };

    describe('and has the certificate of that name', () => {
      const hdfs = fakeHdfs({ tls: { nn1: SERVER, dn1: DATA_NODE } });

      it('is believed', async () => {
        hdfs.fake.dataNodeHost = name;
        const client = hdfs.client({ hostMap, tls: { ca: CA } });
        await hdfs.put('/f', 'content', client);
        expect(await read(client)).toBe('content');
      });
    });

    describe('and has the certificate of where it is', () => {
      const hdfs = fakeHdfs({ tls: { nn1: SERVER, dn1: SERVER } });

      it('is not believed', async () => {
        hdfs.fake.dataNodeHost = name;
        hdfs.fake.files.makeUp('/f', 10);
        const failure = await failureOf(read(hdfs.client({ hostMap, tls: { ca: CA } })));
        expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
        expect(failure.message).toMatch(/ALTNAME_INVALID/);
      });
    });
  });
});

describe('a server without https', () => {
  const hdfs = fakeHdfs();

  it('that is asked with it says so at once', async () => {
    const nameNodes = hdfs.fake.nameNodes.map((url) => url.replace('http:', 'https:'));
    const failure = await failureOf(hdfs.client({ nameNodes, retry: { ...FAST, attempts: 3 } }).stat('/'));
    expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', retriable: false });
    expect(failure.message).toMatch(/TLS could not be agreed on: wrong version number \(/);
    expect(hdfs.fake.connections).toBe(1);
  });
});
