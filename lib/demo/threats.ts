/** What is wrong in the sample day. Every domain is one of those kept for documentation and tests (RFC 2606). */
import type { Day } from '../../schemas/days.js';
import { HOSTILE_NAMES } from './hostile-names.js';
import { INFECTED, ODD_CLIENTS, publicAddress, TUNNEL_CLIENT } from './network.js';
import { evenShare, Random } from './random.js';
import { byTime, HOUR, RCODE, response, SECOND, TYPE, type Response } from './response.js';

export interface Threat {
  /** Rows of the day. */
  readonly rows: number;
  /** Its part of the most suspicious rows, against that of the others. */
  readonly weight: number;
  /** The rows of an hour, in time order. */
  responses(hour: number): Response[];
}

export const TUNNEL_DOMAIN = 'sync-cache.example';
export const FLUX_NAME = 'cdn.spring-offers.test';

/** What the generators are keyed by, beside the seed; 1 to 3 are everyday traffic's. */
const [GENERATED, GENERATED_NAME, TUNNEL, FLUX, HOSTILE] = [4, 5, 6, 7, 8];

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** RFC 4648 base 32, in lower case. */
const BASE32 = `${LETTERS}234567`;
const GENERATED_SUFFIXES = ['test', 'example', 'invalid', 'example.com', 'example.net', 'example.org'] as const;

/** Name number `index` of those that the malware generates for this day. */
export function generatedName(seed: number, index: number): string {
  const random = new Random(seed, GENERATED_NAME, index);
  return `${random.text(12 + random.below(9), LETTERS)}.${random.pick(GENERATED_SUFFIXES)}`;
}

/** A moment from `start` minutes into the hour on, within the next `minutes`. */
const moment = (random: Random, hour: number, start = 0, minutes = 60): number =>
  hour * HOUR + start * 60 * SECOND + Math.floor(random.unit() * minutes * 60 * SECOND);

/**
 * Malware that looks for its controller: each hour a burst of some minutes in which the infected clients go through
 * names of random letters. Nearly none exists.
 */
function generatedNames(day: Day, seed: number, rows: number): Threat {
  // Each name is asked for two or three times on the day.
  const list = Math.ceil(rows * 0.4);
  return {
    rows,
    weight: 3,
    responses(hour) {
      const random = new Random(seed, GENERATED, hour);
      const start = random.below(50);
      const first = Math.floor((rows * hour) / 24);
      return Array.from({ length: evenShare(rows, hour, 24) }, (_, i) => {
        const index = (first + i) % list;
        const exists = index % 29 === 11;
        const rcode = exists ? RCODE.NoError : RCODE.NXDomain;
        const addresses = exists ? '203.0.113.66' : '';
        const client = random.pick(INFECTED);
        const name = generatedName(seed, index);
        return response(
          day,
          moment(random, hour, start, 8),
          { client, name, type: TYPE.A, rcode, addresses },
          random,
        );
      }).sort(byTime);
    },
  };
}

/** Data that leaves in the labels of TXT queries below one domain, and comes in with the answers. */
function tunnel(day: Day, seed: number, rows: number): Threat {
  return {
    rows,
    weight: 2,
    responses(hour) {
      const random = new Random(seed, TUNNEL, hour);
      return Array.from({ length: evenShare(rows, hour, 24) }, () => {
        const labels = [63, 63, 20 + random.below(40)].map((length) => random.text(length, BASE32));
        const name = `${labels.join('.')}.t.${TUNNEL_DOMAIN}`;
        const extra = 700 + random.below(500);
        return response(
          day,
          moment(random, hour),
          { client: TUNNEL_CLIENT, name, type: TYPE.TXT, addresses: '', extra },
          random,
        );
      }).sort(byTime);
    },
  };
}

const FLUX_POOL = 240;
/** The hour in which half of the fast-flux rows fall. */
const FLUX_PEAK = 14;

/** One name behind many hosts: the answers come from a window of addresses that moves on every few minutes. */
function fastFlux(day: Day, seed: number, rows: number): Threat {
  const peak = Math.max(LIMIT_ROWS, Math.floor(rows / 2));
  const share = (hour: number) => evenShare(rows - peak, hour < FLUX_PEAK ? hour : hour - 1, 23);
  return {
    rows,
    weight: 2,
    responses(hour) {
      const random = new Random(seed, FLUX, hour);
      return Array.from({ length: hour === FLUX_PEAK ? peak : share(hour) }, () => {
        const at = moment(random, hour);
        const window = Math.floor(at / (180 * SECOND));
        const first = window + random.below(20);
        const addresses = Array.from({ length: 3 + random.below(3) }, (_, i) =>
          publicAddress((first + i * 31) % FLUX_POOL),
        ).join('|');
        const client = random.pick([...ODD_CLIENTS, ...INFECTED]);
        return response(day, at, { client, name: FLUX_NAME, type: TYPE.A, addresses }, random);
      }).sort(byTime);
    },
  };
}

/** Types of the hostile queries; 65280 is of the range for private use and has no name. */
const HOSTILE_TYPES = [TYPE.A, TYPE.A, TYPE.A, TYPE.AAAA, TYPE.TXT, 255, 65280] as const;

/** Every hostile name, in two hours each. */
function hostileNames(day: Day, seed: number): Threat {
  const hoursOf = (index: number) => [(index * 7 + 3) % 24, (index * 7 + 8 + (index % 9)) % 24];
  return {
    rows: HOSTILE_NAMES.length * 2,
    weight: 3,
    responses(hour) {
      const random = new Random(seed, HOSTILE, hour);
      return HOSTILE_NAMES.filter((_, index) => hoursOf(index).includes(hour))
        .map((name) => {
          const exists = random.below(3) > 0;
          const type = random.pick(HOSTILE_TYPES);
          const addresses = exists && type === TYPE.A ? publicAddress(random.below(762)) : null;
          const rcode = exists ? RCODE.NoError : RCODE.NXDomain;
          const client = random.pick(ODD_CLIENTS);
          return response(day, moment(random, hour), { client, name, type, rcode, addresses }, random);
        })
        .sort(byTime);
    },
  };
}

/** More than the 250 rows a key that details and dendrogram keep by default, so that their limit cuts. */
const LIMIT_ROWS = 300;

/** @param rows rows of the whole day; the threats are about a thirtieth of a large one */
export function threatsOf(day: Day, seed: number, rows: number): Threat[] {
  const part = (thousandths: number, least: number) => Math.max(least, Math.floor((rows * thousandths) / 1000));
  return [
    hostileNames(day, seed),
    generatedNames(day, seed, part(15, 150)),
    tunnel(day, seed, part(7, LIMIT_ROWS)),
    fastFlux(day, seed, part(10, LIMIT_ROWS + 46)),
  ];
}
