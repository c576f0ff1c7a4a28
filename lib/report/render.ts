/** `renderReport`: the page as one file that loads nothing and runs no script but its own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OaError } from '../../schemas/errors.js';
import { packageFile } from '../package-root.js';
import { inlineModules } from './inline-modules.js';
import type { ReportData } from './report-data.js';

/** Where the browser's code lies, once it is compiled. */
const PAGE = 'dist/lib/report/page';
const STYLE = 'lib/report/page.css';

/**
 * A whole HTML page. The data stand in it as JSON, which no browser runs, and its script puts them into the page as text
 * only; the policy allows that script and that style by their digests, and nothing else.
 */
export function renderReport(data: ReportData): string {
  const script = fits('script', `\n${inlineModules('main.js', (name) => read(`${PAGE}/${name}`))}`);
  const style = fits('style', `\n${read(STYLE)}`);
  const policy = [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Even the page's own script cannot make elements of text.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  // The date is one of the calendar, the only value that stands in the page outside the JSON.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>DNS OA ${data.date.replace(/\D/g, '')}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page shows its data by a script of its own; the browser runs none.</noscript>
<script type="application/json" id="report-data">${scriptJson(data)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/**
 * JSON that stands in a script element: no `<`, so that nothing ends the element or begins a comment in it, and no
 * character that moves others about where somebody looks at the page's source.
 */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** @param text what stands between the tags, to the byte */
const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A browser would end the element early, or digest another text than we do. */
function fits(element: 'script' | 'style', text: string): string {
  if (/<\/(script|style)|<!--|\r/i.test(text))
    throw new OaError('INTERNAL', `the page's ${element} cannot stand in it`);
  return text;
}

function read(path: string): string {
  try {
    return readFileSync(packageFile(path), 'utf8');
  } catch (cause) {
    throw new OaError('FILE_NOT_FOUND', `${path} of the package: ${(cause as Error).message}`, { cause });
  }
}
