import { inlineModules } from '../../../lib/report/inline-modules.js';

const inline = (files: Record<string, string>) => inlineModules('main.js', (name) => files[name]!);
// Put together, so that no scan of imports takes them for ours.
const importOf = (names: string, file: string) => ['import ', `{ ${names} }`, ` from './${file}';\n`].join('');

describe('inlineModules', () => {
  it('puts each module once before those that use it', () => {
    const text = inline({
      'main.js': `${importOf('b', 'b.js')}${importOf('c, C', 'c.js')}run(b, c, C);\n`,
      'b.js': `${importOf('c', 'c.js')}export const b = c;\n//# sourceMappingURL=b.js.map`,
      'c.js': 'export class C {}\nexport async function d() {}\nexport let e;\nexport function c() {}\n',
    });
    expect(text).toBe('class C {}\nasync function d() {}\nlet e;\nfunction c() {}\nconst b = c;\nrun(b, c, C);\n');
  });

  it.each([
    ['a name that becomes another', importOf('a as b', 'b.js')],
    ['a default', ['import b ', "from './b.js';\n"].join('')],
    ['a package', ['import ', "{ b } from 'b';\n"].join('')],
    ['a list of exports', 'const a = 1;\nexport { a };\n'],
    ['a default export', 'export default 1;\n'],
  ])('does not take %s', (_what, text) => {
    expect(() => inline({ 'main.js': text, 'b.js': '' })).toThrow(/^main\.js: /);
  });
});
