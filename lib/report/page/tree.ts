/** A dendrogram: where its nodes stand. The leaves are lines of equal height, a branch stands beside its first. */

export interface TreeNode {
  readonly label: string | null;
  /** How often it came. */
  readonly total?: number;
  /** Stands out: what the analyst is looking at. */
  readonly marked?: boolean;
  /** Not a value but a remark: how many more there are. */
  readonly remark?: boolean;
  readonly children?: readonly TreeNode[];
}

export interface PlacedNode {
  readonly node: TreeNode;
  /** 0 for the root. */
  readonly depth: number;
  /** In lines, from 0 on. */
  readonly line: number;
}

export interface Tree {
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly { readonly from: PlacedNode; readonly to: PlacedNode }[];
  /** Lines in all. */
  readonly lines: number;
  readonly depth: number;
}

export function layTree(root: TreeNode): Tree {
  const nodes: PlacedNode[] = [];
  const links: { from: PlacedNode; to: PlacedNode }[] = [];
  let lines = 0;
  const place = (node: TreeNode, depth: number): PlacedNode => {
    const children = (node.children ?? []).map((child) => place(child, depth + 1));
    const line = children[0]?.line ?? lines++;
    const placed = { node, depth, line };
    nodes.push(placed);
    links.push(...children.map((to) => ({ from: placed, to })));
    return placed;
  };
  place(root, 0);
  // As they are read: a branch before what hangs on it.
  nodes.sort((a, b) => a.line - b.line || a.depth - b.depth);
  return { nodes, links, lines, depth: Math.max(...nodes.map(({ depth }) => depth)) };
}

/**
 * Client, its names, their answers; the marked name, which it asked for, comes first. `dns_a` holds the answers of one response, with `|`
 * between them.
 */
export function clientTree(
  client: string,
  { answers, total }: { answers: readonly (readonly [string | null, string | null, number])[]; total: number },
  marked: string,
): TreeNode {
  // The marked one is there, even where the answers of so busy a client were cut before it.
  const names = new Map<string | null, Map<string, number>>([[marked, new Map()]]);
  for (const [name, dns_a, times] of answers) {
    const of = names.get(name) ?? new Map<string, number>();
    names.set(name, of);
    for (const answer of dns_a ? dns_a.split('|').filter((one) => one !== '') : []) {
      of.set(answer, (of.get(answer) ?? 0) + times);
    }
  }
  const children: TreeNode[] = [...names].map(([name, of]) => ({
    label: name,
    marked: name === marked,
    children: few([...of].sort(([, a], [, b]) => b - a)),
  }));
  if (total > answers.length) children.push(more(total - answers.length, 'names or answers'));
  return { label: client, children };
}

/** Name, its clients. */
export function nameTree(
  name: string,
  { askers, clients }: { askers: readonly (readonly [string, number])[]; clients: number },
  marked: string,
): TreeNode {
  const children = askers.map(([label, total]): TreeNode => ({ label, total, marked: label === marked }));
  if (clients > askers.length) children.push(more(clients - askers.length, 'clients'));
  return { label: name, children };
}

const MOST_ANSWERS = 8;

const more = (count: number, what: string): TreeNode => ({ label: `${count} more ${what}`, remark: true });

const few = (answers: readonly (readonly [string, number])[]): TreeNode[] => {
  const shown = answers.length <= MOST_ANSWERS ? answers.length : MOST_ANSWERS - 1;
  const nodes = answers.slice(0, shown).map(([label, total]): TreeNode => ({ label, total }));
  return shown === answers.length ? nodes : [...nodes, more(answers.length - shown, 'answers')];
};
