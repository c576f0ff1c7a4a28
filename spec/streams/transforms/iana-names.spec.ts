import { codeName, ianaNames } from '../../../streams/transforms/iana-names.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

const codes = (dns_qry_class: unknown, dns_qry_type: unknown, dns_qry_rcode: unknown) => ({
  dns_qry_class,
  dns_qry_type,
  dns_qry_rcode,
});
const named = (dns_qry_class_name: unknown, dns_qry_type_name: unknown, dns_qry_rcode_name: unknown) => ({
  dns_qry_class_name,
  dns_qry_type_name,
  dns_qry_rcode_name,
});

describe('ianaNames', () => {
  it('names classes in decimal and hexadecimal, types and response codes', async () => {
    const rows = [codes('0x00000001', 1, 0), codes('1', 28, 3), codes('0x3', 16, 2), codes('0xFF', 255, 5)];
    expect(await fieldsAdded(rows, ianaNames())).toEqual([
      named('Internet (IN)', 'A', 'NoError'),
      named('Internet (IN)', 'AAAA', 'NXDomain'),
      named('Chaos (CH)', 'TXT', 'ServFail'),
      named('QCLASS * (ANY)', '*', 'Refused'),
    ]);
  });

  it('shows a code that it does not know, and nothing where there is none', async () => {
    const rows = [codes('0x000000AB', 60_000, 999), codes(null, null, null), codes('', -2, -2), codes('IN', 0, 0)];
    expect(await fieldsAdded(rows, ianaNames())).toEqual([
      named('Unknown (0x000000AB)', 'Unknown (60000)', 'Unknown (999)'),
      named(null, null, null),
      named(null, 'Unknown (-2)', 'Unknown (-2)'),
      named('Unknown (IN)', 'Reserved', 'NoError'),
    ]);
  });

  it('takes other tables, one or all', async () => {
    const step = ianaNames({ dns_qry_type: new Map([[1, 'Address']]) });
    expect(await fieldsAdded([codes('1', 1, 0), codes('1', 28, 0)], step)).toEqual([
      named('Internet (IN)', 'Address', 'NoError'),
      named('Internet (IN)', 'Unknown (28)', 'NoError'),
    ]);
  });

  it('reads and writes the columns that it is told', async () => {
    const fields = { class: 'c', type: 't', rcode: 'r', classAs: 'cn', typeAs: 'tn', rcodeAs: 'rn' } as const;
    const step = ianaNames({}, fields);
    expect(step.needs).toEqual({ c: 'string?', t: 'int?', r: 'int?' });
    expect(step.adds).toEqual({ cn: 'string?', tn: 'string?', rn: 'string?' });
    expect(await fieldsAdded([{ c: '1', t: 1, r: 0 }], step)).toEqual([
      { cn: 'Internet (IN)', tn: 'A', rn: 'NoError' },
    ]);
    const some = ianaNames({}, { type: 'qtype' });
    expect(some.needs).toEqual({ dns_qry_class: 'string?', qtype: 'int?', dns_qry_rcode: 'int?' });
  });
});

describe('codeName', () => {
  const status = new Map([[404, 'Not Found']]);

  it('names one code of any table', async () => {
    const step = codeName('respcode', 'respcode_name', status);
    expect([step.needs, step.adds]).toEqual([{ respcode: 'int?' }, { respcode_name: 'string?' }]);
    const rows = [{ respcode: 404 }, { respcode: 299 }, { respcode: null }];
    expect((await fieldsAdded(rows, step)).map((row) => row['respcode_name'])).toEqual([
      'Not Found',
      'Unknown (299)',
      null,
    ]);
  });

  it('reads codes that are text', async () => {
    const step = codeName('respcode', 'respcode_name', status, 'string?');
    expect(step.needs).toEqual({ respcode: 'string?' });
    const rows = ['404', '0x194', '299', '-', '', null].map((respcode) => ({ respcode }));
    expect((await fieldsAdded(rows, step)).map((row) => row['respcode_name'])).toEqual([
      'Not Found',
      'Not Found',
      'Unknown (299)',
      'Unknown (-)',
      null,
      null,
    ]);
  });
});
