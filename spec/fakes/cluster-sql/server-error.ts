/**
 * What the servers say when they refuse. Texts and states of Impala are those of its sources (Analyzer, LoadDataStmt,
 * PartitionSpec, impala-hs2-server.cc: every state is HY000), those of Hive were seen on a Hive 4.0.1.
 */
export type ServerDialect = 'impala' | 'hive';

/** An error as a HiveServer2 reports it. */
export class ServerError extends Error {
  readonly sqlState: string;
  /** 0 on Impala. */
  readonly errorCode: number;

  constructor(message: string, sqlState: string, errorCode = 0) {
    super(message);
    this.name = 'ServerError';
    this.sqlState = sqlState;
    this.errorCode = errorCode;
  }
}

export interface ServerErrors {
  /** @param near the text that was not understood */
  syntax(near: string): ServerError;
  /** @param asked which clause names the table: Impala has a text for each */
  tableMissing(table: string, asked: 'read' | 'described' | 'changed'): ServerError;
  tableExists(table: string): ServerError;
  databaseMissing(database: string): ServerError;
  databaseExists(database: string): ServerError;
  partitionMissing(spec: string): ServerError;
  partitionExists(spec: string): ServerError;
  pathMissing(path: string): ServerError;
  /** Anything else that is found before a statement runs. */
  analysis(message: string): ServerError;
  /** What fails while it runs. */
  running(message: string): ServerError;
}

const impala = (message: string) => new ServerError(message, 'HY000');
const impalaAnalysis = (message: string) => impala(`AnalysisException: ${message}`);

const IMPALA: ServerErrors = {
  syntax: (near) =>
    impala(
      `ParseException: Syntax error in line 1:undefined: ${near}\n^\nEncountered: ${near}\n\nCAUSED BY: Exception: Syntax error\n`,
    ),
  tableMissing: (table, asked) =>
    impalaAnalysis(
      {
        read: `Could not resolve table reference: '${table}'`,
        described: `Could not resolve path: '${table}'`,
        changed: `Table does not exist: ${table}`,
      }[asked],
    ),
  tableExists: (table) => impalaAnalysis(`Table already exists: ${table}`),
  databaseMissing: (database) => impalaAnalysis(`Database does not exist: ${database}`),
  databaseExists: (database) => impalaAnalysis(`Database already exists: ${database}`),
  partitionMissing: (spec) => impalaAnalysis(`Partition spec does not exist: (${spec}).`),
  partitionExists: (spec) => impalaAnalysis(`Partition spec already exists: (${spec}).`),
  pathMissing: (path) => impalaAnalysis(`INPATH location '${path}' does not exist.`),
  analysis: impalaAnalysis,
  running: impala,
};

const COMPILING = 'Error while compiling statement: FAILED:';
const STACK =
  '\n\tat org.apache.hive.service.cli.operation.Operation.toSQLException(Operation.java:362)\n\tat java.base/java.lang.Thread.run(Thread.java:840)';
const semantic = (message: string, sqlState = '42000', errorCode = 40000) =>
  new ServerError(`${COMPILING} SemanticException ${message}${STACK}`, sqlState, errorCode);
const execution = (message: string) =>
  new ServerError(
    `Error while processing statement: FAILED: Execution Error, return code 40000 from org.apache.hadoop.hive.ql.ddl.DDLTask. ${message}${STACK}`,
    '08S01',
    40000,
  );

const HIVE: ServerErrors = {
  syntax: (near) =>
    new ServerError(
      `${COMPILING} ParseException line 1:0 cannot recognize input near ${near}${STACK}`,
      '42000',
      40000,
    ),
  tableMissing: (table) => semantic(`[Error 10001]: Line 1:14 Table not found '${table}'`, '42S02', 10001),
  tableExists: (table) => execution(`AlreadyExistsException(message:Table hive.${table} already exists)`),
  databaseMissing: (database) => semantic(`[Error 10072]: Database does not exist: ${database}`, '42000', 10072),
  databaseExists: (database) => execution(`Database ${database} already exists`),
  partitionMissing: (spec) => semantic(`[Error 10006]: Partition not found {${spec}}`, '42000', 10006),
  partitionExists: (spec) => execution(`AlreadyExistsException(message:Partition already exists: {${spec}})`),
  pathMissing: (path) => semantic(`Line 1:17 Invalid path ''${path}'': No files matching path ${path}`),
  analysis: (message) => semantic(message),
  running: (message) => execution(message),
};

export const SERVER_ERRORS: Readonly<Record<ServerDialect, ServerErrors>> = { impala: IMPALA, hive: HIVE };
