/** Values of a caller's own statements as SQL text, for Impala, Hive and Spark alike. */
import { OaError } from '../../../schemas/errors.js';
import { clusterLiterals, hiveLiterals } from '../literals.js';
import type { ServerDialect } from './options.js';

export type ParameterValue = string | number | bigint | boolean | null | Date;

/** A value, or several for an IN list. */
export type Parameter = ParameterValue | readonly ParameterValue[];

const BIGINT_LIMIT = 2n ** 63n;

/**
 * A value as a literal: text escaped; a number as digits where it is an exact integer, else with an exponent, which
 * makes it a DOUBLE; a Date as a TIMESTAMP of UTC; an array as its values with commas, for `IN (?)`.
 * @param dialect `hive`, for Hive and Spark, differs in texts in which octal digits follow a NUL. @default 'impala'
 * @throws {OaError} `VALUE_INVALID` for anything else, an empty array, and a bigint that is no BIGINT
 */
export function literal(value: Parameter, dialect: ServerDialect = 'impala'): string {
  if (Array.isArray(value)) {
    if (value.length === 0) throw unfit('an array without values: IN () is no SQL');
    return value.map((one: ParameterValue) => single(one, dialect)).join(', ');
  }
  return single(value as ParameterValue, dialect);
}

function single(value: ParameterValue, dialect: ServerDialect): string {
  if (value === null) return 'NULL';
  if (value instanceof Date) return timestamp(value);
  if (typeof value === 'string') return (dialect === 'hive' ? hiveLiterals : clusterLiterals).text(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return String(value);
    return Number.isFinite(value) ? value.toExponential() : clusterLiterals.notFinite(value, 'double');
  }
  if (typeof value !== 'bigint') throw unfit(Array.isArray(value) ? 'an array in an array' : typeof value);
  if (value >= BIGINT_LIMIT || value < -BIGINT_LIMIT) throw unfit('a bigint beyond 64 bits');
  return String(value);
}

function timestamp(date: Date): string {
  const year = date.getUTCFullYear();
  // Years that all of them know.
  if (!(year >= 1400 && year <= 9999)) throw unfit('a Date outside the years 1400 to 9999, or none');
  return `CAST('${date.toISOString().replace('T', ' ').replace('Z', '')}' AS TIMESTAMP)`;
}

const unfit = (got: string) =>
  new OaError(
    'VALUE_INVALID',
    `expected text, a number, a bigint, a boolean, null, a Date or an array of these; got ${got}`,
  );
