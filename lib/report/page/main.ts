/** The page: puts its parts together and leads what is done in one to the others. */
import type { ReportData } from '../report-data.js';
import { Details } from './details.js';
import { element } from './elements.js';
import { ingestChart } from './ingest-chart.js';
import { filterRows, NO_FILTER, tableRows, type Filter } from './rows.js';
import { madeText, summary } from './summary.js';
import { SuspiciousTable } from './suspicious-table.js';
import { Toolbar } from './toolbar.js';
import { Verdicts } from './verdicts.js';

function page(data: ReportData): HTMLElement[] {
  const rows = tableRows(data);
  const verdicts = new Verdicts();
  const table = new SuspiciousTable({
    verdicts,
    date: data.iso,
    onOpen: (row) => {
      table.markOpened(row);
      details.open(row);
    },
  });
  const none = element('p', { class: 'none' }, 'No row is like that.');
  const show = (filter: Filter) => {
    const found = filterRows(rows, filter);
    table.show(found);
    toolbar.showCount(found.length, rows.length);
    none.hidden = found.length > 0;
  };
  const toolbar = new Toolbar({ verdicts, date: data.date, iso: data.iso, onFilter: show });
  const details = new Details({
    data,
    verdicts,
    onClose: () => {
      table.markOpened(undefined);
      table.focus();
    },
    onSearch: (text) => toolbar.search(text),
  });
  show(NO_FILTER);

  window.addEventListener('beforeprint', () => table.onPaper(true));
  window.addEventListener('afterprint', () => table.onPaper(false));
  const paper = matchMedia('print');
  paper.addEventListener('change', () => table.onPaper(paper.matches));
  window.addEventListener('beforeunload', (event) => {
    if (verdicts.unsaved) event.preventDefault();
  });

  const keys = element(
    'p',
    { class: 'hint keys' },
    'Keys in the table: arrows, Page Up and Down, Home, End; Enter opens, Escape closes; h, m, l mark the name high, medium, low, n unmarks it.',
  );
  return [
    element(
      'header',
      { class: 'page' },
      element('h1', {}, `DNS OA of ${data.iso}`),
      element('p', {}, madeText(data)),
    ),
    element(
      'main',
      {},
      element('section', { attributes: { 'aria-label': 'Summary' } }, summary(data, rows)),
      element('section', {}, element('h2', {}, 'Responses by minute'), ingestChart(data.minutes)),
      element('section', {}, element('h2', {}, 'Suspicious rows'), toolbar.element, table.element, none, keys),
    ),
    details.element,
  ];
}

document.body.append(...page(JSON.parse(document.getElementById('report-data')!.textContent!) as ReportData));
