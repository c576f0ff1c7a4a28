import { dnsScores } from '../../schemas/dns.js';
import type { Engine } from '../../streams/contracts.js';

/** What `dns_scores` calls the score: a table that Spot 1.0 made has `ml_score`. */
export async function scoreColumn(engine: Engine): Promise<'score' | 'ml_score'> {
  const columns = await engine.describe(dnsScores);
  return columns?.some(({ name }) => name === 'score') === false ? 'ml_score' : 'score';
}
