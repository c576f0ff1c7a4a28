/**
 * Answers kept on disk between runs: a file for each service, JSON lines, the first of which says the version and the
 * settings that the answers are of. It is replaced whole; a broken one counts as empty.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { localStorage } from '../../storage/local.js';
import { writeText } from '../../storage/text.js';
import type { AnswerStore, StoredAnswer } from './answer-store.js';

const FORMAT = 'spot-dns-oa reputation answers';
const VERSION = 1;
/** More than a name and its verdict take; a file beyond that is none of ours. */
const BYTES_PER_ANSWER = 2048;

export interface AnswerFileOptions {
  readonly folder: string;
  readonly service: string;
  /** What the answers depend on: those of other settings are not used. */
  readonly settings: unknown;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export const answersPath = (folder: string, service: string): string =>
  join(folder, `${fileName(service)}-${digest(service).slice(0, 8)}.answers`);

/** A name that is safe in a folder, and still tells a person what it is. */
export const fileName = (text: string): string => text.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_');

export class AnswerFile {
  readonly path: string;
  readonly #settings: string;

  constructor({ folder, service, settings }: AnswerFileOptions) {
    this.path = answersPath(folder, service);
    this.#settings = digest(JSON.stringify(settings));
  }

  /** @returns what is wrong with the file, null if nothing is */
  async loadInto(store: AnswerStore, now: number): Promise<string | null> {
    try {
      const most = (store.size + 1) * BYTES_PER_ANSWER;
      for (const [key, answer] of this.#parse(await this.#read(most), now)) store.put(key, answer);
      return null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      return `${this.path}: ${(error as Error).message}`;
    }
  }

  /**
   * What another process has written meanwhile stays, where it is newer. Of two that write at the same moment one wins:
   * the other's answers are asked again.
   * @throws {OaError} from the storage
   */
  async save(store: AnswerStore, now: number): Promise<void> {
    const most = (store.size + 1) * BYTES_PER_ANSWER;
    const theirs = await this.#read(most)
      .then((text) => this.#parse(text, now))
      .catch(() => new Map<string, StoredAnswer>());
    for (const [key, mine] of store.lasting(now)) {
      const other = theirs.get(key);
      if (other !== undefined && other.expires > mine.expires) continue;
      theirs.delete(key);
      theirs.set(key, mine);
    }
    const lines = [...theirs].slice(-store.size).map(([key, answer]) => lineOf(key, answer));
    const head = JSON.stringify({ format: FORMAT, version: VERSION, settings: this.#settings });
    await writeText(localStorage(), this.path, `${[head, ...lines].join('\n')}\n`);
  }

  async #read(most: number): Promise<string> {
    const { size } = await stat(this.path);
    if (size > most) throw new Error(`expected at most ${most} bytes, got ${size}`);
    return readFile(this.path, 'utf8');
  }

  /** @throws {Error} what was expected */
  #parse(text: string, now: number): Map<string, StoredAnswer> {
    const [head = '', ...lines] = text.split('\n');
    const about = jsonOf(head) as { format?: unknown; version?: unknown; settings?: unknown } | null;
    if (about?.format !== FORMAT) throw new Error('expected a file of reputation answers');
    const answers = new Map<string, StoredAnswer>();
    if (about.version !== VERSION || about.settings !== this.#settings) return answers;
    if (lines.pop() !== '') throw new Error('expected a line end at its end: the file is cut off');
    for (const [i, line] of lines.entries()) {
      const entry = entryOf(jsonOf(line));
      if (entry === null) throw new Error(`line ${i + 2} is no answer`);
      if (entry[1].expires > now) answers.set(...entry);
    }
    return answers;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

/** `[key, expires]` for one that is not listed, `[key, expires, label, value, [[name, group], …]]` else. */
function lineOf(key: string, { answer, expires }: StoredAnswer): string {
  if (answer === null) return JSON.stringify([key, Math.round(expires)]);
  const categories = answer.categories?.map(({ name, group }) => [name, group]);
  return JSON.stringify([key, Math.round(expires), answer.label, answer.value, ...(categories ? [categories] : [])]);
}

function entryOf(line: unknown): [string, StoredAnswer] | null {
  if (!Array.isArray(line)) return null;
  const [key, expires, label, value, categories] = line as unknown[];
  if (typeof key !== 'string' || typeof expires !== 'number') return null;
  if (line.length === 2) return [key, { answer: null, expires, earlier: true }];
  if (typeof label !== 'string' || typeof value !== 'number') return null;
  if (categories === undefined) return [key, { answer: { label, value }, expires, earlier: true }];
  if (!Array.isArray(categories) || !categories.every(isPair)) return null;
  const named = categories.map(([name, group]) => ({ name, group }));
  return [key, { answer: { label, value, categories: named }, expires, earlier: true }];
}

const isPair = (pair: unknown): pair is [string, string] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
