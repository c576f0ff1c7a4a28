import { clientTree, layTree, nameTree } from '../../../../lib/report/page/tree.js';
import { windowOf } from '../../../../lib/report/page/window.js';

describe('trees', () => {
  it('of a client: its names, the marked one first, with the answers that came most', () => {
    const answers = [
      ['a.example', '192.0.2.1|192.0.2.2', 2],
      ['a.example', '192.0.2.2', 3],
      ['b.example', '', 1],
      [null, null, 1],
    ] as const;
    expect(clientTree('10.0.0.1', { answers, total: 6 }, 'b.example')).toEqual({
      label: '10.0.0.1',
      children: [
        { label: 'b.example', marked: true, children: [] },
        {
          label: 'a.example',
          marked: false,
          children: [
            { label: '192.0.2.2', total: 5 },
            { label: '192.0.2.1', total: 2 },
          ],
        },
        { label: null, marked: false, children: [] },
        { label: '2 more names or answers', remark: true },
      ],
    });
  });

  it('of a client: the marked name even where it is not among the answers, and few answers of a name', () => {
    const many = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`).join('|');
    const { children } = clientTree('c', { answers: [['x.example', many, 1]], total: 1 }, 'y.example');
    expect(children!.map(({ label }) => label)).toEqual(['y.example', 'x.example']);
    expect(children![1]!.children).toHaveLength(8);
    expect(children![1]!.children!.at(-1)).toEqual({ label: '13 more answers', remark: true });
  });

  it('of a name: its clients', () => {
    const askers = [
      ['10.0.0.1', 5],
      ['10.0.0.2', 1],
    ] as const;
    expect(nameTree('a.example', { askers, clients: 9 }, '10.0.0.2').children).toEqual([
      { label: '10.0.0.1', total: 5, marked: false },
      { label: '10.0.0.2', total: 1, marked: true },
      { label: '7 more clients', remark: true },
    ]);
  });

  it('are laid out in lines: leaves one below the other, a branch beside its first', () => {
    const leaf = (label: string) => ({ label });
    const tree = layTree({ label: 'r', children: [{ label: 'a', children: [leaf('a1'), leaf('a2')] }, leaf('b')] });
    expect(tree.nodes.map(({ node, depth, line }) => [node.label, depth, line])).toEqual([
      ['r', 0, 0],
      ['a', 1, 0],
      ['a1', 2, 0],
      ['a2', 2, 1],
      ['b', 1, 2],
    ]);
    expect([tree.lines, tree.depth, tree.links.length]).toEqual([3, 2, 4]);
  });
});

describe('windowOf', () => {
  const of = (top: number, total: number) => windowOf({ top, height: 340, rowHeight: 34, total });

  it('holds what is in sight and a few rows around it', () => {
    expect(of(0, 10_000)).toEqual({ start: 0, end: 21 });
    expect(of(3400, 10_000)).toEqual({ start: 90, end: 121 });
    expect(of(340_000, 10_000)).toEqual({ start: 9979, end: 10_000 });
  });

  it('holds all of a short table, and nothing of an empty one', () => {
    expect(of(0, 5)).toEqual({ start: 0, end: 5 });
    expect(of(500, 5)).toEqual({ start: 0, end: 5 });
    expect(of(0, 0)).toEqual({ start: 0, end: 0 });
  });
});
