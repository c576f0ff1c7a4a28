/** What the analyst says in this page, and the file that `score --file` takes. */

export const VERDICTS = ['high', 'medium', 'low'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a verdict is of: a query name, whoever asked for it, or a client, whatever it asked for. */
export type Subject = 'name' | 'client';

export class Verdicts {
  readonly #of: Readonly<Record<Subject, Map<string, Verdict>>> = { name: new Map(), client: new Map() };
  readonly #listeners: (() => void)[] = [];
  #unsaved = false;

  /** How many there are. */
  get size(): number {
    return this.#of.name.size + this.#of.client.size;
  }

  /** Whether one was given or taken back since they were saved. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  saved(): void {
    this.#unsaved = false;
  }

  of(subject: Subject, key: string): Verdict | undefined {
    return this.#of[subject].get(key);
  }

  set(subject: Subject, key: string, verdict: Verdict | undefined): void {
    // Nothing is no name; the file says by nothing that a line is of the other kind.
    if (key === '' || this.of(subject, key) === verdict) return;
    if (verdict === undefined) this.#of[subject].delete(key);
    else this.#of[subject].set(key, verdict);
    this.#unsaved = true;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** `ip,name,severity` and a line for each, the names first, every field in quotes; one of the first two is always empty. */
  csv(): string {
    const names = [...this.#of.name].map(([name, verdict]) => ['', name, verdict]);
    const clients = [...this.#of.client].map(([ip, verdict]) => [ip, '', verdict]);
    const lines = [...names, ...clients].map((line) => line.map(csvField).join(','));
    return ['ip,name,severity', ...lines].map((line) => `${line}\n`).join('');
  }
}

/** Always in quotes: what else would be lost at its ends, or taken for more than one field, depends on the reader. */
const csvField = (text: string): string => `"${text.replaceAll('"', '""')}"`;
