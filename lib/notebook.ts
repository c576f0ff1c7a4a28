/**
 * `spot-dns-oa/notebook`: what the notebooks of a day use. Tables, charts and trees are shown when they are the last
 * value of a cell, or by `show`. Values of rows come from attackers: they are text wherever they stand.
 */
export { openAnalystDay, type AnalystDay } from './analyst/analyst-day.js';
export type { AnalystVerdict, Severity } from './analyst/verdicts.js';
export type { KeyFilter } from './engine/analyst-queries.js';
export { registrableDomain } from '../streams/calculations/public-suffix.js';
export { barChart, type BarChartOptions } from './notebook/bar-chart.js';
export { dendrogram } from './notebook/dendrogram.js';
export { grouped, HOURS, hourOf, ordered, SEVERITY_NAMES, severityOfRow, type Group } from './notebook/rows.js';
export { show, Shown } from './notebook/shown.js';
export { storyboard } from './notebook/storyboard.js';
export { facts, table, type TableOptions } from './notebook/table.js';
