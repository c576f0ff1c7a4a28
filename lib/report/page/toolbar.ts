/** Search, filters, and what becomes of the verdicts. */
import { counted, element } from './elements.js';
import { LEVELS } from './reputation.js';
import { NO_FILTER, type Filter } from './rows.js';
import type { Verdicts } from './verdicts.js';

export interface ToolbarOptions {
  readonly verdicts: Verdicts;
  /** `YYYYMMDD` and `YYYY-MM-DD` of the day. */
  readonly date: string;
  readonly iso: string;
  readonly onFilter: (filter: Filter) => void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #options: ToolbarOptions;
  readonly #search = element('input', {
    attributes: {
      type: 'search',
      placeholder: 'Name, client, network, type …',
      'aria-label': 'Search',
      spellcheck: 'false',
    },
  });
  readonly #reputation = choice('Reputation', ['', 'any'], ...LEVELS.map((level) => [level, level] as const));
  readonly #severity = choice('Severity', ['', 'any'], ['unscored', 'not scored'], ['scored', 'scored']);
  readonly #firstDay = element('input', { attributes: { type: 'checkbox' } });
  readonly #shown = element('output', { attributes: { 'aria-live': 'polite' } });
  readonly #download: HTMLButtonElement;

  constructor(options: ToolbarOptions) {
    this.#options = options;
    const changed = () => options.onFilter(this.#filter());
    for (const field of [this.#search, this.#reputation, this.#severity, this.#firstDay])
      field.addEventListener('input', changed);
    this.#download = element('button', {
      class: 'primary',
      attributes: { type: 'button' },
      on: { click: () => this.#save() },
    });
    const clear = element(
      'button',
      { attributes: { type: 'button' }, on: { click: () => this.search('') } },
      'Clear',
    );
    this.element = element(
      'form',
      { class: 'toolbar', attributes: { role: 'search' }, on: { submit: (event) => event.preventDefault() } },
      this.#search,
      element('label', {}, 'Reputation ', this.#reputation),
      element('label', {}, 'Severity ', this.#severity),
      element('label', {}, this.#firstDay, ' New this day'),
      clear,
      this.#shown,
      this.#download,
    );
    options.verdicts.onChange(() => this.#showVerdicts());
    this.#showVerdicts();
  }

  /** Looks for this text and nothing else. */
  search(text: string): void {
    this.#search.value = text;
    for (const field of [this.#reputation, this.#severity]) field.value = '';
    this.#firstDay.checked = false;
    this.#options.onFilter(this.#filter());
  }

  showCount(shown: number, total: number): void {
    this.#shown.textContent =
      shown === total ? counted(total, 'row') : `${counted(shown, 'row')} of ${counted(total, 'row').split(' ')[0]!}`;
  }

  #filter(): Filter {
    return {
      ...NO_FILTER,
      text: this.#search.value,
      reputation: LEVELS.find((level) => level === this.#reputation.value) ?? '',
      severity: (['scored', 'unscored'] as const).find((one) => one === this.#severity.value) ?? '',
      firstDay: this.#firstDay.checked ? this.#options.iso : null,
    };
  }

  #showVerdicts(): void {
    const { size } = this.#options.verdicts;
    this.#download.textContent = size === 0 ? 'Download verdicts' : `Download ${counted(size, 'verdict')}`;
    this.#download.disabled = size === 0;
  }

  /** For `spot-dns-oa score -d DATE --file …`. */
  #save(): void {
    const url = URL.createObjectURL(new Blob([this.#options.verdicts.csv()], { type: 'text/csv' }));
    const link = element('a', { attributes: { href: url, download: `verdicts-${this.#options.date}.csv` } });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    this.#options.verdicts.saved();
  }
}

function choice(name: string, ...options: readonly (readonly [value: string, text: string])[]): HTMLSelectElement {
  const made = element(
    'select',
    {},
    ...options.map(([value, text]) => element('option', { attributes: { value } }, text)),
  );
  made.name = name.toLowerCase();
  return made;
}
