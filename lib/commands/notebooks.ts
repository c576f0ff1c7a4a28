/** `notebooks`: from a finished run to its notebooks, opened in Jupyter. */
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { OaError } from '../../schemas/errors.js';
import { DENO_ADVICE, denoWarning, findDeno, registerKernel } from '../notebook-kernel.js';
import { oneDay } from './analyst.js';
import { parse } from './arguments.js';
import { findJupyter, JUPYTER_ADVICE, runJupyter } from './jupyter.js';
import type { Command, Console } from './main.js';
import { printable } from './terminal.js';

const OPTIONS = {
  date: { type: 'string', short: 'd' },
  'kernel-only': { type: 'boolean' },
} as const;

export const notebooks: Command = {
  help: `notebooks [-d YYYYMMDD|yesterday] [--kernel-only] [-- ARGUMENTS OF JUPYTER]
makes the TypeScript kernel known for this home and opens Jupyter in ipynb/dns/<date>/, by default of the newest day; with
--kernel-only it starts nothing and prints what JUPYTER_PATH is to be`,

  async run(args, console) {
    const at = args.includes('--') ? args.indexOf('--') : args.length;
    const [own, ofJupyter] = [args.slice(0, at), args.slice(at + 1)];
    const { values } = parse(own, OPTIONS);
    const home = values.home ?? '.';
    const date = values.date === undefined ? undefined : oneDay('notebooks', values.date);
    if (values['kernel-only']) {
      if (ofJupyter.length > 0) throw new OaError('USAGE', 'notebooks --kernel-only starts no Jupyter');
      const deno = await findDeno(home);
      if (deno === null) throw missing(true, false);
      return { output: await registered(home, deno, console) };
    }
    const folder = await dayFolder(home, date);
    const [deno, jupyter] = [await findDeno(home), await findJupyter(console.signal)];
    if (deno === null || jupyter === null) throw missing(deno === null, jupyter === null);
    const ours = await registered(home, deno, console);
    const others = process.env.JUPYTER_PATH;
    const env = { ...process.env, JUPYTER_PATH: others ? `${ours}${delimiter}${others}` : ours };
    console.log(`${jupyter.join(' ')} in ${printable(folder)}; Ctrl-C twice ends it`);
    console.signal.throwIfAborted();
    return { output: '', status: await runJupyter(jupyter, ofJupyter, { cwd: folder, env }) };
  },
};

async function registered(home: string, deno: string, { log }: Console): Promise<string> {
  const warning = await denoWarning(deno);
  if (warning !== null) log(`warning: ${printable(warning)}`);
  return registerKernel(home, { deno });
}

/** @throws {OaError} `FILE_NOT_FOUND` where no run has made one */
async function dayFolder(home: string, date?: string): Promise<string> {
  const days = resolve(home, 'ipynb/dns');
  const names = await readdir(days).catch((): string[] => []);
  const wanted = names.filter((name) => (date === undefined ? /^\d{8}$/.test(name) : name === date)).sort();
  for (const folder of wanted.reverse().map((name) => join(days, name)))
    if ((await stat(folder)).isDirectory()) return folder;
  const [place, run] = date === undefined ? [days, 'YYYYMMDD'] : [join(days, date), date];
  throw new OaError(
    'FILE_NOT_FOUND',
    `${place}: expected the notebooks of ${date ?? 'a day'}; spot-dns-oa run -d ${run} puts them there`,
  );
}

function missing(deno: boolean, jupyter: boolean): OaError {
  const what = [...(deno ? [DENO_ADVICE] : []), ...(jupyter ? [JUPYTER_ADVICE] : [])];
  return new OaError('NOTEBOOK_TOOLS_MISSING', `missing: ${what.join('; ')}`);
}
