/** The generated files are those that the code gives now. `npm run docs` writes them again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { configSchema } from '../lib/settings.js';
import { errorsPage, tablesPage } from './tools/generate-docs.js';

const FILES: readonly (readonly [string, () => string])[] = [
  ['docs/errors.md', errorsPage],
  ['docs/tables.md', tablesPage],
  ['schemas/config.schema.json', configSchema],
];

describe('generated files', () => {
  it.each(FILES)('%s is current (npm run docs writes it)', (path, text) => {
    const file = new URL(`../${path}`, import.meta.url);
    if (process.env.UPDATE_GENERATED === '1') writeFileSync(file, text());
    expect(readFileSync(file, 'utf8')).toBe(text());
  });

  it('names every error code once', () => {
    expect(errorsPage().match(/^\| `[A-Z_]+`/gm)!.length).toBeGreaterThan(20);
  });
});
