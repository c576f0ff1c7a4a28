/** What `doctor` asks of an engine of the cluster: whether it answers, and whether it can take what a run stages. */
import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { parseDay } from '../../schemas/days.js';
import { asOaError, OaError } from '../../schemas/errors.js';
import { defineTable, type TableDefinition } from '../../schemas/tables.js';
import { ClusterWarehouse } from '../cluster-warehouse.js';
import { totalsQuery } from '../engine/dns-queries.js';
import type { ClusterSettings } from '../engine/engine-settings.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import type { Check } from './doctor.js';

/** Any day: the scratch table is no other's. */
const DATE = '19700101';

export function clusterChecks(settings: ClusterSettings, open: () => Promise<OpenWarehouse>): Check[] {
  return [
    {
      name: 'engine',
      remedy:
        'Correct engine.host, engine.port, engine.auth, engine.tls and engine.database (DBENGINE, IMPALA_DEM, HS2_HOST, DBNAME of spot.conf); a database that is missing is made by init.',
      basis: 'engine',
      run: () => version(settings, open),
    },
    {
      name: 'load',
      remedy:
        'A run writes each table to the staging folder, and the engine’s own user moves the file away from there.',
      run: () => loadOneRow(open),
    },
  ];
}

async function version({ type, database }: ClusterSettings, open: () => Promise<OpenWarehouse>): Promise<string> {
  const { engine } = await open();
  for await (const [row] of engine.pages('SELECT version() AS version'))
    return `${type}, database ${database}: ${String(row?.version)}`;
  return type;
}

/** What a run needs is done once, with a table that is gone afterwards; what fails first is told. */
async function loadOneRow(open: () => Promise<OpenWarehouse>): Promise<string> {
  const warehouse = await open();
  if (!(warehouse instanceof ClusterWarehouse)) throw new OaError('INTERNAL', 'the engine is not one of the cluster');
  const table = scratchTable();
  await makeFolder(warehouse, table);
  const staging = posix.join(warehouse.root, 'dns/staging');
  const scratch = warehouse.withTables([table]);
  const { engine } = scratch;
  await engine.execute(engine.dialect.createManagedTable(table));
  try {
    const writer = await scratch.openPartition(table, { date: DATE });
    try {
      await told(`${staging} cannot be written by this user`, () => writer.write([{ checked: 1 }]));
      await told(
        `the engine could not load what was staged in ${staging}: let its user write there (storage.staging.acl, for example user:impala:rwx)`,
        () => writer.commit(),
      );
    } catch (error) {
      await writer.abort();
      throw error;
    }
    for await (const [row] of engine.pages(totalsQuery(engine.dialect, [table], parseDay(DATE))))
      if (row?.total === 1) return 'one row was staged, loaded and read back';
    throw new OaError('QUERY_FAILED', 'one row was staged and loaded, and another number was read back');
  } finally {
    await engine.execute(engine.dialect.dropTable(table));
  }
}

/** Folders of the tables are made by the engine. An empty one goes without any right in it. */
async function makeFolder({ engine, root, location, storage }: ClusterWarehouse, table: TableDefinition) {
  const where = posix.join(root, table.folder);
  const create = engine.dialect.createTable(table, { layout: 'documented', root: location });
  await told(`the engine's user cannot make a table in ${posix.dirname(where)}: let it write there`, () =>
    engine.execute(create),
  );
  await engine.execute(engine.dialect.dropTable(table));
  await storage.delete(where);
}

const scratchTable = (): TableDefinition => {
  const name = `oa_doctor_${randomBytes(4).toString('hex')}`;
  return defineTable({ name, folder: `dns/hive/oa/${name}`, columns: { checked: 'int' } });
};

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code, message } = asOaError(thrown);
    throw new OaError(code, `${what}. The answer was: ${message}`, { cause: thrown });
  }
}
