/**
 * What analysts do with the two notebooks of a day, whoever runs the cells: a real Jupyter, or Node alone. Each test goes
 * on from where the last one left the day, as an analyst does.
 */
import { join } from 'node:path';
import { openAnalystDay, type AnalystDay } from '../../lib/analyst/analyst-day.js';
import { readText } from '../../lib/storage/text.js';
import { feedbackPath } from '../../lib/analyst/feedback-file.js';
import { DATE } from '../e2e/homes.js';
import { readBySpotMl } from '../fakes/spot-ml-feedback.js';

export interface Cell {
  readonly id: string;
  source: string;
}

/** What a cell showed. */
export interface Output {
  readonly html: string;
  readonly text: string;
}

export type NotebookName = 'Advanced_Mode' | 'Threat_Investigation';

export interface NotebookRunner {
  /** Of a run that is over; its notebooks lie in `ipynb/dns/<date>/`. */
  readonly home: string;
  /**
   * Runs all cells in the notebook's folder. @param edit changes cells before, in what is run only
   * @returns what each code cell showed, by its id
   */
  run(name: NotebookName, edit?: (cell: (id: string) => Cell) => void): Promise<ReadonlyMap<string, Output>>;
}

const TAGS = new Set(
  'table caption thead tbody tr th td p strong em br section h4 svg g title text rect path circle'.split(' '),
);

/** Elements that are none of ours: what a name would make if it were taken for markup. */
export const foreignElements = (html: string): string[] =>
  [...html.matchAll(/<\/?([^\s<>/]*)[^<>]*>?/g)].map(([, tag]) => tag!).filter((tag) => !TAGS.has(tag));

/** Rows of the tables in an output, cells as text. */
export const tableRows = (html: string): string[][] =>
  [...html.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell]) => plain(cell!)),
  );

