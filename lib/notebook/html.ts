/** HTML for the cells of a notebook: what is put between its parts is text, never markup. */
import { printable } from '../printable.js';

export class Markup {
  readonly text: string;

  /** @param text trusted: no value of a row may stand in it unless {@link html} put it there */
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);

/** Text as it is shown: control and format characters as escapes, so that a name looks like what it is. */
const markupOf = (value: unknown): string => {
  if (value instanceof Markup) return value.text;
  return Array.isArray(value) ? value.map(markupOf).join('') : escaped(printable(value));
};

/** A template whose values are escaped; markup stays, and lists are joined. */
export const html = (parts: TemplateStringsArray, ...values: readonly unknown[]): Markup =>
  new Markup(String.raw({ raw: parts }, ...values.map(markupOf)));

/** Text of several lines, as an analyst wrote it. */
export const lines = (text: string): Markup[] =>
  text.split(/\r\n|\n|\r/).flatMap((line) => [html`${line}`, html`<br />`]);
