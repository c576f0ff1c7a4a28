import { severity } from '../../../streams/transforms/severity.js';
import { fieldsAdded } from '../../fakes/rows-through.js';

const row = (dns_qry_name: string | null, ip_dst: string | null) => ({ dns_qry_name, ip_dst });
const scored = { names: new Map([['bad.example', 1]]), clients: new Map([['10.0.2.15', 3]]) };

describe('severity', () => {
  it('is 0 unless an analyst has scored the name or the client', async () => {
    const rows = [
      row('bad.example', '10.0.2.15'),
      row('bad.example', '10.0.2.16'),
      row('www.bad.example', '10.0.2.15'),
      row('BAD.example', '10.0.2.150'),
    ];
    expect(await fieldsAdded(rows, severity(scored))).toEqual([
      { dns_sev: 1, ip_sev: 3 },
      { dns_sev: 1, ip_sev: 0 },
      { dns_sev: 0, ip_sev: 3 },
      { dns_sev: 0, ip_sev: 0 },
    ]);
  });

  it('is 0 everywhere without scores, and where there is no name or client', async () => {
    expect(await fieldsAdded([row('bad.example', '10.0.2.15')], severity())).toEqual([{ dns_sev: 0, ip_sev: 0 }]);
    expect(await fieldsAdded([row(null, null)], severity(scored))).toEqual([{ dns_sev: 0, ip_sev: 0 }]);
  });

  it('reads and writes the columns that it is told', async () => {
    const step = severity(scored, { name: 'host', client: 'clientip', nameAs: 'host_sev', clientAs: 'client_sev' });
    expect(step.needs).toEqual({ host: 'string?', clientip: 'string?' });
    expect(step.adds).toEqual({ host_sev: 'int', client_sev: 'int' });
    expect(await fieldsAdded([{ host: 'bad.example', clientip: '10.0.2.15' }], step)).toEqual([
      { host_sev: 1, client_sev: 3 },
    ]);
    expect(severity().adds).toEqual({ dns_sev: 'int', ip_sev: 'int' });
  });
});
