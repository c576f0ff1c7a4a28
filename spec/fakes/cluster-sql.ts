/**
 * An Impala or a Hive over external Parquet tables of a storage, for tests: its statements really run, in DuckDB, and
 * change files and partitions as the servers do. Behind a loopback HiveServer2 it is `run`.
 *
 * A SELECT sees the partitions that were added, with the files that lie there when it starts. Not imitated: dynamic
 * partitions, complex types, rights.
 */
import type { Storage } from '../../streams/contracts.js';
import { textAnswer, type Answer } from './cluster-sql/answer.js';
import { databasesAnswer, describeAnswer, partitionsAnswer, tablesAnswer } from './cluster-sql/answers.js';
import type { PartitionSpec, TableName } from './cluster-sql/cursor.js';
import { Faults } from './cluster-sql/faults.js';
import { tokensOf, type Token } from './cluster-sql/lexer.js';
import { Metastore, partitionKey, pathOf, specText, type StoredTable } from './cluster-sql/metastore.js';
import { checkBytes, checkExpressions, checkOverlay } from './cluster-sql/impala-limits.js';
import { PartitionFiles } from './cluster-sql/partition-files.js';
import { Queries } from './cluster-sql/queries.js';
import { SERVER_ERRORS, type ServerDialect, type ServerErrors } from './cluster-sql/server-error.js';
import { parse, type Insert, type Statement } from './cluster-sql/statements.js';
import { substituted, type Options } from './cluster-sql/variables.js';

export { ServerError, type ServerDialect } from './cluster-sql/server-error.js';

export interface FakeClusterSqlOptions {
  readonly storage: Storage;
  readonly dialect: ServerDialect;
  /** What `${env:NAME}` finds. @default that of this process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * Whether a partition's files are those that lay there when it was added, loaded, inserted into or refreshed, as an
   * Impala has it: what others put there later is not seen, what they take away is an error. @default false
   */
  readonly remembersFiles?: boolean;
}

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
const SET = /^\s*SET\s+([\w.:-]+)\s*=\s*([^]*?)\s*$/i;

export class FakeClusterSql {
  /** Statements in the order in which they came. */
  readonly executed: string[] = [];
  /** Of the session: OpenSession's configuration, and what SET changed. A statement's overlay goes over them. */
  readonly session: Record<string, string> = {};
  readonly metastore: Metastore;

  readonly #dialect: ServerDialect;
  readonly #errors: ServerErrors;
  readonly #files: PartitionFiles;
  readonly #queries: Queries;
  readonly #faults = new Faults();
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor({ storage, dialect, environment = process.env, remembersFiles }: FakeClusterSqlOptions) {
    this.#dialect = dialect;
    this.#errors = SERVER_ERRORS[dialect];
    this.#environment = environment;
    this.metastore = new Metastore(dialect);
    this.#files = new PartitionFiles(storage, dialect, remembersFiles);
    this.#queries = new Queries({ storage, dialect, metastore: this.metastore, files: this.#files });
  }

