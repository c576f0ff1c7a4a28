/** What a statement asks for. Each dialect has its own words: what the other one knows is a syntax error. */
import { Cursor, type PartitionSpec, type TableName } from './cursor.js';
import type { Token } from './lexer.js';
import { type ServerDialect } from './server-error.js';

export interface Field {
  readonly name: string;
  /** In the servers' words: `bigint`, `decimal(10,2)`. */
  readonly type: string;
}

export type Statement =
  | { readonly kind: 'query' | 'explain'; readonly tokens: readonly Token[] }
  | { readonly kind: 'createDatabase'; readonly name: string; readonly ifNotExists: boolean }
  | { readonly kind: 'dropDatabase'; readonly name: string; readonly ifExists: boolean; readonly cascade: boolean }
  | {
      readonly kind: 'createTable';
      readonly table: TableName;
      readonly external: boolean;
      readonly ifNotExists: boolean;
      readonly columns: readonly Field[];
      readonly partition: readonly Field[];
      readonly location?: string;
    }
  | { readonly kind: 'dropTable'; readonly table: TableName; readonly ifExists: boolean }
  | { readonly kind: 'describe'; readonly table: TableName; readonly detailed: boolean }
  | { readonly kind: 'showTables'; readonly database?: string; readonly like?: string }
  | { readonly kind: 'showDatabases'; readonly like: string | undefined }
  | { readonly kind: 'showPartitions'; readonly table: TableName }
  | { readonly kind: 'use'; readonly database: string }
  | {
      readonly kind: 'addPartitions';
      readonly table: TableName;
      readonly ifNotExists: boolean;
      readonly partitions: readonly { readonly spec: PartitionSpec; readonly location?: string }[];
    }
  | {
      readonly kind: 'dropPartition';
      readonly table: TableName;
      readonly ifExists: boolean;
      readonly spec: PartitionSpec;
    }
  | {
      readonly kind: 'setLocation';
      readonly table: TableName;
      readonly spec: PartitionSpec;
      readonly location: string;
    }
  | { readonly kind: 'recover'; readonly table: TableName }
  | { readonly kind: 'refresh'; readonly table: TableName; readonly specs: readonly PartitionSpec[] }
  | { readonly kind: 'stats'; readonly table: TableName; readonly spec?: PartitionSpec }
  | {
      readonly kind: 'load';
      readonly path: string;
      readonly overwrite: boolean;
      readonly table: TableName;
      readonly spec?: PartitionSpec;
    }
  | Insert;

export interface Insert {
  readonly kind: 'insert';
  readonly overwrite: boolean;
  readonly table: TableName;
  readonly columns?: readonly string[];
  readonly spec?: PartitionSpec;
  readonly query: readonly Token[];
}

/** @throws {ServerError} for what the dialect does not know */
export function parse(tokens: readonly Token[], dialect: ServerDialect): Statement {
  const cursor = new Cursor(tokens, dialect);
  if (isQuery(cursor)) return { kind: 'query', tokens };
  const statement = parserOf(cursor, dialect)();
  cursor.end();
  return statement;
}

const isQuery = (cursor: Cursor) => ['SELECT', 'WITH', 'VALUES', '('].some((word) => cursor.sees(word));

function parserOf(cursor: Cursor, dialect: ServerDialect): () => Statement {
  const common: Record<string, () => Statement> = {
    EXPLAIN: () => ({ kind: 'explain', tokens: cursor.rest() }),
    CREATE: () => create(cursor),
    DROP: () => drop(cursor),
    DESCRIBE: () => describe(cursor),
    SHOW: () => show(cursor),
    USE: () => ({ kind: 'use', database: cursor.name() }),
    ALTER: () => alter(cursor, dialect),
    LOAD: () => load(cursor),
    INSERT: () => insert(cursor, dialect),
  };
  const own: Record<ServerDialect, Record<string, () => Statement>> = {
    impala: {
      REFRESH: () => refresh(cursor),
      INVALIDATE: () => {
        cursor.expects('METADATA');
        return { kind: 'refresh', table: cursor.table(), specs: [] };
      },
      COMPUTE: () => {
        const incremental = cursor.takes('INCREMENTAL');
        cursor.expects('STATS');
        const table = cursor.table();
        return { kind: 'stats', table, spec: incremental ? cursor.optionalPartition() : undefined };
      },
    },
    hive: {
      MSCK: () => {
        cursor.expects('REPAIR', 'TABLE');
        return { kind: 'recover', table: cursor.table() };
      },
      ANALYZE: () => {
        cursor.expects('TABLE');
        const table = cursor.table();
        const spec = cursor.optionalPartition();
        cursor.expects('COMPUTE', 'STATISTICS');
        if (!cursor.takes('NOSCAN')) cursor.takes('FOR', 'COLUMNS');
        return { kind: 'stats', table, spec };
      },
    },
  };
  const known = { ...common, ...own[dialect] };
  const word = Object.keys(known).find((one) => cursor.takes(one));
  if (word === undefined) throw cursor.error();
  return known[word]!;
}

