/** What charts and trees have in common: an SVG of a fixed size that shrinks with the page, and labels that fit. */
import { printable } from '../printable.js';
import { html, type Markup } from './html.js';

/** Lengths are pixels. The colour of text is the page's, `currentColor`: light on dark. @param label for those who cannot see it */
export const drawing = (label: string, width: number, height: number, content: Markup): Markup =>
  html`<svg
    role="img"
    aria-label="${label}"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    style="max-width: 100%; font: 12px sans-serif"
  >
    ${content}
  </svg>`;

/** The first characters of a label, with an ellipsis; the whole belongs in a tooltip. */
export function shortened(label: string, most: number): string {
  const whole = printable(label);
  return whole.length > most ? `${whole.slice(0, most - 1)}…` : whole;
}
