/** Groups as bars, in SVG: no library is loaded, and it can be read in every Jupyter, light or dark, and on paper. */
import { printable } from '../printable.js';
import { drawing, shortened } from './drawing.js';
import { html, type Markup } from './html.js';
import { Shown } from './shown.js';

export interface BarChartOptions {
  readonly title: string;
  /** Bars that come first, those without rows too; the other groups follow as they come. */
  readonly labels?: readonly string[];
  /** Most bars. @default 25 */
  readonly limit?: number;
}

interface Bar {
  readonly label: string;
  readonly size: number;
}

const [LABELS, BARS, SIZES, HEIGHT] = [260, 420, 80, 20] as const;
/** Characters of a label that fit; the whole stands in its tooltip. */
const FITTING = 36;

/** @param groups of `grouped`, or anything with `value` and `connections` */
export function barChart(
  groups: readonly { readonly value: string; readonly connections: number }[],
  { title, labels = [], limit = 25 }: BarChartOptions,
): Shown {
  const sizes = new Map(groups.map(({ value, connections }) => [value, connections]));
  const order = new Set([...labels, ...sizes.keys()]);
  const all = [...order].map((label) => ({ label, size: sizes.get(label) ?? 0 }));
  const bars = all.slice(0, limit);
  const most = Math.max(1, ...bars.map(({ size }) => size));
  const named = printable(title);
  const caption = bars.length < all.length ? `${named} (the first ${bars.length} of ${all.length})` : named;
  const content = html`${bars.map((bar, i) => drawn(bar, i * HEIGHT, most))}`;
  const svg = drawing(caption, LABELS + BARS + SIZES, bars.length * HEIGHT, content);
  const text = bars.map(({ label, size }) => `${printable(label)}\t${size}`);
  return new Shown(
    html`<p><strong>${caption}</strong></p>
      ${svg}`,
    [caption, ...text].join('\n'),
  );
}

function drawn({ label, size }: Bar, y: number, most: number): Markup {
  const width = Math.round((size / most) * BARS);
  const named = label === '' ? '(none)' : label;
  const middle = y + HEIGHT - 6;
  return html`<g
    ><title>${named}: ${size}</title
    ><text x="${LABELS - 6}" y="${middle}" text-anchor="end" fill="currentColor">${shortened(named, FITTING)}</text
    ><rect x="${LABELS}" y="${y + 3}" width="${width}" height="${HEIGHT - 6}" fill="#4c8fd0"></rect
    ><text x="${LABELS + width + 6}" y="${middle}" fill="currentColor">${size}</text></g
  >`;
}