function create(cursor: Cursor): Statement {
  if (cursor.takes('DATABASE') || cursor.takes('SCHEMA')) {
    const ifNotExists = cursor.takes('IF', 'NOT', 'EXISTS');
    const name = cursor.name();
    for (const clause of ['COMMENT', 'LOCATION']) if (cursor.takes(clause)) cursor.text();
    return { kind: 'createDatabase', ifNotExists, name };
  }
  const external = cursor.takes('EXTERNAL');
  cursor.expects('TABLE');
  const ifNotExists = cursor.takes('IF', 'NOT', 'EXISTS');
  const table = cursor.table();
  const field = () => {
    const found = { name: cursor.name(), type: cursor.type() };
    if (cursor.takes('COMMENT')) cursor.text();
    return found;
  };
  const columns = cursor.list(field);
  const partition = cursor.takes('PARTITIONED', 'BY') ? cursor.list(field) : [];
  cursor.expects('STORED', 'AS', 'PARQUET');
  const location = cursor.takes('LOCATION') ? cursor.text() : undefined;
  if (cursor.takes('TBLPROPERTIES')) {
    cursor.list(() => {
      cursor.text();
      cursor.expects('=');
      cursor.text();
    });
  }
  return { kind: 'createTable', table, external, ifNotExists, columns, partition, location };
}

function drop(cursor: Cursor): Statement {
  const isDatabase = cursor.takes('DATABASE') || cursor.takes('SCHEMA');
  if (!isDatabase) cursor.expects('TABLE');
  const ifExists = cursor.takes('IF', 'EXISTS');
  if (isDatabase) return { kind: 'dropDatabase', ifExists, name: cursor.name(), cascade: cursor.takes('CASCADE') };
  const table = cursor.table();
  cursor.takes('PURGE');
  return { kind: 'dropTable', table, ifExists };
}

function describe(cursor: Cursor): Statement {
  const detailed = cursor.takes('FORMATTED') || cursor.takes('EXTENDED');
  return { kind: 'describe', detailed, table: cursor.table() };
}

function show(cursor: Cursor): Statement {
  if (cursor.takes('DATABASES') || cursor.takes('SCHEMAS'))
    return { kind: 'showDatabases', like: cursor.takes('LIKE') ? cursor.text() : undefined };
  if (cursor.takes('PARTITIONS')) return { kind: 'showPartitions', table: cursor.table() };
  cursor.expects('TABLES');
  const database = cursor.takes('IN') ? cursor.name() : undefined;
  const hasPattern = cursor.takes('LIKE') || cursor.sees('LIKE');
  return { kind: 'showTables', database, like: hasPattern ? cursor.text() : undefined };
}

function alter(cursor: Cursor, dialect: ServerDialect): Statement {
  cursor.expects('TABLE');
  const table = cursor.table();
  if (cursor.takes('ADD')) {
    const ifNotExists = cursor.takes('IF', 'NOT', 'EXISTS');
    const partitions = [];
    do {
      cursor.expects('PARTITION');
      const spec = cursor.partitionSpec();
      partitions.push({ spec, location: cursor.takes('LOCATION') ? cursor.text() : undefined });
    } while (cursor.sees('PARTITION'));
    return { kind: 'addPartitions', table, ifNotExists, partitions };
  }
  if (cursor.takes('DROP')) {
    const ifExists = cursor.takes('IF', 'EXISTS');
    cursor.expects('PARTITION');
    const spec = cursor.partitionSpec();
    cursor.takes('PURGE');
    return { kind: 'dropPartition', table, ifExists, spec };
  }
  if (dialect === 'impala' && cursor.takes('RECOVER', 'PARTITIONS')) return { kind: 'recover', table };
  cursor.expects('PARTITION');
  const spec = cursor.partitionSpec();
  cursor.expects('SET', 'LOCATION');
  return { kind: 'setLocation', table, spec, location: cursor.text() };
}

function refresh(cursor: Cursor): Statement {
  const table = cursor.table();
  const specs: PartitionSpec[] = [];
  while (cursor.takes('PARTITION')) specs.push(cursor.partitionSpec());
  return { kind: 'refresh', table, specs };
}

function load(cursor: Cursor): Statement {
  cursor.expects('DATA', 'INPATH');
  const path = cursor.text();
  const overwrite = cursor.takes('OVERWRITE');
  cursor.expects('INTO', 'TABLE');
  const table = cursor.table();
  return { kind: 'load', path, overwrite, table, spec: cursor.optionalPartition() };
}

/** A list of columns stands before the partition on Impala, after it on Hive. */
function insert(cursor: Cursor, dialect: ServerDialect): Insert {
  const overwrite = cursor.takes('OVERWRITE');
  if (!overwrite) cursor.expects('INTO');
  // Hive wants the word after OVERWRITE, where it may be left out after INTO.
  if (overwrite && dialect === 'hive') cursor.expects('TABLE');
  else cursor.takes('TABLE');
  const table = cursor.table();
  // A parenthesis may also begin the query.
  const columnsHere = () =>
    cursor.sees('(') && !cursor.sees('(', 'SELECT') ? cursor.list(() => cursor.name()) : undefined;
  const before = dialect === 'impala' ? columnsHere() : undefined;
  const spec = cursor.optionalPartition();
  const columns = before ?? (dialect === 'hive' ? columnsHere() : undefined);
  if (!isQuery(cursor)) throw cursor.error();
  return { kind: 'insert', overwrite, table, columns, spec, query: cursor.rest() };
}
