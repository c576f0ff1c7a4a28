import { createHash } from 'node:crypto';
import { SourceTextModule } from 'node:vm';
import { HOSTILE_NAMES } from '../../../lib/demo/hostile-names.js';
import { renderReport, scriptJson } from '../../../lib/report/render.js';
import { hostileTexts } from '../../fakes/hostile.js';
import { reportOf } from './report-of.js';

/** The elements of a page as a browser finds them: a script ends at the first `</script`, whatever stands around it. */
const elements = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`<${name}([^>]*)>(.*?)</${name}`, 'gs'))].map(([, attributes, text]) => ({
    attributes: attributes!,
    text: text!,
  }));
const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const ATTACKS = ['</script><script>alert(1)</script>', '<!--<script>', ']]>', '\u2028', '</SCRIPT >', '\u202e', '\0'];
const NAMES = [...HOSTILE_NAMES, ...ATTACKS, ...hostileTexts()];

describe('renderReport', () => {
  const data = reportOf(NAMES);
  const html = renderReport(data);

  it('holds the data as they are, and as nothing but data', () => {
    const scripts = elements(html, 'script');
    expect(scripts.map(({ attributes }) => attributes)).toEqual([
      ' type="application/json" id="report-data"',
      ' type="module"',
    ]);
    expect(JSON.parse(scripts[0]!.text)).toEqual(data);
    expect(scripts[0]!.text).not.toMatch(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    // Whatever the names are, the page around them is the same.
    const around = (page: string) => page.replace(elements(page, 'script')[0]!.text, '');
    expect(around(html)).toBe(around(renderReport(reportOf(['plain.example']))));
  });

  it('allows its own script and style alone, by their digests', () => {
    const [style] = elements(html, 'style');
    const [, script] = elements(html, 'script');
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)![1]!;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${digest(script!.text)}`,
      `style-src ${digest(style!.text)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // It comes before all that it is for.
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
    expect(html).not.toMatch(/unsafe-|https?:(?!\/\/www\.w3\.org\/2000\/svg)|@import|url\(/);
    const ours = html.replace(elements(html, 'script')[0]!.text, '').replace(script!.text, '');
    expect(ours.match(/ (on\w+|style|src|href)=/g)).toBeNull();
  });

  it('has one script that is a module without imports', () => {
    const [, script] = elements(html, 'script');
    // Two modules with a name in common would not be one.
    const module = new SourceTextModule(script!.text) as unknown as { dependencySpecifiers: string[] };
    expect(module.dependencySpecifiers).toEqual([]);
    expect(script!.text).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\(/,
    );
  });
});

describe('scriptJson', () => {
  it('is the same value when it is read', () => {
    const value = { '<a>': NAMES, b: [1, null, true, -0.5, { __proto__: null, '&': '"\\' }] };
    expect(JSON.parse(scriptJson(value))).toEqual(value);
  });
});
