import { tld } from '../../../streams/transforms/tld.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

const ofName = async (name: string | null, options?: Parameters<typeof tld>[0]) =>
  (await fieldsAdded([{ dns_qry_name: name }], tld(options)))[0]!['tld'];

describe('tld', () => {
  it('is the public suffix, as the design document says', async () => {
    expect(await ofName('www.google.co.uk')).toBe('co.uk');
    expect(await ofName('foo.blogspot.com')).toBe('com');
  });

  it('is what Spot 1.0 stored, where that is wanted', async () => {
    expect(await ofName('www.google.co.uk', { of: 'registrable-domain' })).toBe('google.co.uk');
    expect(await ofName('foo.blogspot.com', { of: 'registrable-domain' })).toBe('foo.blogspot.com');
    expect(await ofName('foo.blogspot.com', { of: 'registrable-domain', privateSuffixes: false })).toBe(
      'blogspot.com',
    );
  });

  it('counts private suffixes where they are wanted', async () => {
    expect(await ofName('foo.blogspot.com', { privateSuffixes: true })).toBe('blogspot.com');
    expect(await ofName('foo.blogspot.com', { of: 'public-suffix', privateSuffixes: false })).toBe('com');
  });

  it('is empty without a name', async () => {
    expect(await ofName(null)).toBe('');
    expect(await ofName('')).toBe('');
    expect(await ofName(null, { of: 'registrable-domain' })).toBe('');
  });

  it('reads and writes the columns that it is told', async () => {
    const step = tld({ name: 'host', as: 'host_suffix' });
    expect([step.needs, step.adds]).toEqual([{ host: 'string?' }, { host_suffix: 'string' }]);
    expect(await fieldsAdded([{ host: 'a.example.org' }], step)).toEqual([{ host_suffix: 'org' }]);
    expect(tld()).toMatchObject({ needs: { dns_qry_name: 'string?' }, adds: { tld: 'string' } });
  });
});
