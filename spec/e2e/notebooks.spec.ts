/** The notebooks that a run copies: valid, and their code runs on the run's own tables. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import ts from 'typescript';
import { cli, PACKAGE, start } from './cli.js';
import { DATE, rowsOf, temporaryHomes } from './homes.js';
import { openWarehouse } from '../../lib/open-warehouse.js';
import { dnsThreatInvestigation } from '../../schemas/dns.js';

interface Notebook {
  nbformat: number;
  metadata: { kernelspec: { language: string } };
  cells: { id: string; cell_type: string; source: string[]; outputs?: unknown[] }[];
}

const homes = temporaryHomes();
let home: string;
const folder = () => `${home}/ipynb/dns/${DATE}`;
beforeAll(async () => {
  home = await homes.empty();
  expect((await cli(home, 'demo', '--rows', '2000')).status).toBe(0);
  // As an installed package is found from a notebook.
  await mkdir(`${home}/node_modules`);
  await symlink(PACKAGE, `${home}/node_modules/spot-dns-oa`);
});

const read = async (name: string): Promise<Notebook> =>
  JSON.parse(await readFile(`${folder()}/${name}`, 'utf8')) as Notebook;
const codeOf = ({ cells }: Notebook): string =>
  cells
    .filter((cell) => cell.cell_type === 'code')
    .map(({ source }) => source.join(''))
    .join('\n');

/** Runs the code of a notebook in its folder, as a kernel does. */
async function execute(code: string): Promise<string> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  await writeFile(`${folder()}/cells.mjs`, ts.transpileModule(code, { compilerOptions: options }).outputText);
  const { status, stdout, stderr } = await start(process.execPath, ['cells.mjs'], { cwd: folder() }).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const NAMES = ['Advanced_Mode.ipynb', 'Threat_Investigation.ipynb'];

describe('notebooks', () => {
  it.each(NAMES)('%s is a valid notebook without outputs', async (name) => {
    const { nbformat, metadata, cells } = await read(name);
    expect(nbformat).toBe(4);
    expect(metadata.kernelspec.language).toBe('typescript');
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    for (const cell of cells) if (cell.cell_type === 'code') expect(cell.outputs).toEqual([]);
  });

  it('Advanced_Mode lists the suspicious rows', async () => {
    const printed = await execute(codeOf(await read(NAMES[0]!)));
    const [first] = await rowsOf(home, 'dns_ingest_summary');
    expect(printed).toContain('dns_qry_name');
    expect(printed).toContain('tdate');
    expect(first).toBeDefined();
  });

  it('Threat_Investigation searches who else asked for a name', async () => {
    expect(await execute(codeOf(await read(NAMES[1]!)))).toContain('total');
  });

  it('Advanced_Mode has the reset, labelled and commented out; without the slashes it empties the day', async () => {
    const warehouse = await openWarehouse({ storage: { type: 'local', root: `${home}/spot-data` } });
    const writer = await warehouse.openPartition(dnsThreatInvestigation, { date: DATE });
    await writer.write([{ unix_tstamp: 1, ip_dst: '10.0.0.1', dns_qry_name: 'a.example', ip_sev: 1, dns_sev: 0 }]);
    await writer.commit();
    await warehouse.close();
    const notebook = await read(NAMES[0]!);
    const label = notebook.cells.findIndex(({ source }) => source.join('').startsWith('## Reset scored connections'));
    const reset = notebook.cells[label + 1]!.source.join('');
    expect(reset).toBe('// await day.resetScores();');
    await execute(codeOf(notebook));
    expect(await rowsOf(home, 'dns_threat_investigation')).toHaveLength(1);
    await execute(codeOf(notebook).replace('// await day.resetScores', 'await day.resetScores'));
    expect(await rowsOf(home, 'dns_threat_investigation')).toHaveLength(0);
  });
});
