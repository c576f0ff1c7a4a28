/** The storyboard: title and text of a threat, and who else was concerned, by an expanded search. */
import type { Row } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { dnsStoryboard, dnsThreatDendro } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import { expandedSearchQuery, type KeyFilter } from '../engine/analyst-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { audited } from './audit.js';
import { underDayLock } from './day-lock.js';
import { analystRows, dayRows } from './day-rows.js';
import { replaceRows, type ChangeOptions } from './score.js';
import { storedText } from './verdicts.js';

const EXPANDED_ROWS = 20;

/** Responses to a client for a name on the day. */
export interface Found extends Row {
  dns_qry_name: string;
  ip_dst: string;
  total: number;
}

/** Of a client (`ip`) or of a query name. */
export interface Story {
  readonly ip?: string;
  readonly name?: string;
  readonly title: string;
  readonly text: string;
}

export interface StoryWithSearch extends Story {
  /** The most frequent first. */
  readonly search: readonly Found[];
}

/** @throws {OaError} `VALUE_INVALID` unless there is one key, and it is text */
export function oneKey({ ip, name }: KeyFilter): { ip: string } | { name: string } {
  if ((ip === undefined) === (name === undefined))
    throw new OaError('VALUE_INVALID', 'expected a client (ip) or a query name (name), one of them');
  const key: unknown = ip ?? name;
  if (typeof key !== 'string' || key === '')
    throw new OaError('VALUE_INVALID', `${JSON.stringify(key)}: expected a text that is not empty`);
  return ip !== undefined ? { ip: storedText(key) } : { name: storedText(key) };
}

/** Who asked for a name, or what a client asked for, in all responses of the day. */
export async function expandedSearch(
  warehouse: Pick<OpenWarehouse, 'engine'>,
  day: Day,
  of: KeyFilter,
  limit = EXPANDED_ROWS,
): Promise<Found[]> {
  const sql = expandedSearchQuery(warehouse.engine.dialect, day, oneKey(of), limit);
  return (await dayRows(warehouse, sql, day)) as Found[];
}

/** @throws {OaError} `TABLE_MISSING`, `QUERY_FAILED` */
export async function storiesOf(warehouse: Pick<OpenWarehouse, 'engine'>, day: Day): Promise<StoryWithSearch[]> {
  const board = await analystRows(warehouse, dnsStoryboard, day);
  return storiesFrom(board, await analystRows(warehouse, dnsThreatDendro, day));
}

/** @internal from rows of `dns_storyboard` and `dns_threat_dendro` */
export function storiesFrom(board: readonly Row[], found: readonly Row[]): StoryWithSearch[] {
  return board.map((row) => {
    const story = storyOf(row);
    const anchor = story.ip ?? story.name;
    const search = found
      .filter((one) => one.anchor === anchor)
      .map(({ total, dns_qry_name, ip_dst }) => ({ dns_qry_name, ip_dst, total }) as Found);
    return { ...story, search: search.sort((a, b) => b.total - a.total) };
  });
}

/** Spot leaves the one that a threat is not empty. */
function storyOf({ ip_threat, dns_threat, title, text }: Row): Story {
  const key = textOf(ip_threat) !== '' ? { ip: textOf(ip_threat) } : { name: textOf(dns_threat) };
  return { ...key, title: textOf(title), text: textOf(text) };
}

const textOf = (value: unknown): string => (value as string | null) ?? '';

/** The story of a threat takes the place of the one that is there, and its search of the old search. */
export function saveStory(
  warehouse: OpenWarehouse,
  day: Day,
  story: Story,
  options: ChangeOptions,
): Promise<StoryWithSearch> {
  const change = async (check: () => Promise<void>): Promise<StoryWithSearch> => {
    const search = await expandedSearch(warehouse, day, oneKey(story));
    const saved = checked({ ...story, search });
    await putStories(warehouse, day, [saved], { ...options, action: 'story', check });
    return saved;
  };
  return underDayLock(warehouse, day, change, options);
}

/** @internal @throws {OaError} `VALUE_INVALID` */
export function checked(story: StoryWithSearch): StoryWithSearch {
  for (const part of ['title', 'text'] as const) {
    if (typeof story[part] !== 'string')
      throw new OaError('VALUE_INVALID', `the ${part} of a story: expected a text, got ${typeof story[part]}`);
  }
  return { ...oneKey(story), title: storedText(story.title), text: storedText(story.text), search: story.search };
}

interface Putting extends ChangeOptions {
  readonly action: 'story' | 'import';
  readonly check: () => Promise<void>;
}

const sameKey = (a: Story, b: Story) => a.ip === b.ip && a.name === b.name;
const shown = ({ search, ...story }: StoryWithSearch) => ({ ...story, search: search.length });

/** @internal under the day's lock: both tables change together, or neither does */
export async function putStories(
  warehouse: OpenWarehouse,
  day: Day,
  stories: readonly StoryWithSearch[],
  { action, check, actor, note }: Putting,
): Promise<void> {
  const [board, found] = [
    await analystRows(warehouse, dnsStoryboard, day),
    await analystRows(warehouse, dnsThreatDendro, day),
  ];
  const replaced = storiesFrom(board, found).filter((old) => stories.some((story) => sameKey(story, old)));
  const anchors = new Set(stories.map(({ ip, name }) => ip ?? name));
  const isOfOthers = (row: Row) => !stories.some((story) => sameKey(story, storyOf(row)));
  const rows = [...stories, ...replaced].reduce((sum, { search }) => sum + 1 + search.length, 0);
  await check();
  const what = stories.map(shown);
  await audited(
    warehouse,
    day,
    { action, what, before: replaced.map(shown), after: what, rows, note, actor },
    async () => {
      warehouse.hold();
      try {
        await replaceRows(warehouse, dnsThreatDendro, day, [
          ...found.filter(({ anchor }) => !anchors.has(anchor as string)),
          ...stories.flatMap(searchRows),
        ]);
        await replaceRows(warehouse, dnsStoryboard, day, [...board.filter(isOfOthers), ...stories.map(storyRow)]);
        await warehouse.place();
      } finally {
        await warehouse.discard();
      }
    },
  );
}

/** No text is null: Spot's UI fails at one. */
const storyRow = ({ ip = '', name = '', title, text }: Story): Row => ({
  ...{ ip_threat: ip, dns_threat: name, title, text },
});

const searchRows = ({ ip, name, search }: StoryWithSearch): Row[] =>
  search.map(({ total, dns_qry_name, ip_dst }) => ({ anchor: ip ?? name, total, dns_qry_name, ip_dst }));
