import {
  barChart,
  dendrogram,
  facts,
  grouped,
  HOURS,
  hourOf,
  ordered,
  SEVERITY_NAMES,
  severityOfRow,
  show,
  storyboard,
  table,
} from '../../../lib/notebook.js';
import { html, Markup } from '../../../lib/notebook/html.js';
import { foreignElements, tableRows } from '../../conformance/notebook-templates.js';

const HOSTILE = [
  '<img src=x onerror=alert(1)>.example',
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '</svg><iframe>',
  '&lt;b&gt;',
  'right\u202eleft',
  'bell\u0007\u001b[2J',
  'line\nfeed',
];

/** Characters that move others about, or the cursor; tabs and line ends are ours. */
const hidden = (text: string) => [...text].filter((char) => /[\p{Cc}\p{Cf}]/u.test(char) && !'\t\n'.includes(char));

describe('html', () => {
  it('escapes values wherever they stand, and keeps markup and lists of it', () => {
    expect(html`<a title="${'"<&>\''}">${[html`<b>${'<'}</b>`, new Markup('<i>')]}</a>`.text).toBe(
      '<a title="&quot;&lt;&amp;&gt;&#39;"><b>&lt;</b><i></a>',
    );
  });

  it('shows control and format characters as escapes', () => {
    expect(html`${'a\u202eb\u0000'}`.text).toBe('a\\u{202e}b\\u{0}');
  });
});

describe('names of attackers', () => {
  it.each(HOSTILE)('%j is text in tables, charts, trees and stories', (name) => {
    const found = [{ dns_qry_name: name, ip_dst: name, total: 1 }];
    const all = [
      table([{ [name]: name }], { caption: name }),
      facts({ [name]: name }, name),
      barChart([{ value: name, connections: 1 }], { title: name }),
      dendrogram({ name }, found),
      storyboard([{ name, title: name, text: name, search: found }]),
    ];
    for (const { html: markup } of all) {
      expect(foreignElements(markup)).toEqual([]);
      // No attribute of its own, once what stands in quotes is out of the way.
      expect(markup.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^<>]*\son\w+\s*=/);
      expect(hidden(markup)).toEqual([]);
    }
    expect(hidden(show(...all).text)).toEqual([]);
  });
});

describe('table', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ n: i, name: ` name ${i}` }));

  it('shows the first rows, numbered from 0, and says how many there are', () => {
    const { html: markup, text } = table(rows, { caption: 'Names', limit: 2 });
    expect(tableRows(markup)).toEqual([
      ['#', 'n', 'name'],
      ['0', '0', ' name 0'],
      ['1', '1', ' name 1'],
    ]);
    expect(text).toBe('Names: the first 2 of 60 rows\n#\tn\tname\n0\t0\t name 0\n1\t1\t name 1');
    expect(tableRows(table(rows).html)).toHaveLength(51);
  });

  it('has the columns that are asked for, empty where a row has none', () => {
    expect(tableRows(table([{ a: null, b: 2n }], { columns: ['b', 'a', 'c'] }).html)).toEqual([
      ['#', 'b', 'a', 'c'],
      ['0', '2', '', ''],
    ]);
    expect(table([]).text).toBe('0 rows\n#');
  });

  it('shows facts one below the other, lists as JSON', () => {
    expect(facts({ rows: 2, names: ['a', 'b'], path: null }, 'Done').text).toBe(
      'Done\nrows: 2\nnames: ["a","b"]\npath: ',
    );
  });
});

