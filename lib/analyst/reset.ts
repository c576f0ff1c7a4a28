import { ANALYST_TABLES } from '../../schemas/dns.js';
import { parseDay } from '../../schemas/days.js';
import type { OpenWarehouse } from '../oa-warehouse.js';

/** Where spot-ml reads the day's feedback, below the warehouse's root. */
export const feedbackPath = (date: string): string =>
  `dns/scored_results/${parseDay(date).text}/feedback/ml_feedback.csv`;

/** Removes what analysts said of a day: scores, storyboard, expanded searches and the feedback for spot-ml. */
export async function resetScores(warehouse: OpenWarehouse, date: string): Promise<void> {
  for (const table of ANALYST_TABLES) await warehouse.emptyPartition(table, date);
  await warehouse.storage.delete(`${warehouse.root}/${feedbackPath(date)}`);
}
