/**
 * The notebooks that a run copies, without Jupyter: valid, and their cells run in Node on the run's own tables. The same
 * tests run on real Jupyter in `spec/notebooks`.
 */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { notebookTemplates, type Cell, type NotebookRunner, type Output } from '../conformance/notebook-templates.js';
import { PACKAGE, start } from './cli.js';
import { DATE, temporaryHomes } from './homes.js';
import { inProcess } from './in-process.js';

type TypedCell = Cell & { readonly cell_type: string };

interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { language: string } };
  cells: { id: string; cell_type: string; source: string[] }[];
}

const homes = temporaryHomes();
const read = async (home: string, name: string): Promise<Notebook> =>
  JSON.parse(await readFile(join(home, 'ipynb/dns', DATE, `${name}.ipynb`), 'utf8')) as Notebook;

/** The code of a cell whose last value is shown, as a kernel does. */
function showing({ id, source }: Cell): string {
  const { statements } = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  const last = statements.at(-1);
  if (last === undefined || !ts.isExpressionStatement(last)) return source;
  return `${source.slice(0, last.getStart())}shown(${JSON.stringify(id)}, ${last.expression.getText()});`;
}

const SHOWN = `
const outputs = [];
function shown(id, value) {
  const display = value?.[Symbol.for('Jupyter.display')]?.() ?? { 'text/plain': String(value) };
  outputs.push([id, { html: display['text/html'] ?? '', text: display['text/plain'] }]);
}
`;

/** Runs the cells as one module in the notebook's folder. */
async function execute(home: string, cells: readonly TypedCell[]): Promise<ReadonlyMap<string, Output>> {
  const code = cells.filter(({ cell_type }) => cell_type === 'code').map(showing);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(code.join('\n'), { compilerOptions });
  const folder = join(home, 'ipynb/dns', DATE);
  const end = `\nawait day.close();\nprocess.stdout.write(JSON.stringify(outputs));\n`;
  await writeFile(join(folder, 'cells.mjs'), SHOWN + outputText + end);
  const { status, stdout, stderr } = await start(process.execPath, ['cells.mjs'], { cwd: folder }).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return new Map(JSON.parse(stdout) as [string, Output][]);
}

async function onDuckDb(): Promise<NotebookRunner> {
  const home = await homes.empty();
  expect((await inProcess(home, 'demo', '--rows', '2000')).status).toBe(0);
  // As an installed package is found from a notebook.
  await mkdir(`${home}/node_modules`);
  await symlink(PACKAGE, `${home}/node_modules/spot-dns-oa`);
  return {
    home,
    run: async (name, edit = () => undefined) => {
      const cells = (await read(home, name)).cells.map((cell): TypedCell => ({
        ...cell,
        source: cell.source.join(''),
      }));
      edit((id) => cells.find((cell) => cell.id === id)!);
      return execute(home, cells);
    },
  };
}

notebookTemplates('DuckDB, in Node', onDuckDb);

describe('notebooks', () => {
  let home: string;
  beforeAll(async () => {
    ({ home } = await onDuckDb());
  });

  it.each(['Advanced_Mode', 'Threat_Investigation'])('%s is valid (nbformat 4.5) without outputs', async (name) => {
    const { nbformat, nbformat_minor, metadata, cells } = await read(home, name);
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
});