  /**
   * Null for a statement without a result.
   * @param configuration what OpenSession was given, of a server with several sessions
   * @throws {ServerError}
   */
  readonly run = async (sql: string, overlay: Options = {}, configuration: Options = {}): Promise<Answer | null> => {
    this.executed.push(sql);
    await this.#faults.before(sql);
    const options = { ...configuration, ...this.session, ...overlay };
    if (this.#dialect === 'impala') checkOverlay(overlay);
    const text = this.#dialect === 'hive' ? substituted(sql, options, this.#environment) : sql;
    const answer = await this.#answer(text, options);
    await this.#faults.after(sql);
    return answer;
  };

  /** `spot.dns_scores`, … */
  get tables(): string[] {
    const found = [...this.metastore.databases].flatMap(([database, tables]) =>
      [...tables.keys()].map((name) => `${database}.${name}`),
    );
    return found.sort();
  }

  /** `y=2016/m=7/d=8`, … of `spot.dns_scores`. */
  partitions(table: string): string[] {
    const [database, name] = table.split('.') as [string, string];
    return [...this.metastore.table({ database, name }, 'read').partitions.keys()].sort();
  }

  /** Statements that match fail. */
  failOn(pattern: RegExp, error: Error, times = Infinity): void {
    this.#faults.fail(pattern, error, times);
  }

  /** Statements that match begin when the promise is settled. */
  delay(pattern: RegExp, until: Promise<unknown>): void {
    this.#faults.delay(pattern, until);
  }

  /** Called once, when a statement that matches is done and nobody knows it yet: here a server loses its answer. */
  afterwards(pattern: RegExp, work: () => Promise<void> | void): void {
    this.#faults.afterwards(pattern, work);
  }

  /**
   * The next LOAD … OVERWRITE dies in the middle: the old files are deleted and the new one is not in its place. On Hive
   * it is still where it was; on Impala it lies in a hidden folder of the partition, `.tmp_<uuid>`.
   * @param callback kills the server
   */
  dieAfterDelete(callback: () => Promise<void> | void): void {
    this.#faults.die(callback);
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#faults.clear();
  }

  close(): Promise<void> {
    return this.#queries.close();
  }

  async #answer(sql: string, options: Options): Promise<Answer | null> {
    const [, name, value] = SET.exec(sql) ?? [];
    if (name !== undefined) {
      this.session[name] = value!;
      return null;
    }
    if (this.#dialect === 'impala') checkBytes(sql);
    const tokens = tokensOf(sql, this.#dialect);
    if (this.#dialect === 'impala') checkExpressions(tokens);
    return this.#execute(parse(tokens, this.#dialect), options['use:database'] ?? 'default', tokens);
  }

  async #execute(statement: Statement, database: string, tokens: readonly Token[]): Promise<Answer | null> {
    const tableOf = (name: TableName, asked: 'read' | 'described' | 'changed' = 'changed') =>
      this.metastore.table({ database, ...name }, asked);
    switch (statement.kind) {
      case 'query':
        return this.#queries.answer(tokens, database);
      case 'explain':
        await this.#queries.answer(statement.tokens, database);
        return textAnswer(['Explain String'], [['PLAN-ROOT SINK']]);
      case 'createDatabase':
        return this.#createDatabase(statement);
      case 'dropDatabase':
        return this.#dropDatabase(statement);
      case 'createTable':
        return this.#createTable(statement, database);
      case 'dropTable':
        return this.#dropTable(statement, database);
      case 'describe':
        return describeAnswer(tableOf(statement.table, 'described'), this.#dialect, statement.detailed);
      case 'showTables': {
        const names = this.metastore.database(statement.database ?? database).keys();
        return tablesAnswer(names, this.#dialect, statement.like);
      }
      case 'showDatabases':
        return databasesAnswer(this.metastore, this.#dialect, statement.like);
      case 'showPartitions':
        return partitionsAnswer(tableOf(statement.table), this.#dialect);
      case 'use':
        this.metastore.database(statement.database);
        this.session['use:database'] = statement.database;
        return null;
      case 'addPartitions':
        return this.#addPartitions(statement, tableOf(statement.table, 'read'));
      case 'dropPartition': {
        const table = tableOf(statement.table, 'read');
        const { key, values } = this.metastore.partitionOf(table, statement.spec);
        const dropped = table.partitions.delete(key);
        if (!dropped && !statement.ifExists) throw this.#errors.partitionMissing(specText(table, values));
        return this.#summary(`Dropped ${Number(dropped)} partition(s).`);
      }
      case 'setLocation': {
        const table = tableOf(statement.table, 'read');
        const { key, partition } = this.#partition(table, statement.spec);
        const moved = { values: partition.values, location: pathOf(statement.location) };
        table.partitions.set(key, moved);
        await this.#files.look(moved);
        return this.#summary('New location has been set for the specified partition.');
      }
      case 'recover':
        return this.#recover(tableOf(statement.table, 'read'));
      case 'refresh': {
        const table = tableOf(statement.table);
        const named = statement.specs.map((spec) => this.#partition(table, spec).partition);
        for (const partition of named.length > 0 ? named : table.partitions.values())
          await this.#files.look(partition);
        return null;
      }
      case 'stats': {
        const table = tableOf(statement.table);
        if (statement.spec !== undefined) this.#partition(table, statement.spec);
        return this.#summary(`Updated 1 partition(s) and ${table.columns.length} column(s).`);
      }
      case 'load':
        return this.#load(statement, tableOf(statement.table));
      case 'insert':
        return this.#insert(statement, tableOf(statement.table), database);
    }
  }

  /** Impala answers each change with a sentence. */
  #summary(text: string): Answer | null {
    return this.#dialect === 'impala' ? textAnswer(['summary'], [[text]]) : null;
  }

  #createDatabase({ name, ifNotExists }: Of<'createDatabase'>): Answer | null {
    const exists = this.metastore.databases.has(name);
    if (exists && !ifNotExists) throw this.#errors.databaseExists(name);
    if (!exists) this.metastore.databases.set(name, new Map());
    return this.#summary(exists ? 'Database already exists.' : 'Database has been created.');
  }

  #dropDatabase({ name, ifExists, cascade }: Of<'dropDatabase'>): Answer | null {
    if (ifExists && !this.metastore.databases.has(name)) return this.#summary('Database does not exist.');
    if (this.metastore.database(name).size > 0 && !cascade) {
      throw this.#errors.running(
        `InvalidOperationException: Database ${name} is not empty. One or more tables exist.`,
      );
    }
    this.metastore.databases.delete(name);
    return this.#summary('Database has been dropped.');
  }

  async #createTable(statement: Of<'createTable'>, database: string): Promise<Answer | null> {
    const { columns, partition, external, ifNotExists } = statement;
    const of = { database, ...statement.table };
    const tables = this.metastore.database(of.database);
    if (tables.has(of.name)) {
      if (!ifNotExists) throw this.#errors.tableExists(`${of.database}.${of.name}`);
      return this.#summary('Table already exists.');
    }
    const location = pathOf(statement.location ?? `/user/hive/warehouse/${of.database}.db/${of.name}`);
    const partitions = new Map(partition.length > 0 ? [] : [['', { values: [], location }]]);
    tables.set(of.name, { ...of, columns, partition, external, location, partitions });
    await this.#files.makeFolder(location);
    return this.#summary('Table has been created.');
  }

  /** An external table's files stay. */
  async #dropTable({ table: name, ifExists }: Of<'dropTable'>, database: string): Promise<Answer | null> {
    const of = { database, ...name };
    const table = this.metastore.find(of);
    // Hive does not mind.
    if (table === undefined && (ifExists || this.#dialect === 'hive')) return this.#summary('Table does not exist.');
    if (table === undefined) throw this.#errors.tableMissing(`${of.database}.${of.name}`, 'changed');
    this.metastore.database(of.database).delete(of.name);
    if (!table.external) await this.#files.deleteFolder(table.location);
    return this.#summary('Table has been dropped.');
  }

  async #addPartitions({ partitions, ifNotExists }: Of<'addPartitions'>, table: StoredTable): Promise<Answer | null> {
    const found = partitions.map(({ spec, location }) => ({ ...this.metastore.partitionOf(table, spec), location }));
    const there = found.find(({ key }) => table.partitions.has(key));
    if (there && !ifNotExists) throw this.#errors.partitionExists(specText(table, there.values));
    for (const { key, values, location } of found) {
      const added = this.metastore.add(table, key, values, location === undefined ? undefined : pathOf(location));
      await this.#files.makeFolder(added.location);
      await this.#files.look(added);
    }
    return this.#summary('New partition has been added to the table.');
  }

  async #recover(table: StoredTable): Promise<Answer | null> {
    for (const values of await this.#files.partitionsIn(table)) {
      const key = partitionKey(table.partition, values);
      if (!table.partitions.has(key)) await this.#files.look(this.metastore.add(table, key, values));
    }
    return this.#summary('Partitions have been recovered.');
  }

  /** Impala wants the partition to be there, Hive makes it. */
  async #load({ path, overwrite, spec }: Of<'load'>, table: StoredTable): Promise<Answer | null> {
    const partition = this.#dialect === 'hive' ? this.#made(table, spec) : this.#partition(table, spec).partition;
    const { location } = partition;
    const afterDelete = overwrite ? this.#faults.takeDeath() : undefined;
    const loaded = await this.#files.load(path, location, overwrite, afterDelete);
    await this.#files.look(partition);
    const total = (await this.#files.visible(location)).length;
    return this.#summary(`Loaded ${loaded} file(s). Total files in destination location: ${total}`);
  }

  async #insert(insert: Insert, table: StoredTable, database: string): Promise<null> {
    const { key, values } = this.metastore.partitionOf(table, insert.spec);
    await this.#queries.write(insert, table, database, async (file) => {
      const partition = this.metastore.add(table, key, values);
      if (insert.overwrite) await this.#files.clear(partition.location);
      if (file !== null) await this.#files.add(file, partition.location);
      await this.#files.look(partition);
    });
    return null;
  }

  #made(table: StoredTable, spec: PartitionSpec | undefined) {
    const { key, values } = this.metastore.partitionOf(table, spec);
    return this.metastore.add(table, key, values);
  }

  #partition(table: StoredTable, spec: PartitionSpec | undefined) {
    const { key, values } = this.metastore.partitionOf(table, spec);
    const partition = table.partitions.get(key);
    if (partition === undefined) throw this.#errors.partitionMissing(specText(table, values));
    return { key, partition };
  }
}
