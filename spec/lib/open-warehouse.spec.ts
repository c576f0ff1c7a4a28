import { openWarehouse } from '../../lib/open-warehouse.js';
import { engineTablesConformance } from '../conformance/engine-tables.js';
import { hostileTexts, stored } from '../fakes/hostile.js';
import { temporaryFolder } from '../fakes/temporary-folder.js';

const temporary = temporaryFolder();

engineTablesConformance('the embedded warehouse', async () => ({
  open: ({ layout }) => openWarehouse({ storage: { type: 'local', root: temporary.path } }, { layout }),
}));

describe('hostile texts', () => {
  it('are the same ones every time, as many as are wanted, each stored unlike the others', () => {
    const texts = hostileTexts(300);
    expect(texts).toEqual(hostileTexts(300));
    expect(new Set(texts.map(stored)).size).toBe(300);
    for (const one of ['${env:HOME}', "'; DROP TABLE x; --", '\0', '\\']) expect(texts).toContain(one);
    expect(texts.filter((text) => stored(text) !== text).length).toBeGreaterThan(10);
  });
});
