/** The table of suspicious rows: sorted by its headings, walked by keys, and only the rows in sight are elements. */
import { showVerdict } from './badges.js';
import { TABLE_COLUMNS } from './columns.js';
import { count, element } from './elements.js';
import { sortRows, type Order, type SortKey, type TableRow } from './rows.js';
import type { Verdict, Verdicts } from './verdicts.js';
import { windowOf, type RowWindow } from './window.js';

/** Until one has been measured, pixels. */
const ROW_HEIGHT = 34;
/** More would be a book. */
const ROWS_ON_PAPER = 1000;
/** What a key says of a name. */
const VERDICT_OF_KEY: ReadonlyMap<string, Verdict | undefined> = new Map([
  ['h', 'high'],
  ['m', 'medium'],
  ['l', 'low'],
  ['n', undefined],
]);

export interface TableOptions {
  readonly verdicts: Verdicts;
  /** The day, `YYYY-MM-DD`. */
  readonly date: string;
  readonly onOpen: (row: TableRow) => void;
}

export class SuspiciousTable {
  readonly element: HTMLElement;
  readonly #options: TableOptions;
  readonly #table: HTMLTableElement;
  readonly #body: HTMLTableSectionElement;
  readonly #above = spacer();
  readonly #below = spacer();
  /** Says, on paper alone, that it does not hold all rows. */
  readonly #cut = element('p', { class: 'paper hint' });
  readonly #drawn = new Map<number, HTMLTableRowElement>();
  #given: readonly TableRow[] = [];
  #rows: readonly TableRow[] = [];
  #order: Order = { key: 'score', descending: false };
  /** Index of the row that the keys are at. */
  #active = 0;
  #opened: TableRow | undefined;
  #rowHeight = ROW_HEIGHT;
  #onPaper = false;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#body = element('tbody', {}, this.#above, this.#below);
    const headings = element(
      'tr',
      { attributes: { role: 'row', 'aria-rowindex': '1' } },
      ...TABLE_COLUMNS.map(({ key }) => this.#heading(key)),
    );
    this.#table = element(
      'table',
      { class: 'suspicious', attributes: { role: 'grid', 'aria-label': 'Suspicious rows' } },
      element('thead', {}, headings),
      this.#body,
    );
    this.element = element(
      'div',
      { class: 'scroll', attributes: { tabindex: '-1' }, on: { scroll: () => this.#draw() } },
      this.#table,
      this.#cut,
    );
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.#body.addEventListener('click', (event) => this.#onClick(event));
    options.verdicts.onChange(() => this.#showVerdicts());
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** Rows that are shown from here on, in the order of the headings. */
  show(rows: readonly TableRow[]): void {
    this.#given = rows;
    this.#arrange();
  }

  /** On paper there is nothing to scroll: the first rows are all drawn. */
  onPaper(on: boolean): void {
    if (this.#onPaper === on) return;
    this.#onPaper = on;
    this.#draw();
  }

  /** The row whose details are open, if any, stands out. */
  markOpened(row: TableRow | undefined): void {
    this.#opened = row;
    for (const [index, drawn] of this.#drawn) drawn.setAttribute('aria-selected', String(this.#rows[index] === row));
  }

  /** The keys go on where they were. */
  focus(): void {
    this.#moveTo(this.#active);
  }

  #arrange(): void {
    const at = this.#rows[this.#active];
    this.#rows = sortRows(this.#given, this.#order);
    this.#active = Math.max(0, at ? this.#rows.indexOf(at) : 0);
    this.#table.setAttribute('aria-rowcount', String(this.#rows.length + 1));
    for (const drawn of this.#drawn.values()) drawn.remove();
    this.#drawn.clear();
    const cut = this.#rows.length > ROWS_ON_PAPER;
    this.#cut.textContent = cut ? `The first ${count(ROWS_ON_PAPER)} of ${count(this.#rows.length)} rows.` : '';
    this.element.scrollTop = 0;
    this.#draw();
  }

  #heading(key: SortKey | 'verdict'): HTMLTableCellElement {
    const { title, help } = TABLE_COLUMNS.find((column) => column.key === key)!;
    const heading = element('th', { class: key, attributes: { role: 'columnheader', scope: 'col' } });
    if (help !== undefined) heading.title = help;
    if (key === 'verdict') {
      heading.append(title);
      return heading;
    }
    const sort = () => {
      this.#order = { key, descending: this.#order.key === key && !this.#order.descending };
      for (const other of heading.parentElement!.children) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', this.#order.descending ? 'descending' : 'ascending');
      this.#arrange();
    };
    if (key === this.#order.key) heading.setAttribute('aria-sort', 'ascending');
    heading.append(element('button', { attributes: { type: 'button' }, on: { click: sort } }, title));
    return heading;
  }

  #window(): RowWindow {
    const total = this.#rows.length;
    if (this.#onPaper) return { start: 0, end: Math.min(total, ROWS_ON_PAPER) };
    const { scrollTop: top, clientHeight: height } = this.element;
    return windowOf({ top, height, rowHeight: this.#rowHeight, total });
  }

  #draw(): void {
    const { start, end } = this.#window();
    const hadFocus = this.#body.contains(document.activeElement);
    for (const [index, drawn] of this.#drawn) {
      if (index >= start && index < end) continue;
      drawn.remove();
      this.#drawn.delete(index);
    }
    let before: Element = this.#above;
    for (let index = start; index < end; index++) {
      const drawn = this.#drawn.get(index) ?? this.#row(index);
      if (drawn.previousElementSibling !== before) before.after(drawn);
      this.#drawn.set(index, drawn);
      before = drawn;
    }
    // Before anything is measured: while the table is too low, the browser moves what is scrolled to its end.
    this.#setSpace(start, end);
    const first = this.#drawn.get(start);
    const height = first?.getBoundingClientRect().height || ROW_HEIGHT;
    if (!this.#onPaper && height !== this.#rowHeight) {
      this.#rowHeight = height;
      this.#setSpace(start, end);
    }
    // The row that had the focus was scrolled out of the page: the keys still work.
    if (hadFocus && !this.#body.contains(document.activeElement)) this.element.focus({ preventScroll: true });
    this.#setTabStop(start, end);
  }

  /** Of the rows that are not drawn. */
  #setSpace(start: number, end: number): void {
    setHeight(this.#above, start * this.#rowHeight);
    setHeight(this.#below, this.#onPaper ? 0 : (this.#rows.length - end) * this.#rowHeight);
  }

  /** One row can be reached by the tab key, whatever is in sight. */
  #setTabStop(start: number, end: number): void {
    const stop = Math.min(Math.max(this.#active, start), end - 1);
    for (const [index, drawn] of this.#drawn) {
      drawn.tabIndex = index === stop ? 0 : -1;
      drawn.querySelector('select')!.tabIndex = index === stop ? 0 : -1;
    }
  }

  #row(index: number): HTMLTableRowElement {
    const row = this.#rows[index]!;
    const cells = TABLE_COLUMNS.map((column) =>
      element('td', { class: column.key, attributes: { role: 'gridcell' } }, column.cell(row, this.#options)),
    );
    const attributes = {
      role: 'row',
      'aria-rowindex': String(index + 2),
      'aria-selected': String(row === this.#opened),
    };
    const drawn = element('tr', { attributes }, ...cells);
    drawn.dataset.index = String(index);
    drawn.addEventListener('focusin', () => {
      this.#active = index;
    });
    return drawn;
  }

  #showVerdicts(): void {
    for (const [index, drawn] of this.#drawn) {
      const name = this.#rows[index]!.row.dns_qry_name;
      showVerdict(drawn.querySelector('select')!, this.#options.verdicts.of('name', name));
    }
  }

  #onClick(event: Event): void {
    const target = event.target as Element;
    const index = (target.closest('tr[data-index]') as HTMLElement | null)?.dataset.index;
    if (index === undefined || target.closest('select')) return;
    this.#active = Number(index);
    this.#options.onOpen(this.#rows[this.#active]!);
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (target.closest('select, button') || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.#rows[this.#active];
    if (row === undefined) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#rows.length - 1,
    };
    const to = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (to !== undefined) this.#moveTo(to);
    else if (event.key === 'Enter') this.#options.onOpen(row);
    else if (VERDICT_OF_KEY.has(event.key))
      this.#options.verdicts.set('name', row.row.dns_qry_name, VERDICT_OF_KEY.get(event.key));
    else return;
    event.preventDefault();
  }

  #moveTo(index: number): void {
    if (this.#rows.length === 0) return;
    this.#active = Math.min(Math.max(index, 0), this.#rows.length - 1);
    const { scrollTop, clientHeight } = this.element;
    const heading = this.#table.tHead!.getBoundingClientRect().height;
    const top = this.#active * this.#rowHeight;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.#rowHeight + heading > scrollTop + clientHeight)
      this.element.scrollTop = top + this.#rowHeight + heading - clientHeight;
    this.#draw();
    this.#drawn.get(this.#active)?.focus({ preventScroll: true });
  }
}

/** Of one cell: one across all columns would bring back those that a narrow window hides. */
const spacer = (): HTMLTableRowElement =>
  element('tr', { class: 'spacer', attributes: { 'aria-hidden': 'true' } }, element('td'));

function setHeight(row: HTMLTableRowElement, pixels: number): void {
  row.hidden = pixels <= 0;
  row.style.height = `${pixels}px`;
}
