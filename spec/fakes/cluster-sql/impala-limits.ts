/** What an Impala refuses whatever the statement says. */
import { isWord } from './cursor.js';
import type { Token } from './lexer.js';
import { ServerError } from './server-error.js';

/** `max_statement_length_bytes` and `statement_expression_limit`, as they are when nobody sets them. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_EXPRESSIONS = 250_000;

/** Query options that a test may use; there are more. */
const QUERY_OPTIONS: readonly string[] = [
  'abort_on_error',
  'batch_size',
  'compression_codec',
  'decimal_v2',
  'exec_time_limit_s',
  'impala.resultset.cache.size',
  'mem_limit',
  'mt_dop',
  'num_nodes',
  'parquet_file_size',
  'query_timeout_s',
  'request_pool',
  'sync_ddl',
  'timezone',
];

/** @throws {ServerError} for an option that is none: OpenSession passes over such, a statement does not */
export function checkOverlay(overlay: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(overlay).find(
    (key) => !/^(use|set):/.test(key) && !QUERY_OPTIONS.includes(key.toLowerCase()),
  );
  if (unknown !== undefined) throw new ServerError(`Invalid query option: ${unknown}`, 'HY000');
}

/** @throws {ServerError} for a statement that is too long */
export function checkBytes(sql: string): void {
  const bytes = Buffer.byteLength(sql);
  if (bytes > MAX_BYTES) {
    throw new ServerError(
      `Statement length of ${bytes} bytes exceeds the maximum statement length (${MAX_BYTES} bytes)`,
      'HY000',
    );
  }
}

/** @throws {ServerError} for a statement of too many expressions: each literal and each CAST is one */
export function checkExpressions(tokens: readonly Token[]): void {
  const isExpression = (token: Token) =>
    token.kind === 'text' || token.kind === 'number' || isWord(token, 'CAST') || isWord(token, 'NULL');
  const expressions = tokens.filter(isExpression).length;
  if (expressions > MAX_EXPRESSIONS) {
    throw new ServerError(
      `AnalysisException: Exceeded the statement expression limit (${MAX_EXPRESSIONS})\nStatement has ${expressions} expressions.`,
      'HY000',
    );
  }
}
