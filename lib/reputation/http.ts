/**
 * One HTTP exchange with a service: no redirect to another host, which would be told the secrets, and no answer without
 * end. Errors hold neither the URL, which has the key in it, nor what was sent.
 */
import { CallFailed, codeOf, isRetriable } from './engine/failures.js';

const MOST_BYTES = 4 << 20;
const MOST_REDIRECTS = 3;

export interface Question {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * @returns the answer whatever its status, but for 429 and 5xx
 * @throws {CallFailed} retriable where the network or the server may be better later
 */
export async function exchange(question: Question): Promise<HttpAnswer> {
  let url = question.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await send(question, url);
    const { status } = response;
    if (status === 429 || status >= 500) {
      await response.body?.cancel().catch(() => undefined);
      const retryAfter = retryAfterOf(response.headers.get('retry-after'));
      throw new CallFailed(`HTTP ${status}`, { retriable: true, retryAfter });
    }
    if (status < 300 || status >= 400 || status === 304) return { status, text: await textOf(response) };
    await response.body?.cancel().catch(() => undefined);
    url = redirected(question, url, response.headers.get('location'));
  }
  throw new CallFailed(`more than ${MOST_REDIRECTS} redirects`, { retriable: false });
}

async function send({ method = 'GET', headers, body, signal }: Question, url: string): Promise<Response> {
  try {
    return await fetch(url, { method, headers, body, signal, redirect: 'manual' });
  } catch (error) {
    throw networkFailure(error, signal);
  }
}

/** The cause is not kept: its message may hold the URL. */
function networkFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const code = codeOf(error);
  return new CallFailed(`no connection (${code ?? 'the request cannot be made'})`, { retriable: isRetriable(error) });
}

/** Where the same host sends to; the scheme stays as well. */
function redirected({ method = 'GET' }: Question, from: string, location: string | null): string {
  const to = location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
  if (to === null || method !== 'GET' || to.origin !== new URL(from).origin)
    throw new CallFailed('it redirects to another place, which is not followed', { retriable: false });
  return to.href;
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
      if (done || value === undefined) break;
      size += value.length;
      if (size > MOST_BYTES) {
        await reader.cancel();
        throw new CallFailed(`an answer of more than ${MOST_BYTES >> 20} MiB`, { retriable: false });
      }
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof CallFailed) throw error;
    throw new CallFailed(`the answer broke off (${codeOf(error) ?? 'unknown error'})`, { retriable: true });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Milliseconds of `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date. */
export function retryAfterOf(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

/** @throws {CallFailed} what is no JSON is no answer */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CallFailed('expected JSON, got something else', { retriable: false });
  }
}
