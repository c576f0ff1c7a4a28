/** How well texts of a page stand out, as WCAG 2 counts it: 1 not at all, 21 black on white. */
import type { Page } from 'playwright-core';

export interface Contrast {
  readonly text: string;
  readonly colour: string;
  readonly back: string;
  readonly ratio: number;
}

/** Of every text in sight; one that cannot be used counts for nothing, nor one in a picture. */
export function contrasts(page: Page): Promise<Contrast[]> {
  return page.evaluate(() => {
    const parts = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [r, g, b] = parts(colour)
        .slice(0, 3)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const backOf = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return parts(backgroundColor)[3] === 0 ? backOf(element.parentElement) : backgroundColor;
    };
    const found: Contrast[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement!;
      const text = walker.currentNode.textContent!.trim();
      if (text === '' || !element.checkVisibility() || element.closest('script, noscript, option, :disabled'))
        continue;
      const style = getComputedStyle(element);
      const [colour, back] = [element instanceof SVGElement ? style.fill : style.color, backOf(element)];
      const [light, dark] = [luminance(colour), luminance(back)].sort((a, b) => b - a) as [number, number];
      found.push({ text, colour, back, ratio: Math.round(((light + 0.05) / (dark + 0.05)) * 10) / 10 });
    }
    return found;
  });
}
