/** Whether too many lines were rejected: more than the share, but up to ten never fail a run. */
const NEVER_FAILS = 10;

export function tooManyRejected(rejected: number, lines: number, maxShare: number): boolean {
  return rejected > NEVER_FAILS && rejected > lines * maxShare;
}
