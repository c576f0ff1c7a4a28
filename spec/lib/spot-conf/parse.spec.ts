import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parseSpotConf } from '../../../lib/spot-conf/parse.js';

const valueOf = (text: string, name = 'A') => parseSpotConf(text).get(name);

describe('spot.conf', () => {
  it.each([
    ['A=spot', 'spot'],
    ["A='/user/spot'", '/user/spot'],
    ['A="/user/spot"', '/user/spot'],
    ['A=', ''],
    ["A=''", ''],
    ['A="" # hive,impala', ''],
    ['A=x # y', 'x'],
    ['A=x#y', 'x#y'],
    ['A=#y', '#y'],
    ['A= # y', ''],
    ['export A=x', 'x'],
    ["A = 'x'", 'x'],
    ['A=\'a\'"b"c', 'abc'],
    ["A='$B # `c`'", '$B # `c`'],
    ['A="a \\"b\\" \\$c \\\\ \\n"', 'a "b" $c \\ \\n'],
    ['A=a\\ b', 'a b'],
    ['A=x; B=y', 'x'],
    ['A=1\nA=2', '2'],
    ['B=/user\nA=${B}/spot', '/user/spot'],
    ['B=/user\nA="$B/${B}"', '/user//user'],
    ['B=/user\r\nA=${B}\r\n', '/user'],
    ['\uFEFFA=x', 'x'],
    ['#A=y\nA=x', 'x'],
  ])('%j gives %j', (text, value) => {
    expect(valueOf(text)).toMatchObject({ value });
    expect(valueOf(text)?.problem).toBeUndefined();
  });

  it.each([
    ['A=${B}/x', /\$\{B\} is set nowhere before/],
    ['A="x/$B"', /\$\{B\} is set nowhere before/],
    ['B=${C}\nA=${B}', /\$\{C\} is set nowhere before/],
    ['A=$(hostname)', /expected a plain value/],
    ['A="$(hostname)"', /expected a plain value/],
    ['A=`hostname`', /expected a plain value/],
    ['A=${B:-x}', /expected a plain value/],
    ["A='open", /expected a plain value/],
    ['A="open', /expected a plain value/],
  ])('%j has a value that cannot be known', (text, problem) => {
    expect(valueOf(text)?.problem).toMatch(problem);
  });

  it('tells the line of each value', () => {
    expect(valueOf('\n# c\nA=x\nB=y\nA=z')?.line).toBe(5);
  });

  it('does not look at the environment', () => {
    expect(valueOf('A=${PATH}')?.problem).toMatch(/PATH/);
  });

  it('never fails, whatever is in it', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parseSpotConf(`A=${text}`)));
  });

  it('gives what a shell gives', () => {
    const pieces = ["'", '"', '$B', '${B}', '#', '\\', '/x', 'é', '='];
    const words = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
    const texts = fc
      .sample(words, { numRuns: 300, seed: 5 })
      .filter((text) => valueOf(`B=b\nA=${text}`)?.problem === undefined);
    expect(texts.length).toBeGreaterThan(50);
    const script = texts.map((text) => `B=b\nA=${text}\nprintf '%s\\0' "$A"`).join('\n');
    const shell = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(texts.map((text) => valueOf(`B=b\nA=${text}`)!.value)).toEqual(shell);
  });
});
