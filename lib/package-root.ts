/** Where this package lies: its files (templates, dns_conf.json) are found from the sources and from `dist` alike. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function find(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json of spot-dns-oa not found');
  return find(parent);
}

export const packageRoot = find(dirname(fileURLToPath(import.meta.url)));

export const packageFile = (path: string): string => join(packageRoot, path);

/** Whether this is a clone of the repository, not an installed package. */
export const isClone = existsSync(packageFile('tsconfig.json'));

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
