/**
 * What a cell shows. The one place that knows the kernel, Deno's: it shows the last value of a cell by the method
 * `Symbol.for('Jupyter.display')` (docs.deno.com, "Jupyter integration"). Its `Deno.jupyter.display`, for the middle of a
 * cell, is not used: now and then its output comes after the kernel has said that the cell is done, and is lost. For
 * another kernel, only this file changes.
 */
import { html, Markup } from './html.js';

export class Shown {
  readonly html: string;
  /** The same where no HTML is shown: a terminal, a text export. */
  readonly text: string;

  constructor(markup: Markup, text: string) {
    this.html = markup.text;
    this.text = text;
  }

  /** By MIME type, as Jupyter's protocol has it (`display_data`). */
  [Symbol.for('Jupyter.display')](): Record<'text/html' | 'text/plain', string> {
    return { 'text/html': this.html, 'text/plain': this.text };
  }
}

/** Several things in one cell, one below the other: the cell's last value. */
export const show = (...all: readonly Shown[]): Shown =>
  new Shown(html`${all.map((one) => new Markup(one.html))}`, all.map(({ text }) => text).join('\n\n'));
