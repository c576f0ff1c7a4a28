/**
 * Loaded before the program (`node --import`): sends the process the signal END_WITH right before call number END_AT of
 * those that change files; writes the calls to the file END_LOG, where one is named. The links by which the embedded
 * engine holds what it reads are not counted: there is one for each file of the day.
 */
import { appendFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const { END_AT, END_WITH, END_LOG } = process.env;
let calls = 0;

for (const name of ['link', 'mkdir', 'open', 'rename', 'rm', 'unlink', 'writeFile']) {
  const real = files[name];
  files[name] = (...args) => {
    if ((name !== 'open' || args[1] !== 'r') && !String(args[0]).includes('/read-') && name !== 'link') {
      calls += 1;
      if (END_LOG) appendFileSync(END_LOG, `${name}\t${args.join('\t')}\n`);
      if (calls === Number(END_AT)) process.kill(process.pid, END_WITH);
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
