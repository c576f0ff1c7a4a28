/**
 * McAfee GTI through its reference client, an external program that Spot calls as
 * `refclient -s SERVER -q CI -i USER -p PASSWORD -t`. It gets its arguments as a list, no shell sees them. It prints JSON
 * and one character more.
 */
import { execFile } from 'node:child_process';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { readSecret } from '../secrets.js';
import { askAroundBadKeys } from './around-bad-keys.js';
import { CallFailed } from './engine/failures.js';
import { loadGtiCategories, type GtiCategories } from './gti-categories.js';
import type { SettingsOf } from './reputation-settings.js';

type GtiSettings = SettingsOf<'gti'>;

/** Reserved for documentation (RFC 2606): says nothing about whoever asks. */
const HARMLESS_NAME = 'example.com';
const PLACE = '###QUERY###';
const BATCH = 25;
const MOST_BYTES = 16 << 20;
/** Of an answer without a reputation, as in Spot. */
const NO_REPUTATION = 16;
const PASSWORD_VARIABLE = 'GTI_PASSWORD';

/** Spot's thresholds. */
function labelOf(reputation: number): Verdict {
  if (reputation < 15) return { label: 'Minimal', value: 1 };
  if (reputation < 30) return { label: 'Unverified', value: -1 };
  return reputation < 50 ? { label: 'Medium', value: 2 } : { label: 'High', value: 3 };
}

/** @throws {OaError} `SETTINGS_INVALID`, `FILE_NOT_FOUND`, `LOOKUP_FILE_INVALID` */
export async function gti(settings: GtiSettings): Promise<ReputationService> {
  const password = await readSecret(settings.password, `reputation ${settings.name}: password`);
  const categories = settings.categories === undefined ? null : await loadGtiCategories(settings.categories);
  return {
    name: settings.name,
    checks: 'domain',
    batchSize: settings.batchSize ?? BATCH,
    check: (keys, { signal }) =>
      askAroundBadKeys(
        keys,
        async (some) => {
          const text = await run(settings, password, some, signal);
          const answers = answersOf(text, some.length);
          return new Map(some.map((key, i) => [key, verdictOf(answers[i], categories)]));
        },
        HARMLESS_NAME,
      ),
  };
}

function argumentsOf({ server, user, ci, passwordBy }: GtiSettings, password: string, keys: readonly string[]) {
  const query = keys.map((url) => JSON.stringify({ op: 'url', url })).join(',');
  const secret = passwordBy === 'argument' ? ['-p', password] : [];
  return ['-s', server, '-q', ci.split(PLACE).join(query), '-i', user, ...secret, '-t'];
}

/** What the client prints. An error of `execFile` holds the command line, so it is not kept as a cause. */
function run(settings: GtiSettings, password: string, keys: readonly string[], signal: AbortSignal): Promise<string> {
  const { refclient, passwordBy } = settings;
  const env = passwordBy === 'env' ? { ...process.env, [PASSWORD_VARIABLE]: password } : process.env;
  const options = { signal, env, maxBuffer: MOST_BYTES, killSignal: 'SIGKILL' as const, encoding: 'utf8' as const };
  return new Promise((resolve, reject) => {
    const child = execFile(refclient, argumentsOf(settings, password, keys), options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(signal.aborted ? (signal.reason as Error) : failure(error));
    });
    // A client that ends before it has read is told of by its status.
    child.stdin?.on('error', () => undefined).end(passwordBy === 'stdin' ? `${password}\n` : undefined);
  });
}

function failure({ code, signal }: { code?: unknown; signal?: unknown }): CallFailed {
  if (code === 'ENOENT' || code === 'EACCES')
    return new CallFailed(`the client cannot be started (${code})`, { retriable: false });
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return new CallFailed('the client prints too much', { retriable: false });
  const how = typeof signal === 'string' ? `signal ${signal}` : `status ${String(code)}`;
  return new CallFailed(`the client ended with ${how}`, { retriable: true });
}

/** Answers in the order of the names. @throws {CallFailed} anything else, since it could not be told which is whose */
function answersOf(text: string, count: number): unknown[] {
  const { a } = (parsed(text) ?? parsed(text.trimEnd().slice(0, -1)) ?? {}) as { a?: unknown };
  if (!Array.isArray(a)) throw new CallFailed('expected JSON with answers under "a"', { retriable: true });
  if (a.length !== count) throw new CallFailed('expected as many answers as names', { retriable: true });
  return a as unknown[];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function verdictOf(answer: unknown, known: GtiCategories | null): Verdict {
  const { rep, cat } = (answer ?? {}) as { rep?: unknown; cat?: unknown };
  const reputation = rep === undefined || rep === null || rep === '' ? NO_REPUTATION : Number(rep);
  if (!Number.isFinite(reputation)) throw new CallFailed('expected a number as rep', { retriable: true });
  const verdict = labelOf(reputation);
  if (known === null) return verdict;
  const codes: unknown[] = Array.isArray(cat) ? cat : [];
  const categories = codes.map((code) => known.get(String(code))).filter((category) => category !== undefined);
  return categories.length > 0 ? { ...verdict, categories } : verdict;
}
