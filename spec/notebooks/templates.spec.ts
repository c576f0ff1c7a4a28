/** The two notebooks of a day in a real Jupyter: embedded, and with a HiveServer2 as the engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { notebookTemplates, type NotebookRunner } from '../conformance/notebook-templates.js';
import { ClusterHome } from '../conformance/oa-on-cluster.js';
import { PACKAGE } from '../e2e/cli.js';
import { temporaryHomes } from '../e2e/homes.js';
import { loopbackCluster } from '../fakes/loopback-cluster.js';
import { dayFolder, installDeno, makeDay, registered, withGlobalDeno } from './homes.js';
import { executed } from './jupyter.js';
import { notebookTools } from './tools.js';

const homes = temporaryHomes();
jest.setTimeout(300_000);
// The first call on a machine downloads some 200 MB.
beforeAll(() => notebookTools(), 900_000);

const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** A runner of the notebooks in a home; a cell that fails fails the test. */
const inJupyter = (home: string): NotebookRunner => ({
  home,
  async run(name, edit = () => undefined) {
    const cells = await executed(dayFolder(home), `${name}.ipynb`, {
      edit: (all) => edit((id) => all.find((one) => one.id === id)!),
    });
    expect(cells.flatMap(({ id, errors, stderr }) => [...errors, stderr].map((said) => [id, said]))).toEqual(
      cells.map(({ id }) => [id, '']),
    );
    const shown = cells.filter(({ html, plain }) => html !== '' || plain !== '');
    return new Map(shown.map(({ id, html, plain }) => [id, { html, text: plain }]));
  },
});

// `kernel.spec.ts` has DuckDB in a home anywhere; those with servers lie anywhere, too.
notebookTemplates('DuckDB, in the checkout', async () => {
  const home = await mkdtemp(join(PACKAGE, 'dist/home-'));
  stops.push(() => rm(home, { recursive: true, force: true }));
  await makeDay(home);
  expect(await registered(home, await withGlobalDeno(process.env))).toMatchObject({ status: 0 });
  return inJupyter(home);
});

/** Servers of the loopback, in this process: the notebook reaches them through its own HDFS and HiveServer2 clients. */
async function onServers(dialect: 'impala' | 'hive'): Promise<NotebookRunner> {
  const [sample, home] = [await homes.empty(), await homes.empty()];
  await makeDay(sample);
  const cluster = await loopbackCluster(dialect);
  stops.push(() => cluster.stop());
  const on = await new ClusterHome(cluster.on, sample, home).prepare();
  await on.init('--tables', dialect === 'impala' ? 'spot-1.0' : 'documented');
  await on.run();
  await installDeno(home);
  expect(await registered(home)).toMatchObject({ status: 0 });
  return inJupyter(home);
}

notebookTemplates('a loopback Impala', () => onServers('impala'));
notebookTemplates('a loopback Hive', () => onServers('hive'));
