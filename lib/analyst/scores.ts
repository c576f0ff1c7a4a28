/** What analysts said of a day, read back from the tables. */
import { parseDay } from '../../schemas/days.js';
import { dnsScores, dnsThreatInvestigation } from '../../schemas/dns.js';
import type { Engine, ScoredConnections } from '../../streams/contracts.js';
import { scoresQuery } from '../engine/dns-queries.js';
import type { OpenWarehouse } from '../oa-warehouse.js';

/** What `dns_scores` calls the score: a table that Spot 1.0 made has `ml_score`. */
export async function scoreColumn(engine: Engine): Promise<'score' | 'ml_score'> {
  const columns = await engine.describe(dnsScores);
  return columns?.some(({ name }) => name === 'score') === false ? 'ml_score' : 'score';
}

/** Severities of the day's names and clients; where the table or its partition is missing, none. */
export async function scoresOf(
  { engine, tables }: Pick<OpenWarehouse, 'engine' | 'tables'>,
  date: string,
): Promise<ScoredConnections> {
  const [names, clients] = [new Map<string, number>(), new Map<string, number>()];
  if (!tables.some(({ name }) => name === dnsThreatInvestigation.name)) return { names, clients };
  if ((await engine.describe(dnsThreatInvestigation)) === null) return { names, clients };
  const day = parseDay(date);
  for await (const page of engine.pages(scoresQuery(engine.dialect, day), { day })) {
    for (const { scored, scored_key, severity } of page) {
      (scored === 'name' ? names : clients).set(scored_key as string, severity as number);
    }
  }
  return { names, clients };
}
