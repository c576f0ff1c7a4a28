/** Analysts on the embedded engine. */
import { join } from 'node:path';
import { openWarehouse } from '../../../lib/open-warehouse.js';
import { analystConformance } from '../../conformance/analyst.js';
import { temporaryFolder } from '../../fakes/temporary-folder.js';

const folder = temporaryFolder();
const place = () =>
  Promise.resolve({
    open: ({ layout }: { layout: 'documented' | 'spot-1.0' }) =>
      openWarehouse({ storage: { type: 'local', root: join(folder.path, 'spot-data') } }, { layout }),
  });

analystConformance('the embedded engine', place, 'documented');
analystConformance('the embedded engine', place, 'spot-1.0');
