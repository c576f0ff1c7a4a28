/** A look-up whose files are read again when they change, for a process that lives long and embeds the library. */
import { stat } from 'node:fs/promises';
// Notebooks run in Deno, where the global ones give a number.
import { clearInterval, setInterval } from 'node:timers';
import { asOaError, OaError } from '../../schemas/errors.js';

export interface WatchOptions {
  /** Seconds between two looks at the files; 0 looks only when `check` is called. @default 30 */
  readonly everySeconds?: number;
  /** Told when changed files have taken the place of the old ones. */
  readonly onReload?: () => void;
  /** Told once of each version of the files that cannot be read; the one before goes on answering. */
  readonly onError?: (error: OaError) => void;
}

export class WatchedFiles<T> {
  readonly #files: readonly string[];
  readonly #load: () => Promise<T>;
  readonly #options: WatchOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #current: T;
  #version: string;
  #checking: Promise<boolean> | undefined;

  /** @internal `watchFiles` makes it */
  constructor(first: T, version: string, files: readonly string[], load: () => Promise<T>, options: WatchOptions) {
    const { everySeconds = 30 } = options;
    if (!(everySeconds >= 0 && everySeconds <= 86_400)) {
      throw new OaError('USAGE', `everySeconds ${everySeconds}: expected 0 to 86400`);
    }
    [this.#current, this.#version, this.#files, this.#load, this.#options] = [first, version, files, load, options];
    if (everySeconds === 0) return;
    this.#timer = setInterval(() => void this.check(), everySeconds * 1000);
    // Whoever only waits for a change has nothing to do.
    this.#timer.unref();
  }

  /** What the newest readable files say. */
  get current(): T {
    return this.#current;
  }

  /**
   * Looks at the files now; the old answers stand until the new ones are whole.
   * @returns whether there are new ones; never rejects
   */
  check(): Promise<boolean> {
    return (this.#checking ??= this.#reload().finally(() => (this.#checking = undefined)));
  }

  /** Looks no more; the last answers stay. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #reload(): Promise<boolean> {
    const version = await versionOf(this.#files);
    if (version === this.#version) return false;
    const loaded = await this.#load().catch((error: unknown) => asOaError(error));
    // Written to while they were read: the next look decides.
    if ((await versionOf(this.#files)) !== version) return false;
    this.#version = version;
    if (loaded instanceof OaError) {
      this.#options.onError?.(loaded);
      return false;
    }
    this.#current = loaded;
    this.#options.onReload?.();
    return true;
  }
}

/** Reads the files a first time. @throws {OaError} what `load` throws */
export async function watchFiles<T>(
  files: readonly string[],
  load: () => Promise<T>,
  options: WatchOptions = {},
): Promise<WatchedFiles<T>> {
  const version = await versionOf(files);
  return new WatchedFiles(await load(), version, files, load, options);
}

/** Differs when a file was written, replaced or removed. */
async function versionOf(files: readonly string[]): Promise<string> {
  const found = files.map(async (file) => {
    const status = await stat(file, { bigint: true }).catch(() => null);
    return status && [status.ino, status.size, status.mtimeNs, status.ctimeNs].join(':');
  });
  return (await Promise.all(found)).join();
}
