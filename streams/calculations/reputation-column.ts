/**
 * The column `query_rep`: `service:LABEL:value`, services joined by `::`, as Spot 1.0 wrote it and as its UI reads it:
 * split at `::`, each part at `:` into service, label, value and, where there is a fourth, categories split at `;` and `|`.
 */
import type { Verdict } from '../contracts.js';

const VALUES: ReadonlyMap<string, number> = new Map([
  ['HIGH', 3],
  ['MEDIUM', 2],
  ['LOW', 1],
  ['NONE', 0],
]);

/** The verdict on a key that a service does not list. */
export const UNKNOWN: Verdict = { label: 'UNKNOWN', value: -1 };

/** The verdict on a key that a service could not be asked about: not to be taken for a clean answer. */
export const UNAVAILABLE: Verdict = { label: 'UNAVAILABLE', value: -1 };

/** Spot's value of a label, in any case: HIGH 3, MEDIUM 2, LOW 1, NONE 0, any other -1 (unverified). */
export function reputationValue(label: string): number {
  return VALUES.get(label.toUpperCase()) ?? -1;
}

// eslint-disable-next-line no-control-regex -- a tab or line break would break the text files that hold the column
const SEPARATORS = /[:;|\u0000-\u001f\u007f]/g;

/**
 * A service's name or label with `_` for every character that the readers of the column split at, and for nothing at
 * all, which would make two colons of one.
 */
export function columnPart(text: string): string {
  return text.replace(SEPARATORS, '_') || '_';
}

export interface ServiceVerdict {
  /** The service's name. */
  readonly service: string;
  /** Undefined: the service does not list the key. */
  readonly verdict: Verdict | undefined;
}

/** `:name|group;name|group`, nothing without categories. */
function categoriesPart({ categories = [] }: Verdict): string {
  if (categories.length === 0) return '';
  return `:${categories.map(({ name, group }) => `${columnPart(name)}|${columnPart(group)}`).join(';')}`;
}

/** @returns an empty string when there is no service */
export function reputationColumn(verdicts: readonly ServiceVerdict[]): string {
  return verdicts
    .map(
      ({ service, verdict = UNKNOWN }) =>
        `${columnPart(service)}:${columnPart(verdict.label)}:${verdict.value}${categoriesPart(verdict)}`,
    )
    .join('::');
}
