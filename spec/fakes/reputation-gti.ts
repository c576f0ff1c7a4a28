/** A small program in place of the GTI reference client: what it does is the name of its server. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `-i` names the file in which it writes down how it was called. */
const PROGRAM = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
const of = (name) => args[args.indexOf(name) + 1];
const stdin = of('-s').startsWith('stdin') ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(of('-i'), JSON.stringify({ args, stdin, variable: process.env.GTI_PASSWORD ?? null }) + '\\n');
let names = [];
try { names = JSON.parse(of('-q')).q.map(({ url }) => url); } catch (error) { console.error(error.message); process.exit(9); }
const rep = (name) => {
  const found = /^rep-?(\\d+)\\./.exec(name);
  return found ? { rep: Number(found[1]), cat: [1, 2, 99] } : {};
};
const answer = () => process.stdout.write(JSON.stringify({ a: names.map(rep) }) + '\\n');
const modes = {
  answers: answer,
  stdin: answer,
  crashes: () => (names.some((name) => name.startsWith('bad')) ? process.exit(11) : answer()),
  slow: () => setTimeout(answer, 50),
  trailing: () => process.stdout.write(JSON.stringify({ a: names.map(rep) }) + '\\u0003'),
  fails: () => { console.error('wrong password ' + of('-p')); process.exit(7); },
  hangs: () => setInterval(() => undefined, 1000),
  garbage: () => process.stdout.write('<html>no</html>'),
  short: () => process.stdout.write('{"a":[]}\\n'),
  words: () => process.stdout.write(JSON.stringify({ a: names.map(() => ({ rep: 'much' })) })),
  floods: () => { const more = () => process.stdout.write('x'.repeat(1 << 20), more); more(); },
};
modes[of('-s')]();
`;

export interface Call {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly variable: string | null;
}

export interface GtiClient {
  readonly refclient: string;
  /** Takes the place of the user's name. */
  readonly log: string;
  calls(): Promise<Call[]>;
}

export async function gtiClient(folder: string): Promise<GtiClient> {
  const [refclient, log] = [join(folder, 'ref client'), join(folder, 'calls.log')];
  await writeFile(refclient, PROGRAM, { mode: 0o755 });
  const calls = async () => {
    const text = await readFile(log, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Call);
  };
  return { refclient, log, calls };
}
