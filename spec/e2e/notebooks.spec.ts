/** The notebooks that a run copies: valid, and their code runs on the run's own tables. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import ts from 'typescript';
import { PACKAGE, start } from './cli.js';
import { DATE, rowsOf, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';
import { readFolder, type PlainRow } from './parquet-rows.js';
import { openWarehouse } from '../../lib/open-warehouse.js';
import { dnsThreatInvestigation } from '../../schemas/dns.js';

interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { language: string } };
  cells: { id: string; cell_type: string; source: string[] }[];
}

const homes = temporaryHomes();
let home: string;
const folder = () => `${home}/ipynb/dns/${DATE}`;
beforeAll(async () => {
  home = await homes.empty();
  expect((await inProcess(home, 'demo', '--rows', '2000')).status).toBe(0);
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
  it.each(NAMES)('%s is a valid notebook (nbformat 4.5) without outputs', async (name) => {
    const { nbformat, nbformat_minor, metadata, cells } = await read(name);
    expect([nbformat, nbformat_minor]).toEqual([4, 5]);
    expect(metadata.kernelspec.language).toBe('typescript');
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    for (const { source, ...cell } of cells) {
      const common = { id: expect.stringMatching(/^[\w-]{1,64}$/) as string, metadata: {} };
      expect(cell).toEqual(
        cell.cell_type === 'code'
          ? { ...common, cell_type: 'code', execution_count: null, outputs: [] }
          : { ...common, cell_type: 'markdown' },
      );
      for (const line of source.slice(0, -1)) expect(line).toMatch(/^[^\n]*\n$/);
    }
  });

  it('Advanced_Mode lists the suspicious rows, the most suspicious first, and groups and counts them', async () => {
    const printed = (await execute(codeOf(await read(NAMES[0]!)))).split('\n');
    const scores = await rowsOf(home, 'dns_scores');
    const first = printed.find((line) => line.startsWith('│ 0 '))!;
    expect(first).toContain(`'${String(scores[0]!.frame_time)}' │ '${String(scores[0]!.ip_dst)}'`);
    const busiest = Math.max(...(await rowsOf(home, 'dns_ingest_summary')).map(({ total }) => Number(total)));
    expect(printed.filter((line) => line.includes(`'2016-07-08 `) && line.includes(`│ ${busiest} `))).not.toEqual([]);
  });

  it('Threat_Investigation searches who asked for the most suspicious name on the whole day', async () => {
    const printed = (await execute(codeOf(await read(NAMES[1]!)))).replaceAll(/ +/g, ' ');
    const [{ dns_qry_name: name } = {}] = await rowsOf(home, 'dns_scores');
    const raw: PlainRow[] = [];
    for (let h = 0; h < 24; h++) raw.push(...(await readFolder(`${home}/spot-data/dns/hive/y=2016/m=7/d=8/h=${h}`)));
    const clients = raw.filter((row) => row.dns_qry_name === name).map(({ ip_dst }) => String(ip_dst));
    expect(clients.length).toBeGreaterThan(0);
    for (const client of new Set(clients)) {
      const total = clients.filter((one) => one === client).length;
      expect(printed).toContain(`'${String(name)}' │ '${client}' │ ${total} `);
    }
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