describe('rows', () => {
  const rows = [
    { ip_dst: '10.0.0.2', dns_qry_name: 'a', hh: 4, score: 0.2 },
    { ip_dst: '10.0.0.1', dns_qry_name: 'b', hh: null, score: 0.1 },
    { ip_dst: '10.0.0.1', dns_qry_name: 'a', hh: '04', score: null },
    { ip_dst: '10.0.0.1', dns_qry_name: 'a', hh: 23, score: 10 },
  ];

  it('are ordered by value, what is missing last, and stay themselves', () => {
    expect(ordered(rows, 'score').map(({ score }) => score)).toEqual([0.1, 0.2, 10, null]);
    expect(ordered(rows, ({ ip_dst }) => ip_dst).map((row) => rows.indexOf(row))).toEqual([1, 2, 3, 0]);
    expect(ordered(rows, 'dns_qry_name', 'descending')[0]).toBe(rows[1]);
  });

  it('are grouped, the largest group first, with their clients and names', () => {
    expect(grouped(rows, 'dns_qry_name')).toEqual([
      { value: 'a', connections: 3, clients: 2, names: 1 },
      { value: 'b', connections: 1, clients: 1, names: 1 },
    ]);
    expect(grouped(rows, hourOf).map(({ value, connections }) => [value, connections])).toEqual([
      ['04', 2],
      ['', 1],
      ['23', 1],
    ]);
  });

  it('have the more severe of their verdicts', () => {
    const severity = (ip_sev: unknown, dns_sev: unknown) => severityOfRow({ ip_sev, dns_sev });
    expect([severity(0, 3), severity(2, 3), severity(1, 0), severity(0, 0), severity(undefined, null)]).toEqual([
      ...['low', 'medium', 'high', 'none', 'none'],
    ]);
    expect(SEVERITY_NAMES).toEqual(['high', 'medium', 'low', 'none']);
  });
});

describe('barChart', () => {
  const groups = [
    { value: '23', connections: 4 },
    { value: '', connections: 2 },
  ];

  it('draws a bar for each group, the longest for the largest', () => {
    const { html: markup, text } = barChart(groups, { title: 'By hour' });
    expect([...markup.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width))).toEqual([420, 210]);
    expect(markup).toContain('aria-label="By hour"');
    expect(markup).toContain('(none)');
    expect(text).toBe('By hour\n23\t4\n\t2');
  });

  it('draws the labels that are asked for first, those without rows too', () => {
    const lines = barChart(groups, { title: 'By hour', labels: HOURS }).text.split('\n');
    expect(lines).toHaveLength(26);
    expect([lines[1], lines[24], lines[25]]).toEqual(['00\t0', '23\t4', '\t2']);
  });

  it('says how many it leaves out', () => {
    expect(barChart(groups, { title: 'T', limit: 1 }).text).toBe('T (the first 1 of 2)\n23\t4');
    expect(barChart([], { title: 'Nothing' }).text).toBe('Nothing');
  });
});

describe('dendrogram', () => {
  it('has the clients of a name, and the names of a client', () => {
    const found = [{ dns_qry_name: 'a.example', ip_dst: '10.0.0.1', total: 7 }];
    expect(dendrogram({ name: 'a.example' }, found).text).toBe('a.example\n  10.0.0.1\t7');
    const { html: markup, text } = dendrogram({ ip: '10.0.0.1' }, found);
    expect(text).toBe('10.0.0.1\n  a.example\t7');
    expect(markup.match(/<path\s/g)).toHaveLength(1);
    expect(markup).toContain('a.example (7)');
  });
});

describe('storyboard', () => {
  it('tells each story with its threat, its lines and its search', () => {
    const { html: markup, text } = storyboard([{ ip: '10.0.0.1', title: 'T', text: 'one\ntwo', search: [] }]);
    expect(markup).toContain('Client 10.0.0.1');
    expect(markup).toContain('one<br />two<br />');
    expect(text).toBe('T\none\ntwo\n10.0.0.1');
    expect(storyboard([]).text).toBe('No story is told of this day yet.');
  });
});

describe('a cell', () => {
  it('shows its last value by the method that the kernel asks for', () => {
    const shown = show(table([{ a: 1 }]), facts({ b: 2 }));
    const display = (shown as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for('Jupyter.display')
    ]!;
    const bundle = display.call(shown);
    expect(Object.keys(bundle)).toEqual(['text/html', 'text/plain']);
    expect(bundle['text/plain']).toBe('1 row\n#\ta\n0\t1\n\n\nb: 2');
    expect(bundle['text/html']!.match(/<table>/g)).toHaveLength(2);
  });
});
