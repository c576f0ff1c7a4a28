/** The stories of a day as they are read: title, threat, text, and who else was concerned. */
import type { StoryWithSearch } from '../analyst/storyboard.js';
import { printable } from '../printable.js';
import { dendrogram } from './dendrogram.js';
import { html, lines, Markup } from './html.js';
import { Shown } from './shown.js';

const plainLines = (text: string) =>
  text
    .split(/\r\n|\n|\r/)
    .map(printable)
    .join('\n');

export function storyboard(stories: readonly StoryWithSearch[]): Shown {
  if (stories.length === 0)
    return new Shown(html`<p>No story is told of this day yet.</p>`, 'No story is told of this day yet.');
  const all = stories.map((story) => ({ story, tree: dendrogram(story, story.search) }));
  const markup = all.map(({ story: { ip, name, title, text }, tree }) => {
    const threat = ip === undefined ? html`Query name ${name}` : html`Client ${ip}`;
    return html`<section>
      <h4>${title}</h4>
      <p><em>${threat}</em></p>
      <p>${lines(text)}</p>
      ${new Markup(tree.html)}
    </section>`;
  });
  const text = all.map(({ story, tree }) => `${printable(story.title)}\n${plainLines(story.text)}\n${tree.text}`);
  return new Shown(html`${markup}`, text.join('\n\n'));
}
