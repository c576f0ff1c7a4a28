/** Sessions that are open and used by nobody: a statement takes one, a second one at the same time gets another. */
import { OaError } from '../../../schemas/errors.js';
import type { HiveServer2Settings } from './options.js';
import { Session } from './session.js';

/** A session that lay idle for longer is asked whether it is still one before it is used, milliseconds. */
const TRUSTED = 1_000;
const MOST_IDLE = 4;

export class Sessions {
  readonly #settings: HiveServer2Settings;
  #idle: { readonly session: Session; readonly since: number }[] = [];
  /** Index of the host that answered last. */
  #first = 0;
  #closed = false;

  constructor(settings: HiveServer2Settings) {
    this.#settings = settings;
  }

  async take(signal?: AbortSignal): Promise<Session> {
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
      const { session, since } = kept;
      if (session.alive && (performance.now() - since < TRUSTED || (await session.isKnown()))) return session;
      session.end();
    }
    return this.#open(signal);
  }

  async give(session: Session): Promise<void> {
    if (!session.alive) return;
    if (this.#closed || this.#idle.length >= MOST_IDLE) await session.close();
    else this.#idle.push({ session, since: performance.now() });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map(({ session }) => session.close()));
  }

  /** Tries each host once, beginning with the one that answered last. */
  async #open(signal?: AbortSignal): Promise<Session> {
    const { hosts } = this.#settings;
    const failures: OaError[] = [];
    const first = this.#first;
    for (let i = 0; i < hosts.length; i++) {
      const index = (first + i) % hosts.length;
      try {
        const session = await Session.open(hosts[index]!, this.#settings, signal);
        this.#first = index;
        return session;
      } catch (error) {
        signal?.throwIfAborted();
        // A login or database that one refuses would be refused by the others too.
        if (!(error instanceof OaError) || error.code !== 'CONNECTION_FAILED') throw error;
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0]!;
    const words = failures.map(({ message }) => message).join('; ');
    const retriable = failures.some((failure) => failure.retriable);
    throw new OaError('CONNECTION_FAILED', words, { cause: failures.at(-1), retriable });
  }
}
