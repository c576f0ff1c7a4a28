/**
 * How fast rows become Parquet: batches of 1,000 rows as the steps hand them on (16 columns of enriched DNS, texts cut
 * from a file's lines as `readResults` cuts them), one core; making the rows is not counted.
 */
import { ParquetEncoder } from '../../lib/parquet/encoder.js';
import { columnList, defineColumns, type Row } from '../../schemas/columns.js';

const COLUMNS = defineColumns({
  frame_time: 'string',
  unix_tstamp: 'bigint',
  frame_len: 'bigint?',
  ip_dst: 'string',
  dns_qry_name: 'string',
  dns_qry_class: 'string?',
  dns_qry_type: 'int?',
  dns_qry_rcode: 'int?',
  score: 'double',
  tld: 'string?',
  query_rep: 'string?',
  hh: 'string?',
  dns_qry_class_name: 'string?',
  dns_qry_type_name: 'string?',
  dns_qry_rcode_name: 'string?',
  network_context: 'string?',
});

const BATCH_ROWS = 1000;
const DAY_START = 1_467_936_000;
const SUFFIXES = ['com', 'net', 'org', 'co.uk', 'de', 'io', 'in-addr.arpa'];
const TYPES: readonly (readonly [number, string])[] = [
  [1, 'A'],
  [28, 'AAAA'],
  [16, 'TXT'],
  [12, 'PTR'],
];

/** A sequence that is the same in every run (a linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function batch(from: number, below: (limit: number) => number): Row[] {
  const lines: string[] = [];
  for (let i = 0; i < BATCH_ROWS; i++) {
    const second = (from + i) % 86_400;
    const time = new Date((DAY_START + second) * 1000).toISOString().slice(11, 19);
    // Half of the queries go to a few hundred names, the others to names that hardly come again.
    const name = below(2) === 0 ? `www.site${below(400)}` : `x${below(2 ** 30).toString(36)}.cdn${below(5000)}`;
    const suffix = SUFFIXES[below(SUFFIXES.length)];
    lines.push(
      `Jul  8 2016 ${time}.${100_000_000 + below(900_000_000)} UTC\t${DAY_START + second}\t${60 + below(400)}\t` +
        `10.${below(4)}.${below(16)}.${below(250)}\t${name}.${suffix}\t0x00000001\t${below(TYPES.length)}\t${below(10) === 0 ? 3 : 0}\t` +
        `${below(2 ** 30) / 2 ** 40}\t${suffix}\t\t${time.slice(0, 2)}\t${below(3) === 0 ? 'office' : ''}`,
    );
  }
  // Through bytes and back: the texts are slices of one long text, as they are when a file is read.
  const text = Buffer.from(lines.join('\n')).toString();
  return text.split('\n').map((line) => {
    const field = line.split('\t');
    const [type, typeName] = TYPES[Number(field[6])]!;
    const rcode = Number(field[7]);
    return {
      frame_time: field[0],
      unix_tstamp: Number(field[1]),
      frame_len: Number(field[2]),
      ip_dst: field[3],
      dns_qry_name: field[4],
      dns_qry_class: field[5],
      dns_qry_type: type,
      dns_qry_rcode: rcode,
      score: Number(field[8]),
      tld: field[9],
      query_rep: field[10],
      hh: field[11],
      dns_qry_class_name: 'IN',
      dns_qry_type_name: typeName,
      dns_qry_rcode_name: rcode === 0 ? 'NoError' : 'NXDomain',
      network_context: field[12] || null,
    };
  });
}

/** @returns rows per second of the encoder alone, and the size of the file that they would make */
export async function parquetBench(rows: number): Promise<{ rowsPerSecond: number; bytes: number }> {
  const encoder = new ParquetEncoder(columnList(COLUMNS));
  const below = numbers(1);
  let milliseconds = 0;
  let bytes = 0;
  const timed = (encode: () => Uint8Array[]) => {
    const start = performance.now();
    const ready = encode();
    milliseconds += performance.now() - start;
    for (const part of ready) bytes += part.length;
  };
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const made = batch(from, below).slice(0, rows - from);
    timed(() => encoder.write(made));
    // As in a pipeline, others have their turn between two batches.
    await Promise.resolve();
  }
  timed(() => encoder.end());
  return { rowsPerSecond: (rows / milliseconds) * 1000, bytes };
}
