/** The servers' certificate: for `localhost` and 127.0.0.1, made anew for each cluster, signed by itself. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const KEY_STORE = { file: 'key-store.p12', type: 'pkcs12', password: 'only for tests' } as const;
/** The same certificate as PEM, for clients. */
export const CERTIFICATE = 'certificate.pem';

/** @param java beside it, or with it on the `PATH`, is `keytool` */
export async function makeKeyStore(java: string, folder: string): Promise<void> {
  const keytool = join(dirname(java), 'keytool');
  const store = [
    ...['-keystore', join(folder, KEY_STORE.file), '-storetype', KEY_STORE.type, '-storepass', KEY_STORE.password],
    ...['-alias', 'server'],
  ];
  const names = 'SAN=dns:localhost,ip:127.0.0.1';
  await run(keytool, [
    '-genkeypair',
    '-keyalg',
    'EC',
    '-groupname',
    'secp256r1',
    '-dname',
    'CN=localhost',
    '-ext',
    names,
    ...store,
  ]);
  await run(keytool, ['-exportcert', '-rfc', '-file', join(folder, CERTIFICATE), ...store]);
}
