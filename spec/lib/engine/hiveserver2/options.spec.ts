import { HiveServer2, type HiveServer2Options } from '../../../../lib/engine/hiveserver2.js';
import { checkHiveServer2Options } from '../../../../lib/engine/hiveserver2/options.js';

const options = (more: object) => ({ dialect: 'impala', hosts: ['one'], ...more }) as HiveServer2Options;

describe('options', () => {
  it.each<[object, string]>([
    [{ dialect: 'spark' }, 'dialect: expected impala or hive'],
    [{ dialect: undefined }, 'dialect: expected impala or hive'],
    [{ hosts: [] }, 'hosts: expected a list'],
    [{ hosts: undefined }, 'hosts: expected a list'],
    [{ hosts: ['http://one:1'] }, 'hosts: expected host, host:port'],
    [{ hosts: ['one:99999'] }, 'hosts: expected host, host:port'],
    [{ hosts: ['one', 7] }, 'hosts: expected host, host:port'],
    [{ hosts: ['one:0'] }, 'hosts: expected host, host:port'],
    [{ port: 0 }, 'port: expected an integer from 1 to 65535'],
    [{ database: 'a b' }, 'database: expected letters, digits and _'],
    [{ auth: 'kerberos' }, 'auth: expected nosasl or plain'],
    [{ user: '' }, 'user: expected a name'],
    [{ user: 'a\0b' }, 'user: expected a name'],
    [{ password: '' }, 'password: expected a text that is not empty'],
    [{ transport: 'udp' }, 'transport: expected binary or http'],
    [{ httpPath: 'cliservice' }, 'httpPath: expected a path like /cliservice'],
    [{ httpPath: '/a b' }, 'httpPath: expected a path like /cliservice'],
    [{ tls: true }, 'tls: expected an object'],
    [{ tls: { ca: 5 } }, 'tls.ca: expected PEM text or a buffer'],
    [{ tls: { verify: 'no' } }, 'tls.verify: expected true or false'],
    [{ tls: { rejectUnauthorized: false } }, 'tls.rejectUnauthorized: is no option; expected ca, cert'],
    [{ tls: { cert: 'x' } }, 'tls: expected cert and key, or neither'],
    [{ options: { a: 1 } }, 'options: expected names and their values, all texts'],
    [{ timeouts: { open: 0 } }, 'timeouts.open: expected an integer from 1 to 2147483647'],
    [{ timeouts: { connect: 5 } }, 'timeouts.connect: is no option'],
    [{ pageRows: 0 }, 'pageRows: expected an integer from 1 to 1000000'],
    [{ host: 'one' }, 'host: is no option; expected dialect, hosts'],
  ])('%j: %s', (more, message) => {
    expect(() => new HiveServer2(options(more))).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining(`HiveServer2: ${message}`),
      }),
    );
  });

  it('that are wrong are not shown', () => {
    const wrong = options({ password: 5, tls: { key: 'SECRET' }, hosts: ['user:secret@one'] });
    expect(() => new HiveServer2(wrong)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/secret/i) }),
    );
  });

  it('have defaults by dialect and transport', () => {
    const of = (more: object) => checkHiveServer2Options(options(more));
    expect(of({})).toMatchObject({ auth: 'nosasl', transport: 'binary', httpPath: '/cliservice', configuration: {} });
    expect(of({ user: undefined }).user).not.toBe('');
    expect(of({ dialect: 'hive' })).toMatchObject({ auth: 'plain', password: 'anonymous' });
    const ports = [
      {},
      { transport: 'http' },
      { dialect: 'hive' },
      { dialect: 'hive', transport: 'http' },
      { port: 7 },
    ];
    expect(ports.map((more) => of(more).hosts[0]!.port)).toEqual([21050, 28000, 10000, 10001, 7]);
  });

  it('name hosts with and without ports', () => {
    const hosts = ['one', 'two.example:7', '[::1]:8', '[fe80::1]', '127.0.0.1'];
    expect(checkHiveServer2Options(options({ hosts })).hosts).toEqual([
      { host: 'one', port: 21050, server: 'one:21050' },
      { host: 'two.example', port: 7, server: 'two.example:7' },
      { host: '::1', port: 8, server: '[::1]:8' },
      { host: 'fe80::1', port: 21050, server: '[fe80::1]:21050' },
      { host: '127.0.0.1', port: 21050, server: '127.0.0.1:21050' },
    ]);
  });
});
