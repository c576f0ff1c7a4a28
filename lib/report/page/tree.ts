/** A dendrogram: where its nodes stand. The leaves are lines of equal height, a branch stands in the middle of its own. */

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
    const line = children.length === 0 ? lines++ : (children[0]!.line + children.at(-1)!.line) / 2;
    const placed = { node, depth, line };
    nodes.push(placed);
    links.push(...children.map((to) => ({ from: placed, to })));
    return placed;
  };
  place(root, 0);
  return { nodes, links, lines, depth: Math.max(...nodes.map(({ depth }) => depth)) };
}

/** Client, its names, their answers; `dns_a` holds those of one response, with `|` between them. */
export function clientTree(
  client: string,
  { answers, total }: { answers: readonly (readonly [string | null, string | null, number])[]; total: number },
  marked: string,
): TreeNode {
  const names = new Map<string | null, Map<string, number>>();
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
    children: few(
      [...of].map(([label, times]) => ({ label, total: times })),
      of.size,
    ),
  }));
  if (total > answers.length) children.push(more(total - answers.length));
  return { label: client, children };
}

/** Name, its clients. */
export function nameTree(
  name: string,
  { askers, clients }: { askers: readonly (readonly [string, number])[]; clients: number },
  marked: string,
): TreeNode {
  const children = askers.map(([label, total]): TreeNode => ({ label, total, marked: label === marked }));
  if (clients > askers.length) children.push(more(clients - askers.length));
  return { label: name, children };
}

const MOST_ANSWERS = 8;

const more = (count: number): TreeNode => ({ label: `${count} more`, remark: true });

const few = (nodes: readonly TreeNode[], count: number): TreeNode[] =>
  count <= MOST_ANSWERS ? [...nodes] : [...nodes.slice(0, MOST_ANSWERS - 1), more(count - MOST_ANSWERS + 1)];
