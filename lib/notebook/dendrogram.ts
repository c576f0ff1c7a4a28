/** An expanded search as a tree of two levels: a threat, and who or what was found with it. */
import type { Found } from '../analyst/storyboard.js';
import type { KeyFilter } from '../engine/analyst-queries.js';
import { printable } from '../printable.js';
import { drawing, shortened } from './drawing.js';
import { html, type Markup } from './html.js';
import { Shown } from './shown.js';

const [ROOT, LEAVES, WIDTH, HEIGHT] = [220, 340, 760, 22] as const;
/** Characters of a label that fit; the whole stands in its tooltip. */
const [OF_ROOT, OF_LEAF] = [30, 52];

/** The threat to the left; to the right the clients that asked for it, or the names that it asked for, with the counts. */
export function dendrogram(threat: KeyFilter, found: readonly Found[]): Shown {
  const root = threat.ip ?? threat.name ?? '';
  const leaves = found.map((row) => ({
    label: threat.ip === undefined ? row.ip_dst : row.dns_qry_name,
    total: row.total,
  }));
  const height = Math.max(1, leaves.length) * HEIGHT;
  const middle = height / 2;
  const branches = leaves.map(({ label, total }, i) => branch(label, total, middle, (i + 0.5) * HEIGHT));
  const caption = `${printable(root)}: ${leaves.length} found`;
  const content = html`<g>
      <title>${root}</title>
      <text x="${ROOT - 8}" y="${middle + 4}" text-anchor="end" fill="currentColor" font-weight="bold">
        ${shortened(root, OF_ROOT)}
      </text>
    </g>
    ${branches}`;
  return new Shown(
    drawing(caption, WIDTH, height, content),
    [printable(root), ...leaves.map(({ label, total }) => `  ${printable(label)}\t${total}`)].join('\n'),
  );
}

function branch(label: string, total: number, from: number, to: number): Markup {
  const half = (ROOT + LEAVES) / 2;
  return html`<path
      d="M${ROOT},${from} C${half},${from} ${half},${to} ${LEAVES},${to}"
      fill="none"
      stroke="currentColor"
      stroke-opacity="0.4"
    ></path
    ><g
      ><title>${label}: ${total}</title><circle cx="${LEAVES}" cy="${to}" r="3" fill="#4c8fd0"></circle
      ><text x="${LEAVES + 8}" y="${to + 4}" fill="currentColor">${shortened(label, OF_LEAF)} (${total})</text></g
    >`;
}
