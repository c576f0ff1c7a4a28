/**
 * Takes the place of Spot's `start_oa.py` in scripts that call it: `start-oa -d YYYYMMDD -t dns -l 500`.
 * The warehouse is ./spot-data; data/ and ipynb/ are made in the current folder.
 */
import { parseArgs } from 'node:util';
import { ERRORS, OaError, runDnsOa } from 'spot-dns-oa';

const USAGE = `usage: start-oa -d DATE -t TYPE [-l LIMIT]
  -d, --date   the day, YYYYMMDD
  -t, --type   dns
  -l, --limit  rows of the results, the most suspicious first; default 500`;

function parseCommandLine() {
  try {
    const { values } = parseArgs({
      options: {
        date: { type: 'string', short: 'd' },
        type: { type: 'string', short: 't' },
        limit: { type: 'string', short: 'l', default: '500' },
      },
    });
    if (values.date !== undefined && values.type === 'dns') return { date: values.date, limit: Number(values.limit) };
  } catch {
    // An option that is none: the usage says which there are.
  }
  return null;
}

const given = parseCommandLine();
if (given === null) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    const { rows, tables } = await runDnsOa({
      ...given,
      onProgress: ({ step, name, rows }) => rows === undefined && console.error(`step ${step}: ${name}`),
      onWarning: ({ code, message }) => console.error(`warning: ${code}: ${message}`),
    });
    console.log(`${rows.written} of ${rows.read} rows written`);
    for (const [table, count] of Object.entries(tables)) console.log(`${table}: ${count}`);
  } catch (error) {
    if (!(error instanceof OaError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = ERRORS[error.code].exit;
  }
}
