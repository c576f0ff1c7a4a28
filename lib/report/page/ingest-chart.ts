/** Responses by minute of the day, as SVG. */
import { count, counted, element, svgElement } from './elements.js';

const MINUTES = 1440;
/** Pixels. */
const HEIGHT = 150;
const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;

export const minuteText = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** The least of 1, 2, 5, 10, 20, … that is no less. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}

export function ingestChart(minutes: readonly (readonly [number, number])[]): HTMLElement {
  const totals = new Array<number>(MINUTES).fill(0);
  for (const [minute, total] of minutes) if (minute >= 0 && minute < MINUTES) totals[minute] = total;
  const peak = totals.reduce((best, total, minute) => (total > totals[best]! ? minute : best), 0);
  const said = `${counted(minutes.length, 'minute')} with traffic; the most, ${counted(totals[peak]!, 'response')}, at ${minuteText(peak)}`;
  const reading = element('output', {}, said);
  const place = element('div', { class: 'chart' });
  const draw = () => {
    const width = Math.max(280, place.clientWidth);
    place.replaceChildren(chart(totals, { width, said, onMinute: (minute) => read(minute) }));
  };
  const read = (minute: number | null) => {
    reading.textContent = minute === null ? said : `${minuteText(minute)}: ${counted(totals[minute]!, 'response')}`;
  };
  new ResizeObserver(draw).observe(place);
  return element('figure', {}, element('figcaption', {}, reading), place);
}

interface ChartOptions {
  readonly width: number;
  readonly said: string;
  /** Where the pointer is; null when it has left. */
  readonly onMinute: (minute: number | null) => void;
}

function chart(totals: readonly number[], { width, said, onMinute }: ChartOptions): SVGSVGElement {
  const top = roundUp(Math.max(...totals));
  const bottom = HEIGHT - BOTTOM;
  const x = (minute: number) => Math.round((LEFT + (minute / MINUTES) * (width - LEFT - RIGHT)) * 10) / 10;
  const y = (total: number) => Math.round((bottom - (total / top) * (bottom - TOP)) * 10) / 10;
  const steps = totals.map((total, minute) => `H${x(minute)}V${y(total)}`).join('');
  const area = svgElement('path', { class: 'area', d: `M${x(0)} ${bottom}${steps}H${x(MINUTES)}V${bottom}Z` });
  const lines = (top === 1 ? [0, 1] : [0, top / 2, top]).flatMap((total) => [
    svgElement('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(total), y2: y(total) }),
    svgElement('text', { class: 'axis', x: LEFT - 8, y: y(total) + 4, 'text-anchor': 'end' }, count(total)),
  ]);
  const every = width < 600 ? 6 : 3;
  const hours = Array.from({ length: 24 / every + 1 }, (_, i) => i * every).map((hour) => {
    const anchor = hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle';
    return svgElement(
      'text',
      { class: 'axis', x: x(hour * 60), y: HEIGHT - 7, 'text-anchor': anchor },
      minuteText(hour * 60),
    );
  });
  const svg = svgElement('svg', { class: 'ingest', role: 'img', viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT });
  svg.setAttribute('aria-label', `Responses by minute: ${said}`);
  const cursor = svgElement('line', { class: 'cursor', y1: TOP, y2: bottom, x1: -9, x2: -9 });
  svg.append(...lines, area, ...hours, cursor);
  const point = (at: number | null) => {
    for (const end of ['x1', 'x2']) cursor.setAttribute(end, String(at ?? -9));
  };
  svg.addEventListener('pointermove', (event) => {
    const at = ((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width) * width;
    const minute = Math.floor(((at - LEFT) / (width - LEFT - RIGHT)) * MINUTES);
    const inside = minute >= 0 && minute < MINUTES;
    onMinute(inside ? minute : null);
    point(inside ? x(minute) : null);
  });
  svg.addEventListener('pointerleave', () => {
    onMinute(null);
    point(null);
  });
  return svg;
}
