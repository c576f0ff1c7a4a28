/** Elements, made of parts that are text or elements: nothing in this page is ever parsed as HTML. */

/** ESC, line ends, bidirectional overrides: a name must not look like another, or like more than one. */
const CONTROL_AND_FORMAT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text with control and format characters as escapes, and blanks at its ends to be seen. */
export function visible(text: string): string {
  return text
    .replace(CONTROL_AND_FORMAT, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
    .replace(/^ +| +$/g, (blanks) => '␣'.repeat(blanks.length));
}

export type Part = Node | string;

export interface ElementOptions {
  readonly class?: string;
  /** Attributes as they are; none of them takes a script or a style. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: Readonly<Partial<Record<keyof HTMLElementEventMap, (event: Event) => void>>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  options: ElementOptions = {},
  ...parts: readonly Part[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (options.class !== undefined) made.className = options.class;
  for (const [attribute, value] of Object.entries(options.attributes ?? {})) made.setAttribute(attribute, value);
  for (const [event, listener] of Object.entries(options.on ?? {})) made.addEventListener(event, listener);
  made.append(...parts);
  return made;
}

/** An SVG element; its attributes are numbers and words of ours. */
export function svgElement<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...parts: readonly Part[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.append(...parts);
  return made;
}

/** Text of the data, in a direction of its own, whole in its tooltip. */
export function dataText(text: string | null): HTMLElement {
  const made = element('bdi', { class: text === null || text === '' ? 'nothing' : '' }, visible(text ?? ''));
  made.title = visible(text ?? '');
  return made;
}

/** Where an element has a place of its own, what is in it is replaced. */
export function fill(place: Element, ...parts: readonly Part[]): void {
  place.replaceChildren(...parts);
}

/** A count with thin groups: 60 000. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** `one row`, `2 rows`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;
