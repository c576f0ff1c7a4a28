/** The everyday traffic of the sample day. Each row is made from its hour and number alone, so some can be made twice. */
import type { Day } from '../../schemas/days.js';
import type { DnsRow } from '../../schemas/dns.js';
import { everydayNames } from './everyday-names.js';
import { CLIENTS } from './network.js';
import { evenShare, Random, zipf } from './random.js';
import { HOUR, RCODE, response, TYPE, type Response } from './response.js';

/** Traffic at the start of each hour, UTC, in no unit: an office day. The last is the next midnight. */
const LEVELS = [3, 2.5, 2, 2, 2, 2.5, 4, 8, 14, 18, 20, 19, 15, 17, 19, 18, 16, 12, 9, 8, 7, 6, 5, 4, 3] as const;

/** One row in so many lacks a value: a capture is never perfect. */
const INCOMPLETE = 400;
const FIRST_INCOMPLETE = 2;

/** What the generators of the day are keyed by, beside the seed. */
const [NAMES, TIMES, ROWS] = [1, 2, 3];

/** Where in an hour (0 to 1) a share of its traffic has passed, when traffic goes from one level to another in a line. */
function momentOf(share: number, from: number, to: number): number {
  if (from === to) return share;
  return (Math.sqrt(from * from + (to * to - from * from) * share) - from) / (to - from);
}

export interface EverydayOptions {
  readonly day: Day;
  readonly seed: number;
  /** Rows of the day. */
  readonly rows: number;
  /** How many of them spot-ml scores low enough for its results. */
  readonly scored: number;
}

export class Everyday {
  readonly #options: EverydayOptions;
  readonly #names;
  readonly #popularity;
  readonly #activity = zipf(CLIENTS.length, 30);
  readonly #clients: readonly string[];
  /** Rows before each hour; the last is the day's number. */
  readonly #before: readonly number[];

  constructor(options: EverydayOptions) {
    const random = new Random(options.seed, NAMES);
    this.#options = options;
    this.#names = everydayNames(random);
    this.#popularity = zipf(this.#names.length, 2);
    this.#clients = random.shuffled(CLIENTS);
    const passed = (end: number) => LEVELS.slice(0, end).reduce((sum, level, i) => sum + level + LEVELS[i + 1]!, 0);
    this.#before = LEVELS.map((_, hour) => Math.floor((options.rows * passed(hour)) / passed(24)));
  }

  /** All rows of an hour, in time order. */
  responses(hour: number): Response<DnsRow>[] {
    const moments = this.#moments(hour);
    return Array.from(moments, (at, index) => {
      const complete = this.#response(hour, index, at);
      const lacks = index % INCOMPLETE === FIRST_INCOMPLETE && !this.#isScored(hour, index);
      return lacks ? incomplete(complete, hour + Math.floor(index / INCOMPLETE)) : complete;
    });
  }

  /** The rows of an hour that the results hold. */
  scored(hour: number): Response[] {
    const found: Response[] = [];
    this.#moments(hour).forEach((at, index) => {
      if (this.#isScored(hour, index)) found.push(this.#response(hour, index, at));
    });
    return found;
  }

  /** Times of an hour's rows, nanoseconds of the day, sorted. */
  #moments(hour: number): Float64Array {
    const random = new Random(this.#options.seed, TIMES, hour);
    const moments = new Float64Array(this.#before[hour + 1]! - this.#before[hour]!);
    const [from, to] = [LEVELS[hour]!, LEVELS[hour + 1]!];
    for (let i = 0; i < moments.length; i++) {
      const moment = momentOf(random.unit(), from, to);
      moments[i] = hour * HOUR + Math.min(Math.floor(moment * HOUR), HOUR - 1);
    }
    return moments.sort();
  }

  #isScored(hour: number, index: number): boolean {
    const { rows, scored } = this.#options;
    return evenShare(scored, this.#before[hour]! + index, rows) === 1;
  }

  #response(hour: number, index: number, at: number): Response {
    const random = new Random(this.#options.seed, ROWS, hour, index);
    const { name, types, exists, addresses } = this.#names[random.pick(this.#popularity)]!;
    const client = this.#clients[random.pick(this.#activity)]!;
    const type = random.pick(types);
    const luck = random.below(1000);
    const rcode = !exists ? RCODE.NXDomain : luck < 4 ? RCODE.ServFail : luck < 5 ? RCODE.Refused : RCODE.NoError;
    const found = rcode === RCODE.NoError;
    const answer = found && type === TYPE.A ? addresses : type === TYPE.PTR ? null : '';
    const extra = found && type !== TYPE.A ? 28 + random.below(90) : random.below(2) * 11;
    return response(this.#options.day, at, { client, name, type, rcode, addresses: answer, extra }, random);
  }
}

function incomplete({ at, row }: Response, turn: number): Response<DnsRow> {
  const columns = Object.keys(row) as (keyof DnsRow)[];
  return { at, row: { ...row, [columns[turn % columns.length]!]: null } };
}
