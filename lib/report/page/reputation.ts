/** The column `query_rep`: `service:LABEL:value`, services joined by `::`, categories after a third colon. */

export type Level = 'high' | 'medium' | 'low' | 'none' | 'unverified';

export interface ServiceSays {
  readonly service: string;
  readonly label: string;
  readonly level: Level;
  /** `name|group;name|group`, or nothing. */
  readonly categories: string;
}

/** The most severe first. */
export const LEVELS: readonly Level[] = ['high', 'medium', 'low', 'none', 'unverified'];

const LEVEL_OF_VALUE: ReadonlyMap<number, Level> = new Map([
  [3, 'high'],
  [2, 'medium'],
  [1, 'low'],
  [0, 'none'],
]);

/** What each service says; text of another form is none. */
export function reputationOf(column: string | null): ServiceSays[] {
  return (column ?? '').split('::').flatMap((part) => {
    const [service, label, value, ...categories] = part.split(':');
    if (!service || !label || value === undefined || !/^-?\d+$/.test(value)) return [];
    const level = LEVEL_OF_VALUE.get(Number(value)) ?? 'unverified';
    return [{ service, label, level, categories: categories.join(':') }];
  });
}

/** The most severe of what the services say; nothing where no service was asked. */
export function worstOf(says: readonly ServiceSays[]): ServiceSays | undefined {
  return [...says].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))[0];
}

/** Severities that analysts give: 1 high, 2 medium, 3 low. */
export const severityLevel = (severity: number): Level | undefined =>
  ([undefined, 'high', 'medium', 'low'] as const)[severity];

/** The more severe of two, where 0 says nothing. */
export const severer = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));
