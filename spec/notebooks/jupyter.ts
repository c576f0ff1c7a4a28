/** Notebooks as an analyst runs them: in their own folder, by a real Jupyter with the kernel that the program registered. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { notebookTools } from './tools.js';

const run = promisify(execFile);

/** Seconds. */
const CELL_PATIENCE = 120;
const NOTEBOOK_PATIENCE = 280;

const EXECUTION = ['--execute', '--allow-errors', `--ExecutePreprocessor.timeout=${CELL_PATIENCE}`];

/** A cell and what came of it; texts of several outputs follow each other. */
export interface ExecutedCell {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly html: string;
  readonly plain: string;
  readonly stdout: string;
  readonly stderr: string;
  /** `name: message` */
  readonly errors: readonly string[];
}

export interface EditedCell {
  readonly id: string;
  type: string;
  source: string;
}

export interface HowExecuted {
  /** Changes cells before they are run, as an analyst would. */
  readonly edit?: (cells: EditedCell[]) => void;
  /** Whether the notebook is saved, with edits and outputs. @default it stays as it is */
  readonly save?: boolean;
}

type Text = string | string[];
interface Output {
  output_type: string;
  name?: string;
  text?: Text;
  data?: Record<string, Text>;
  ename?: string;
  evalue?: string;
}
interface Cell {
  id: string;
  cell_type: string;
  source: Text;
  outputs?: Output[];
  [more: string]: unknown;
}
interface Notebook {
  cells: Cell[];
}

/** Runs a notebook in its folder, which lies in a home whose kernel is registered. */
export async function executed(
  folder: string,
  file: string,
  { edit, save = false }: HowExecuted = {},
): Promise<ExecutedCell[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'spot-dns-oa-jupyter-'));
  const notebook = JSON.parse(await readFile(join(folder, file), 'utf8')) as Notebook;
  const name = save ? file : `${basename(scratch)}.ipynb`;
  try {
    await writeFile(join(folder, name), JSON.stringify(edit ? edited(notebook, edit) : notebook));
    const env = await jupyterEnvironment(scratch, jupyterPathOf(folder));
    const args = ['nbconvert', '--to', 'notebook', '--inplace', ...EXECUTION, name];
    await run('jupyter', args, { cwd: folder, env, timeout: NOTEBOOK_PATIENCE * 1000 });
    return (JSON.parse(await readFile(join(folder, name), 'utf8')) as Notebook).cells.map(outcome);
  } finally {
    if (!save) await rm(join(folder, name), { force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Nothing of this machine's own Jupyter is in it. @param scratch for what Jupyter writes by the way */
export async function jupyterEnvironment(scratch: string, jupyterPath?: string): Promise<NodeJS.ProcessEnv> {
  const own = Object.entries(process.env).filter(([name]) => !/^(JUPYTER|JPY|IPYTHON|npm_|INIT_CWD)/i.test(name));
  const { bin } = await notebookTools();
  return {
    ...Object.fromEntries(own),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    JUPYTER_PATH: jupyterPath,
    ...{ JUPYTER_CONFIG_DIR: scratch, JUPYTER_DATA_DIR: scratch, JUPYTER_RUNTIME_DIR: scratch, IPYTHONDIR: scratch },
    // Outputs without colours can be compared.
    NO_COLOR: '1',
  };
}

function jupyterPathOf(folder: string): string {
  const path = join(folder, '.jupyter');
  if (existsSync(path)) return path;
  if (dirname(folder) === folder) throw new Error('no kernel is registered: notebooks --kernel-only comes first');
  return jupyterPathOf(dirname(folder));
}

function edited(notebook: Notebook, edit: (cells: EditedCell[]) => void): Notebook {
  const cells = notebook.cells.map((cell) => ({ ...cell, type: cell.cell_type, source: textOf(cell.source) }));
  edit(cells);
  const ofType = (type: string) => (type === 'code' ? { outputs: [], execution_count: null } : {});
  return {
    ...notebook,
    cells: cells.map(({ type, ...cell }) => ({ metadata: {}, ...ofType(type), ...cell, cell_type: type })),
  };
}

const textOf = (text: Text | undefined): string => [text ?? ''].flat().join('');

function outcome({ id, cell_type, source, outputs = [] }: Cell): ExecutedCell {
  const data = (kind: string) => outputs.map((output) => textOf(output.data?.[kind])).join('');
  const stream = (name: string) =>
    outputs.map((output) => (output.name === name ? textOf(output.text) : '')).join('');
  return {
    id,
    type: cell_type,
    source: textOf(source),
    html: data('text/html'),
    plain: data('text/plain'),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    errors: outputs.flatMap(({ output_type, ename, evalue }) =>
      output_type === 'error' ? [`${ename}: ${evalue}`] : [],
    ),
  };
}
