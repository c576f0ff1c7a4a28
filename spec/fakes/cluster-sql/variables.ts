/**
 * Hive's and Spark's `${…}`: replaced in the text of a statement before anything else sees it, inside literals too,
 * unless the session has switched it off.
 */
const VARIABLE = /\$\{([^}$ ]+)\}/g;
const OFF = 'hive.variable.substitute';
const SYSTEM: Readonly<Record<string, string>> = { 'user.name': 'hive', 'java.io.tmpdir': '/tmp', 'user.dir': '/' };

export type Options = Readonly<Record<string, string>>;

/**
 * @param options of the session and of the statement, as OpenSession, confOverlay or SET give them
 * @param environment that of the server
 */
export function substituted(
  sql: string,
  options: Options,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const option = (name: string) => options[name] ?? options[`set:hiveconf:${name}`];
  if (option(OFF)?.toLowerCase() === 'false') return sql;
  return sql.replace(VARIABLE, (written, name: string) => {
    const [, space, key] = /^(?:(env|system|hiveconf|hivevar):)?(.*)$/.exec(name)!;
    if (space === 'env') return environment[key!] ?? written;
    if (space === 'system') return SYSTEM[key!] ?? written;
    // Hive leaves an unknown one as it is, Spark takes it for an empty text: the greater loss is the better test.
    return option(key!) ?? options[`set:hivevar:${key!}`] ?? '';
  });
}
