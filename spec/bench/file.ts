/** The file of the benchmarks: a results file of the wanted number of rows, made once. */
import { once } from 'node:events';
import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { parseDay } from '../../schemas/days.js';
import { dnsResults } from '../../schemas/dns.js';
import { sampleDay } from '../../lib/demo/sample-day.js';
import { resultLine } from '../../streams/calculations/result-line.js';

/** Rows made at once; more of them are the same rows with other scores. */
const DAY_ROWS = 1_000_000;

export async function resultsFile(folder: string, rows: number): Promise<string> {
  const path = `${folder}/dns_results-${rows}.csv`;
  if (existsSync(path)) return path;
  const out = createWriteStream(`${path}.part`);
  const columns = Object.keys(dnsResults.columns);
  let written = 0;
  while (written < rows) {
    const day = sampleDay(parseDay('20160708'), { rows: Math.max(1000, Math.min(DAY_ROWS, rows - written)) });
    for (const { rows: hour } of day.hours()) {
      let text = '';
      for (const row of hour) {
        if (written === rows) break;
        // spot-ml drops rows without a name or client; the other missing values stay.
        if (!row.dns_qry_name || !row.ip_dst || row.frame_time === null || row.unix_tstamp === null) continue;
        written += 1;
        text += resultLine({ ...row, dns_qry_class: row.dns_qry_class ?? '', score: written * 1.1e-9 }, columns);
      }
      if (!out.write(text)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
  renameSync(`${path}.part`, path);
  return path;
}