const ENTITIES = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' } as const;
const plain = (html: string): string =>
  html.replace(/&(lt|gt|quot|#39|amp);/g, (_all, name: keyof typeof ENTITIES) => ENTITIES[name]);

export function notebookTemplates(name: string, start: () => Promise<NotebookRunner>): void {
  describe(`the notebooks on ${name}`, () => {
    let on: NotebookRunner;
    beforeAll(async () => {
      on = await start();
    }, 300_000);

    const day = async <T>(work: (of: AnalystDay) => Promise<T>): Promise<T> => {
      const analyst = await openAnalystDay(join(on.home, 'ipynb/dns', DATE));
      try {
        return await work(analyst);
      } finally {
        await analyst.close();
      }
    };
    const feedback = () =>
      day(async ({ warehouse: { storage, root } }) => readText(storage, `${root}/${feedbackPath(DATE)}`));
    /** A name that would be markup, and the client of another row; both are in the suspicious rows. */
    let [hostile, client] = ['', ''];
    const verdicts = (given: object[]) => (cell: (id: string) => Cell) => {
      cell('score').source = cell('score').source.replace(
        /const verdicts = \[[^\]]*\]/,
        `const verdicts = ${JSON.stringify(given)}`,
      );
    };

    it('Advanced_Mode shows rows, groups and charts, and stores nothing', async () => {
      const rows = (await day((of) => of.suspicious())).rows;
      hostile = rows.find(({ dns_qry_name }) => dns_qry_name.includes('<'))!.dns_qry_name;
      client = rows.find(
        ({ dns_qry_name, ip_dst }) => dns_qry_name !== hostile && ip_dst !== rows[0]!.ip_dst,
      )!.ip_dst;
      const shown = await on.run('Advanced_Mode');
      const cells = 'open suspicious seen-before filter order group charts details score scored audit sandbox';
      expect([...shown.keys()]).toEqual(cells.split(' '));
      const [heading, ...body] = tableRows(shown.get('suspicious')!.html);
      expect(heading!.slice(0, 4)).toEqual(['#', 'frame_time', 'ip_dst', 'dns_qry_name']);
      expect(body).toHaveLength(20);
      expect(body.map((row) => row[2])).toEqual(rows.slice(0, 20).map(({ ip_dst }) => ip_dst));
      for (const id of ['filter', 'order', 'group', 'details', 'sandbox'])
        expect([id, tableRows(shown.get(id)!.html).length > 1]).toEqual([id, true]);
      // Four severities, 24 hours, 15 domains.
      expect(shown.get('charts')!.html.match(/<rect /g)).toHaveLength(4 + 24 + 15);
      expect(shown.get('score')!.text).toContain('nothing is stored');
      expect(tableRows(shown.get('scored')!.html).map((row) => row[0])).toEqual(['#', '#']);
      expect(await day((of) => of.scored())).toEqual([]);
    }, 300_000);

    it('Advanced_Mode scores: the connections are gone from the list, and in the feedback', async () => {
      await on.run(
        'Advanced_Mode',
        verdicts([
          { name: hostile, severity: 'low' },
          { ip: client, severity: 'high' },
        ]),
      );
      const shown = await on.run('Advanced_Mode', (cell) => {
        cell('suspicious').source = cell('suspicious').source.replace('limit: 20', 'limit: 1000');
      });
      const listed = tableRows(shown.get('suspicious')!.html).slice(1);
      expect(listed.length).toBeGreaterThan(100);
      expect(listed.filter((row) => row[3] === hostile || row[2] === client)).toEqual([]);
      const scored = await day((of) => of.scored());
      expect(new Set(scored.map(({ ip_sev, dns_sev }) => `${ip_sev} ${dns_sev}`))).toEqual(new Set(['0 3', '1 0']));
      expect(tableRows(shown.get('scored')!.html).filter((row) => row[0] === '0')).toHaveLength(2);
      const low = readBySpotMl((await feedback())!);
      expect(new Set(low.map(({ dns_qry_name }) => dns_qry_name))).toEqual(new Set([hostile]));
      expect(tableRows(shown.get('audit')!.html)).toHaveLength(2);
    }, 300_000);

    it('Threat_Investigation searches further and tells the story of a threat', async () => {
      const shown = await on.run('Threat_Investigation', (cell) => {
        cell('story').source = `const title = 'Odd <b>names</b>';\nconst text = 'First line\\nSecond';`;
      });
      const cells = 'open threats choose search when save storyboard';
      expect([...shown.keys()]).toEqual(cells.split(' '));
      expect(tableRows(shown.get('threats')!.html)).toEqual([
        ['#', 'ip', 'name'],
        ['0', client, ''],
      ]);
      expect(shown.get('save')!.text).toContain('Odd <b>names</b>');
      const [story, ...others] = await day((of) => of.stories());
      expect(others).toEqual([]);
      expect(story).toMatchObject({ ip: client, title: 'Odd <b>names</b>', text: 'First line\nSecond' });
      expect(story!.search.length).toBeGreaterThan(0);
      const found = shown.get('search')!.html;
      const of = story!.search.map(({ dns_qry_name, ip_dst, total }) => [dns_qry_name, ip_dst, String(total)]);
      expect(
        tableRows(found)
          .slice(1)
          .map((row) => row.slice(2)),
      ).toEqual(of.map((row) => row.slice(1)));
      expect(found.match(/<circle /g)).toHaveLength(of.length);
      expect(shown.get('when')!.html.match(/<rect /g)).toHaveLength(24);
      expect(shown.get('storyboard')!.html).toContain('<h4>Odd &lt;b&gt;names&lt;/b&gt;</h4>');
    }, 300_000);

    it('shows names as text, never as HTML', async () => {
      const shown = await on.run('Advanced_Mode', (cell) => {
        for (const id of ['order', 'charts'])
          cell(id).source = cell(id).source.replaceAll(/limit: \d+/g, 'limit: 1000');
      });
      const all = [...shown.values(), ...(await on.run('Threat_Investigation')).values()];
      expect(all.flatMap(({ html }) => foreignElements(html))).toEqual([]);
      expect(shown.get('order')!.html.includes('&lt;script&gt;')).toBe(true);
    }, 300_000);

    it('Advanced_Mode has the reset, labelled and commented out; without the slashes it empties the day', async () => {
      expect((await day((of) => of.scored())).length).toBeGreaterThan(0);
      const shown = await on.run('Advanced_Mode', (cell) => {
        expect(cell('reset-heading').source).toMatch(/^## Reset scored connections\n/);
        expect(cell('reset').source).toBe("// facts(await day.reset(), 'Removed');");
        cell('reset').source = cell('reset').source.slice(3);
      });
      expect(shown.get('reset')!.text).toMatch(/^Removed\n.*stories: 1\n/s);
      expect(await day((of) => of.scored())).toEqual([]);
      expect(await day((of) => of.stories())).toEqual([]);
      expect(await feedback()).toBeNull();
    }, 300_000);
  });
}
