/**
 * Facebook ThreatExchange: one batch call of the Graph API, in which each name has a question for its indicators and one,
 * that depends on it, for their descriptors. The token goes in the body of the form, never in a URL.
 */
import { UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { readSecret } from '../secrets.js';
import { CallFailed } from './engine/failures.js';
import { exchange, jsonOf } from './http.js';
import type { SettingsOf } from './reputation-settings.js';

/** Statuses of descriptors; of several the worst counts. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN', -1],
  ['NON_MALICIOUS', 0],
  ['SUSPICIOUS', 2],
  ['MALICIOUS', 3],
]);

/** Graph takes 50 questions in a batch, and a name needs two. */
const MOST_NAMES = 25;

/** Graph's codes for "later": unknown and service errors, and limits of calls. */
const LATER: ReadonlySet<number> = new Set([1, 2, 4, 17, 32, 613]);

/** @throws {OaError} `SETTINGS_INVALID` for a secret that is not there */
export async function threatExchange(settings: SettingsOf<'fb'>): Promise<ReputationService> {
  const { name, appId, baseUrl, version } = settings;
  const token = `${appId}|${await readSecret(settings.secret, `reputation ${name}: secret`)}`;
  const url = `${baseUrl.replace(/\/+$/, '')}/${version}/`;
  return {
    name,
    checks: 'domain',
    batchSize: Math.min(settings.batchSize ?? MOST_NAMES, MOST_NAMES),
    async check(keys, { signal }) {
      const batch = JSON.stringify(keys.flatMap(questionsOf));
      const body = new URLSearchParams({ access_token: token, batch });
      const { status, text } = await exchange({ url, method: 'POST', body, signal });
      if (status >= 300) throw refusal(status, text);
      return verdictsOf(keys, jsonOf(text));
    },
  };
}

function questionsOf(key: string, i: number): object[] {
  const text = encodeURIComponent(Buffer.from(key).toString());
  return [
    {
      method: 'GET',
      name: `n${i}`,
      relative_url: `threat_indicators?type=DOMAIN&text=${text}`,
      // Else nothing tells a name without indicators from one that could not be looked up.
      omit_response_on_success: false,
    },
    { method: 'GET', relative_url: `{result=n${i}:$.data.*.id}/descriptors` },
  ];
}

/** Of Graph's error only the code is told: its text may repeat the token. */
function refusal(status: number, text: string): CallFailed {
  let code: unknown;
  try {
    code = (JSON.parse(text) as { error?: { code?: unknown } } | null)?.error?.code;
  } catch {
    code = undefined;
  }
  const known = typeof code === 'number' ? `, Graph error ${code}` : '';
  return new CallFailed(`HTTP ${status}${known}`, { retriable: typeof code === 'number' && LATER.has(code) });
}

function verdictsOf(keys: readonly string[], answer: unknown): Map<string, Verdict> {
  if (!Array.isArray(answer) || answer.length !== keys.length * 2)
    throw new CallFailed(`expected ${keys.length * 2} answers in the batch`, { retriable: false });
  const verdicts = new Map<string, Verdict>();
  for (const [i, key] of keys.entries()) {
    const verdict = verdictOf(partOf(answer[2 * i]), partOf(answer[2 * i + 1]));
    if (verdict !== null) verdicts.set(key, verdict);
  }
  return verdicts;
}

interface Part {
  readonly code: number;
  /** Items of `data`; null: the body is no such list. */
  readonly items: readonly unknown[] | null;
}

/** Null: the part was left out. */
function partOf(part: unknown): Part | null {
  const { code, body } = (part ?? {}) as { code?: unknown; body?: unknown };
  if (typeof code !== 'number' || typeof body !== 'string') return null;
  try {
    const { data } = JSON.parse(body) as { data?: unknown };
    return { code, items: Array.isArray(data) ? (data as unknown[]) : null };
  } catch {
    return { code, items: null };
  }
}

/** Null: no indicators, so the second question had nothing to ask about. */
function verdictOf(indicators: Part | null, descriptors: Part | null): Verdict | null {
  if (indicators?.code === 200 && indicators.items?.length === 0) return null;
  if (descriptors?.code !== 200 || descriptors.items === null) return UNAVAILABLE;
  const statuses = descriptors.items
    .map((item) => (item as { status?: unknown } | null)?.status)
    .filter((status): status is string => typeof status === 'string' && STATUSES.has(status));
  const values = statuses.map((status) => ({ label: status, value: STATUSES.get(status)! }));
  return values.reduce<Verdict | null>((worst, one) => (worst && worst.value >= one.value ? worst : one), null);
}
