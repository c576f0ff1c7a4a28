import { readFileSync } from 'node:fs';
import { columnList } from '../../schemas/columns.js';
import { confDifferences, parseDnsConf } from '../../schemas/dns-conf.js';
import { dnsResults, dnsScores } from '../../schemas/dns.js';

type Conf = Record<string, Record<string, unknown>>;
const packaged = (): Conf =>
  JSON.parse(readFileSync(new URL('../../schemas/dns_conf.json', import.meta.url), 'utf8')) as Conf;

/** The package's file with one section changed. */
const changed = (section: string, change: Record<string, unknown>) => {
  const conf = packaged();
  return () => parseDnsConf({ ...conf, [section]: { ...conf[section], ...change } }, 'my.json');
};
const invalid = (message: RegExp): Error =>
  expect.objectContaining({ code: 'DNS_CONF_INVALID', message: expect.stringMatching(message) as string }) as Error;

describe('dns_conf.json', () => {
  it('of the package says what the schemas say', () => {
    const conf = parseDnsConf(packaged());
    expect(conf.results).toEqual(dnsResults.columns);
    expect(Object.keys(conf.results)).toEqual(Object.keys(dnsResults.columns));
    expect(conf.scores).toEqual(dnsScores.columns);
    expect(Object.keys(conf.scores)).toEqual(Object.keys(dnsScores.columns));
    expect(conf.reputation).toEqual({ query_rep: 'dns_qry_name' });
  });

  it('may leave frame_len out of the results', () => {
    const names = Object.keys(dnsResults.columns).filter((name) => name !== 'frame_len');
    const fields = Object.fromEntries(names.map((name, i) => [name, i]));
    const conf = parseDnsConf({ ...packaged(), dns_results_fields: fields, add_reputation: { query_rep: 3 } });
    expect(Object.keys(conf.results)).toEqual(names);
    expect(conf.reputation).toEqual({ query_rep: 'dns_qry_name' });
  });

  it('names the file and what is wrong', () => {
    expect(changed('dns_results_fields', { dns_name: 9 })).toThrow(
      invalid(/^my\.json: dns_results_fields: unknown column dns_name/),
    );
    expect(changed('dns_results_fields', { score: 7 })).toThrow(
      invalid(/index 7 is used by dns_qry_rcode and by score/),
    );
    expect(changed('dns_results_fields', { score: 9 })).toThrow(invalid(/index 8 is missing/));
    expect(changed('dns_results_fields', { score: -1 })).toThrow(invalid(/score: expected an index from 0, got -1/));
    expect(changed('dns_score_fields', { tld: '8' })).toThrow(invalid(/tld: expected an index/));
    expect(changed('dns_score_fields', { __proto__x: 15 })).toThrow(invalid(/unknown column/));
    expect(changed('add_reputation', { query_rep: 9 })).toThrow(invalid(/index 9; dns_results_fields ends at 8/));
    expect(changed('add_reputation', { 'a; b': 4 })).toThrow(
      invalid(/add_reputation: "a; b" is no name of a column/),
    );
    expect(changed('add_reputation', { ip_dst: 4 })).toThrow(
      invalid(/add_reputation\.ip_dst: the results have a column of this name/),
    );
    expect(changed('add_reputation', { query_rep: 1 })).toThrow(invalid(/unix_tstamp holds numbers/));
  });

  it('needs every section and every column that the tables need', () => {
    const two = packaged();
    delete two.add_reputation;
    expect(() => parseDnsConf(two)).toThrow(invalid(/add_reputation: expected an object/));
    expect(() => parseDnsConf(null)).toThrow(invalid(/expected an object/));
    const results = { ...packaged().dns_results_fields };
    delete results.score;
    expect(() => parseDnsConf({ ...packaged(), dns_results_fields: results })).toThrow(invalid(/score is missing/));
    expect(() => parseDnsConf({ ...packaged(), dns_score_fields: { frame_time: 0 } })).toThrow(
      invalid(/unix_tstamp is missing/),
    );
  });

  it('tells where an existing table differs', () => {
    const conf = parseDnsConf(packaged());
    expect(confDifferences(conf, columnList(dnsScores.columns))).toEqual([]);
    expect(confDifferences(conf, columnList(dnsScores.spot10!))).toEqual([
      'score is in dns_conf.json only',
      'frame_len is in the table only',
      'ml_score is in the table only',
    ]);
    expect(confDifferences(conf, columnList(dnsScores.columns).reverse())).toEqual([
      'the order of the columns differs',
    ]);
  });
});
