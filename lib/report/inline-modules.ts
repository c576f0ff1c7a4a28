/**
 * Modules of the page as one text: its browser takes no import from a page that may load nothing. The modules import by
 * names that they keep, so that their imports and the word `export` can simply go: what is left is one module, in which
 * everything stands before what uses it.
 */
import { OaError } from '../../schemas/errors.js';

/** As the compiler writes them. */
const IMPORT = /^import \{([^}]*)\} from [']\.\/([\w-]+\.js)';\n/gm;
const EXPORT = /^export (?=(?:async )?function |class |const |let )/gm;
const LEFT_OVER = /^(?:import|export)\b.*$/m;

/**
 * @param entry name of the module that is run: `main.js`
 * @param read gives the text of a module of the same folder
 * @throws {OaError} `INTERNAL` for an import or export of another form than the above
 */
export function inlineModules(entry: string, read: (name: string) => string): string {
  const done = new Set<string>();
  const texts: string[] = [];
  const add = (name: string) => {
    if (done.has(name)) return;
    done.add(name);
    const source = read(name).replace(/^\/\/# sourceMappingURL=.*\n?/gm, '');
    for (const [, names, file] of source.matchAll(IMPORT)) {
      if (/\bas\b/.test(names!)) throw new OaError('INTERNAL', `${name}: a name of ${file} is imported as another`);
      add(file!);
    }
    const text = source.replace(IMPORT, '').replace(EXPORT, '');
    const left = LEFT_OVER.exec(text);
    if (left)
      throw new OaError('INTERNAL', `${name}: ${left[0]}: expected import { … } from './….js' or export before it`);
    texts.push(text);
  };
  add(entry);
  return texts.join('');
}
