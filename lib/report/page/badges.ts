/** Small labels for reputation and severity; their word says what their colour says. */
import type { TableRow } from './rows.js';
import { dataText, element, fill, visible } from './elements.js';
import { severityLevel, type Level, type ServiceSays } from './reputation.js';
import { VERDICTS, type Subject, type Verdict, type Verdicts } from './verdicts.js';

export const badge = (level: Level, text: string): HTMLElement =>
  element('span', { class: `badge ${level}` }, visible(text));

/** What one service says, whole in the tooltip. */
export function reputationBadge(says: ServiceSays, options: { service?: boolean } = {}): HTMLElement {
  const made = badge(says.level, options.service ? `${says.service} ${says.label}` : says.label);
  made.title = visible(`${says.service}: ${says.label}${says.categories && ` (${says.categories})`}`);
  return made;
}

export function severityBadge(row: TableRow): HTMLElement | string {
  const level = severityLevel(row.severity);
  if (!level) return '';
  const made = badge(level, level);
  const of = (what: string, severity: number) =>
    severityLevel(severity) ? `${what} ${severityLevel(severity)}` : '';
  made.title = [of('name', row.row.dns_sev), of('client', row.row.ip_sev)].filter((one) => one !== '').join(', ');
  return made;
}

/** A choice of verdict that shows, and changes, what is said of a name or client. */
export function verdictChoice(verdicts: Verdicts, subject: Subject, key: string): HTMLSelectElement {
  const choice = element('select', { class: 'verdict', attributes: { 'data-subject': subject } });
  choice.setAttribute('aria-label', `Verdict on the ${subject} ${visible(key)}`);
  fill(
    choice,
    element('option', { attributes: { value: '' } }, '–'),
    ...VERDICTS.map((verdict) => element('option', { attributes: { value: verdict } }, verdict)),
  );
  choice.addEventListener('change', () => {
    verdicts.set(
      subject,
      key,
      VERDICTS.find((verdict) => verdict === choice.value),
    );
  });
  choice.disabled = key === '';
  showVerdict(choice, verdicts.of(subject, key));
  return choice;
}

export function showVerdict(choice: HTMLSelectElement, verdict: Verdict | undefined): void {
  choice.value = verdict ?? '';
  choice.className = `verdict ${verdict ?? ''}`.trimEnd();
}

/** A heading and its value. */
export const fact = (name: string, ...values: readonly (Node | string | null)[]): HTMLElement =>
  element(
    'div',
    {},
    element('dt', {}, name),
    element('dd', {}, ...values.map((value) => (value instanceof Node ? value : dataText(value)))),
  );
