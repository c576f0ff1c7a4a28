/** Details of one row: what is known of it, verdicts, the responses of its hour, both dendrograms. */
import type { DetailRow, NameDetails, ReportData } from '../report-data.js';
import { badge, fact, reputationBadge, showVerdict, verdictChoice } from './badges.js';
import { momentOf, scoreText, timeOf } from './columns.js';
import { dendrogram } from './dendrogram.js';
import { count, counted, dataText, element, fill, visible, type Part } from './elements.js';
import { severityLevel } from './reputation.js';
import type { TableRow } from './rows.js';
import { clientTree, nameTree } from './tree.js';
import type { Subject, Verdicts } from './verdicts.js';

export interface DetailsOptions {
  readonly data: ReportData;
  readonly verdicts: Verdicts;
  readonly onClose: () => void;
  /** The table is to show what holds this text. */
  readonly onSearch: (text: string) => void;
}

export class Details {
  readonly element = element('aside', { class: 'details', attributes: { 'aria-labelledby': 'details-heading' } });
  readonly #options: DetailsOptions;
  readonly #hours: ReadonlyMap<string, NameDetails>;

  constructor(options: DetailsOptions) {
    this.#options = options;
    this.#hours = new Map(options.data.details.map((one) => [hourKey(one.name, one.hour), one]));
    this.element.hidden = true;
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      this.close();
    });
    options.verdicts.onChange(() => {
      for (const choice of this.element.querySelectorAll('select')) {
        const subject: Subject = choice.dataset.subject === 'client' ? 'client' : 'name';
        showVerdict(choice, options.verdicts.of(subject, choice.dataset.key ?? ''));
      }
    });
  }

  open(row: TableRow): void {
    fill(this.element, ...this.#parts(row));
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.element.querySelector('h2')!.focus();
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    fill(this.element);
    this.#options.onClose();
  }

  #parts(shown: TableRow): Part[] {
    const { row, seen } = shown;
    const heading = element(
      'h2',
      { attributes: { id: 'details-heading', tabindex: '-1' } },
      dataText(row.dns_qry_name),
    );
    const close = element(
      'button',
      {
        class: 'close',
        attributes: { type: 'button', 'aria-label': 'Close the details' },
        on: { click: () => this.close() },
      },
      '×',
    );
    return [
      element('header', {}, heading, close),
      this.#badges(shown),
      element(
        'div',
        { class: 'choices' },
        this.#choice('name', row.dns_qry_name),
        this.#choice('client', row.ip_dst),
      ),
      this.#facts(shown),
      this.#responses(shown),
      this.#clientTree(shown),
      element(
        'section',
        {},
        element('h3', {}, 'The name and its clients'),
        seen && seen.askers.length > 0
          ? scrolled(
              dendrogram(nameTree(row.dns_qry_name, seen, row.ip_dst), 'Dendrogram of the name and its clients'),
            )
          : element('p', { class: 'hint' }, 'The raw table has no response to this name on the day.'),
      ),
    ];
  }

  #badges({ row, reputation }: TableRow): HTMLElement {
    const severities = [
      ['name', row.dns_sev],
      ['client', row.ip_sev],
    ] as const;
    const scored = severities.flatMap(([what, severity]) => {
      const level = severityLevel(severity);
      return level ? [badge(level, `${what} scored ${level}`)] : [];
    });
    return element(
      'p',
      { class: 'badges' },
      ...reputation.map((says) => reputationBadge(says, { service: true })),
      ...scored,
    );
  }

  #choice(subject: Subject, key: string): HTMLElement {
    const choice = verdictChoice(this.#options.verdicts, subject, key);
    choice.dataset.key = key;
    const search = () => this.#options.onSearch(key);
    const title = `Rows of this ${subject}`;
    return element(
      'div',
      {},
      element('label', {}, `Verdict on the ${subject} `, choice),
      element('button', { attributes: { type: 'button' }, on: { click: search } }, title),
    );
  }

  #facts({ row, seen }: TableRow): HTMLElement {
    const { seenDays, trafficDays, iso } = this.#options.data;
    const since = seen
      ? seen.firstDay !== iso
        ? `${seen.firstDay}, of ${counted(seenDays, 'day')} looked at`
        : trafficDays > 1
          ? `this day, on none of the ${counted(trafficDays - 1, 'day')} before that have traffic`
          : 'this day; no earlier one has traffic'
      : null;
    return element(
      'dl',
      { class: 'facts' },
      fact('Client', row.ip_dst),
      fact('Network', row.network_context),
      fact('Time', momentOf(row.unix_tstamp)),
      fact('Time of the sensor', row.frame_time),
      fact('Score', `${scoreText(row.score)}`),
      fact('Type', row.dns_qry_type_name),
      fact('Class', row.dns_qry_class_name),
      fact('Answer', row.dns_qry_rcode_name),
      fact('Top-level domain', row.tld),
      ...(row.frame_len === null ? [] : [fact('Length', counted(row.frame_len, 'byte'))]),
      fact('Asked for by', seen ? `${counted(seen.clients, 'client')} on the day` : null),
      fact('First seen', since),
    );
  }

  #responses({ row }: TableRow): HTMLElement {
    const hour = row.unix_tstamp - (row.unix_tstamp % 3600);
    const details = this.#hours.get(hourKey(row.dns_qry_name, hour));
    const heading = element(
      'h3',
      {},
      `Responses from ${timeOf(hour).slice(0, 5)} to ${timeOf(hour + 3600).slice(0, 5)} UTC`,
    );
    if (!details) return element('section', {}, heading, element('p', { class: 'hint' }, 'This page has none.'));
    const { rows, total } = details;
    const titles = ['Time', 'Client', 'Server', 'Type', 'Answer', 'Addresses, texts', 'Bytes'];
    const line = (one: DetailRow) => [
      timeOf(one.unix_tstamp),
      dataText(one.ip_dst),
      dataText(one.ip_src),
      dataText(one.dns_qry_type_name),
      dataText(one.dns_qry_rcode_name),
      dataText((one.dns_a ?? '').replaceAll('|', ' ')),
      one.frame_len === null ? '' : count(one.frame_len),
    ];
    const table = element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, ...titles.map((title) => element('th', { attributes: { scope: 'col' } }, title))),
      ),
      element(
        'tbody',
        {},
        ...rows.map((one) => element('tr', {}, ...line(one).map((part) => element('td', {}, part)))),
      ),
    );
    const some =
      total > rows.length ? [element('p', { class: 'hint' }, `The first ${rows.length} of ${count(total)}.`)] : [];
    return element('section', {}, heading, scrolled(table), ...some);
  }

  #clientTree({ row }: TableRow): HTMLElement {
    const answers = this.#options.data.clients.find(({ client }) => client === row.ip_dst);
    const heading = element('h3', {}, 'The client, its names and their answers');
    if (!answers) return element('section', {}, heading, element('p', { class: 'hint' }, 'This page has none.'));
    const what = `Dendrogram of the client ${visible(row.ip_dst)}, its names and their answers`;
    return element(
      'section',
      {},
      heading,
      scrolled(dendrogram(clientTree(row.ip_dst, answers, row.dns_qry_name), what)),
    );
  }
}

const hourKey = (name: string, hour: number) => `${hour} ${name}`;

/** Wide content scrolls by itself; by keys too. */
const scrolled = (part: Element): HTMLElement =>
  element(
    'div',
    { class: 'wide', attributes: { tabindex: '0', role: 'group', 'aria-label': 'scrolls sideways' } },
    part,
  );
