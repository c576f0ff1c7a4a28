/** A dendrogram as SVG: the root at the left, a column for each depth, links below the labels. */
import { count, svgElement, visible } from './elements.js';
import { layTree, type PlacedNode, type TreeNode } from './tree.js';

/** Pixels. */
const LINE = 20;
const CHARACTER = 7.3;
const GAP = 34;
const MOST_CHARACTERS = 36;

const textOf = ({ label, total, remark }: TreeNode): string => {
  const whole = remark ? `… ${label}` : visible(label ?? '') || '(empty)';
  const characters = [...whole];
  const cut = characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : whole;
  return total === undefined ? cut : `${cut} × ${count(total)}`;
};

export function dendrogram(root: TreeNode, what: string): SVGSVGElement {
  const tree = layTree(root);
  const widths = Array.from({ length: tree.depth + 1 }, (_, depth) =>
    Math.max(...tree.nodes.filter((one) => one.depth === depth).map(({ node }) => textOf(node).length)),
  );
  // Where each column begins.
  const starts = widths.reduce<number[]>((at, width) => [...at, at.at(-1)! + width * CHARACTER + GAP], [10]);
  const at = ({ depth, line }: PlacedNode) => ({ x: starts[depth]!, y: (line + 0.5) * LINE + 4 });
  const size = { width: Math.ceil(starts.at(-1)!), height: tree.lines * LINE + 8 };
  const links = tree.links.map(({ from, to }) => {
    const [a, b] = [at(from), at(to)];
    const middle = b.x - GAP / 2;
    const behind = a.x + 12 + textOf(from.node).length * CHARACTER;
    return svgElement('path', {
      class: 'link',
      d: `M${Math.min(behind, middle - 6)} ${a.y}H${middle - 6}C${middle + 6} ${a.y} ${middle - 6} ${b.y} ${b.x} ${b.y}`,
    });
  });
  const nodes = tree.nodes.map((placed) => {
    const { x, y } = at(placed);
    const { node } = placed;
    const title = svgElement('title', {}, visible(node.label ?? ''));
    const kind = `node${node.marked ? ' marked' : ''}${node.remark ? ' remark' : ''}`;
    return svgElement(
      'g',
      { class: kind },
      title,
      svgElement('circle', { cx: x, cy: y, r: node.marked ? 4.5 : 3 }),
      svgElement('text', { x: x + 9, y: y + 4 }, textOf(node)),
    );
  });
  const svg = svgElement('svg', {
    ...size,
    class: 'dendrogram',
    role: 'img',
    viewBox: `0 0 ${size.width} ${size.height}`,
  });
  svg.setAttribute('aria-label', what);
  svg.append(...links, ...nodes);
  return svg;
}
