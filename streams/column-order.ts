/** Which columns the rows have at each step of a pipeline: the check of the order when it runs. */
import { parseKind, KINDS, type ColumnKind, type Columns } from '../schemas/columns.js';
import { OaError } from '../schemas/errors.js';
import { RowSink, RowSource, RowTransform } from './rows.js';

interface Known {
  readonly columns: Columns;
  /** Whether the rows have no other columns. */
  readonly complete: boolean;
}

const UNKNOWN: Known = { columns: {}, complete: false };

/**
 * Follows the columns through the steps, as far as they are known, and tells the sink what comes in.
 * @throws {OaError} `STEP_ORDER`, `COLUMN_DUPLICATE`
 */
export function checkOrder(streams: readonly unknown[]): void {
  const source = streams[0];
  let known = source instanceof RowSource && source.columns ? { columns: source.columns, complete: true } : UNKNOWN;
  for (const stream of streams.slice(1)) {
    if (stream instanceof RowSink) {
      checkNeeds(known, stream);
      stream.incoming = known.complete ? known.columns : undefined;
    } else {
      // What a stream of other code makes of the rows is its own affair.
      known = stream instanceof RowTransform ? knownAfter(known, stream) : UNKNOWN;
    }
  }
}

/**
 * What several steps together need and add.
 * @throws {OaError} `STEP_ORDER`, `COLUMN_DUPLICATE`
 */
export function columnsOf(steps: readonly RowTransform[]): { needs: Columns; adds: Columns } {
  const needs: Record<string, ColumnKind> = {};
  let known = UNKNOWN;
  for (const step of steps) {
    for (const [name, kind] of Object.entries(step.needs)) {
      if (!Object.hasOwn(known.columns, name)) needs[name] ??= kind;
    }
    const late = Object.keys(step.adds).filter((name) => Object.hasOwn(needs, name));
    if (late.length > 0)
      throw new OaError('STEP_ORDER', `${nameOf(step)} comes after a step that needs ${late.join(', ')}`);
    known = knownAfter(known, step);
  }
  return { needs, adds: known.columns };
}

function knownAfter(known: Known, step: RowTransform): Known {
  checkNeeds(known, step);
  const twice = Object.keys(step.adds).filter((name) => Object.hasOwn(known.columns, name));
  if (twice.length > 0)
    throw new OaError('COLUMN_DUPLICATE', `${nameOf(step)}: the rows already have ${twice.join(', ')}`);
  return { ...known, columns: { ...known.columns, ...step.adds } };
}

function checkNeeds({ columns, complete }: Known, step: RowTransform | RowSink): void {
  for (const [name, kind] of Object.entries(step.needs)) {
    const found = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (found === undefined && complete) {
      const names = Object.keys(columns).join(', ');
      throw new OaError('STEP_ORDER', `${nameOf(step)} needs ${name}; at this point the rows have ${names}`);
    }
    if (found !== undefined && valueOf(found) !== valueOf(kind))
      throw new OaError('STEP_ORDER', `${nameOf(step)} needs ${name} as ${kind}; the rows have it as ${found}`);
  }
}

const valueOf = (kind: ColumnKind) => KINDS[parseKind(kind).kind].ts;

/** Steps are told apart by what they add: most are of the same class. */
function nameOf(step: RowTransform | RowSink): string {
  const adds = step instanceof RowTransform ? Object.keys(step.adds) : [];
  return adds.length > 0 ? `the step that adds ${adds.join(', ')}` : `the step ${step.constructor.name}`;
}
