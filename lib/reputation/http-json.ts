/**
 * Any service that answers a GET for one key with JSON: VirusTotal, OTX and the like. The label is found by JSON Pointer
 * (RFC 6901); 404 means not listed.
 */
import { reputationValue, UNAVAILABLE } from '../../streams/calculations/reputation-column.js';
import type { ReputationService, Verdict } from '../../streams/contracts.js';
import { readSecret } from '../secrets.js';
import { CallFailed } from './engine/failures.js';
import { exchange, jsonOf } from './http.js';
import { jsonPointer } from './json-pointer.js';
import type { SettingsOf } from './reputation-settings.js';

type HttpJsonSettings = SettingsOf<'http-json'>;

/** The key was at fault, not the service: RFC 9110 400, 414, 422. The others are asked on. */
const REFUSED_KEY: ReadonlySet<number> = new Set([400, 414, 422]);

/** @throws {OaError} `SETTINGS_INVALID` for a secret that is not there */
export async function httpJson(settings: HttpJsonSettings): Promise<ReputationService> {
  const headers: Record<string, string> = { accept: 'application/json' };
  for (const [name, secret] of Object.entries(settings.headers ?? {}))
    headers[name] = await readSecret(secret, `reputation ${settings.name}: headers.${name}`);
  return {
    name: settings.name,
    checks: settings.checks,
    batchSize: 1,
    async check(keys, { signal }) {
      const verdicts = new Map<string, Verdict>();
      for (const key of keys) {
        // Half a surrogate pair, which cannot be encoded, becomes U+FFFD.
        const encoded = encodeURIComponent(Buffer.from(key).toString());
        const { status, text } = await exchange({
          url: settings.url.replaceAll('{key}', () => encoded),
          headers,
          signal,
        });
        if (REFUSED_KEY.has(status)) verdicts.set(key, UNAVAILABLE);
        else if (status < 300) {
          const verdict = verdictOf(jsonOf(text), settings);
          if (verdict !== null) verdicts.set(key, verdict);
        } else if (status !== 404) throw new CallFailed(`HTTP ${status}`, { retriable: false });
      }
      return verdicts;
    },
  };
}

/** Null: not listed. */
export function verdictOf(
  document: unknown,
  { pointer, valuePointer, labels }: Pick<HttpJsonSettings, 'pointer' | 'valuePointer' | 'labels'>,
): Verdict | null {
  const found = jsonPointer(document, pointer);
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return null;
  const rule = labels?.find((one) =>
    'is' in one ? one.is === found : typeof found === 'number' && found >= one.atLeast,
  );
  if (labels !== undefined && rule === undefined) return null;
  const label = rule?.label ?? String(found);
  const value = valuePointer === undefined ? undefined : jsonPointer(document, valuePointer);
  const isValue = Number.isInteger(value) && (value as number) >= -1 && (value as number) <= 3;
  return { label, value: isValue ? (value as number) : (rule?.value ?? reputationValue(label)) };
}
