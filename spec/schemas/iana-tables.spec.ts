import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadIanaTable } from '../../lib/lookups/iana-tables.js';
import { DNS_QRY_CLASS, DNS_QRY_RCODE, DNS_QRY_TYPE } from '../../schemas/iana-tables.js';
import { IANA_SOURCES, ianaModule } from '../tools/generate-iana.js';

const schemas = (name: string) => fileURLToPath(new URL(`../../schemas/${name}`, import.meta.url));
const spotTable = (name: string) =>
  loadIanaTable(fileURLToPath(new URL(`../lib/lookups/iana/${name}`, import.meta.url)));

describe('the generated IANA tables', () => {
  it('are what their CSV files say', async () => {
    const module = ianaModule(
      await Promise.all(IANA_SOURCES.map(({ file }) => loadIanaTable(schemas(`iana/${file}`)))),
    );
    if (process.env['UPDATE_GENERATED'] === '1') await writeFile(schemas('iana-tables.ts'), module);
    expect(await readFile(schemas('iana-tables.ts'), 'utf8')).toBe(module);
  });

  it.each(IANA_SOURCES)('$file is sorted, one line a code', async ({ file }) => {
    const [header, ...lines] = (await readFile(schemas(`iana/${file}`), 'utf8')).trimEnd().split('\n');
    expect(header).toBe('code,name,meaning,reference');
    const codes = lines.map((line) => Number(line.split(',', 1)[0]));
    expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
  });

  it('keep the names of Spot 1.0', async () => {
    expect(Object.fromEntries(DNS_QRY_CLASS)).toMatchObject(
      Object.fromEntries(await spotTable('spot-dns-qclass.csv')),
    );
    // Not a name but two columns that changed places.
    const types = new Map(await spotTable('spot-dns-qtype.csv'));
    expect(types.get(-1)).toBe('0');
    types.delete(-1);
    expect(Object.fromEntries(DNS_QRY_TYPE)).toMatchObject(Object.fromEntries(types));
    // Registered for one year then, for good since RFC 7873.
    const rcodes = new Map(await spotTable('spot-dns-rcode.csv'));
    expect(rcodes.get(23)).toMatch(/^BADCOOKIE \(TEMPORARY/);
    rcodes.delete(23);
    expect(Object.fromEntries(DNS_QRY_RCODE)).toMatchObject(Object.fromEntries(rcodes));
  });

  it('have the codes registered since', () => {
    const since = { 63: 'ZONEMD', 64: 'SVCB', 65: 'HTTPS', 66: 'DSYNC', 67: 'HHIT', 68: 'BRID', 128: 'NXNAME' };
    const large = { 259: 'DOA', 260: 'AMTRELAY', 261: 'RESINFO', 262: 'WALLET', 263: 'CLA', 264: 'IPN' };
    expect(Object.fromEntries(DNS_QRY_TYPE)).toMatchObject({ ...since, ...large });
    expect(Object.fromEntries(DNS_QRY_RCODE)).toMatchObject({
      11: 'DSOTYPENI',
      16: 'BADVERS/BADSIG',
      23: 'BADCOOKIE',
    });
    expect(DNS_QRY_CLASS.get(65535)).toBe('Reserved');
    expect(DNS_QRY_CLASS.get(6)).toBeUndefined();
  });
});
