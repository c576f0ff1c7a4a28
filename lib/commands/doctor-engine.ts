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

/** Every right that a run needs is used once, on a table that is gone afterwards; what fails first is told. */
async function loadOneRow(open: () => Promise<OpenWarehouse>): Promise<string> {
  const warehouse = await open();
  if (!(warehouse instanceof ClusterWarehouse)) throw new OaError('INTERNAL', 'the engine is not one of the cluster');
  const table = scratchTable();
  const where = posix.join(warehouse.root, table.folder);
  const staging = posix.join(warehouse.root, 'dns/staging');
  const scratch = warehouse.withTables([table]);
  try {
    const { dialect } = scratch.engine;
    const create = dialect.createTable(table, { layout: 'documented', root: warehouse.location });
    await told(`a table cannot be made in ${where}: let the engine’s user write in ${posix.dirname(where)}`, () =>
      scratch.engine.execute(create),
    );
    const writer = await scratch.openPartition(table, { date: DATE });
    try {
      await told(`${staging} cannot be written by this user`, () => writer.write([{ checked: 1 }]));
      await told(
        `the file was staged in ${staging}, and the engine could not load it: let its user write there (storage.staging.acl, for example user:impala:rwx), and read the file`,
        () => writer.commit(),
      );
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const sql = totalsQuery(warehouse.engine.dialect, [table], parseDay(DATE));
    for await (const [row] of warehouse.engine.pages(sql))
      if (row?.total === 1) return `one row was staged, loaded into ${where} and read back`;
    throw new OaError('QUERY_FAILED', `one row was loaded into ${where}, and another number was read back`);
  } finally {
    await scratch.engine.execute(scratch.engine.dialect.dropTable(table));
    await warehouse.storage.delete(where).catch(() => undefined);
  }
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
