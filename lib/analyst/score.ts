/** Scores connections: any number of verdicts in one change, one replaced partition, one feedback file. */
import type { Row } from '../../schemas/columns.js';
import type { Day } from '../../schemas/days.js';
import { dnsThreatInvestigation } from '../../schemas/dns.js';
import type { TableDefinition } from '../../schemas/tables.js';
import { pipeAll } from '../../streams/pipe.js';
import { RowSource } from '../../streams/rows.js';
import { writeTable } from '../../streams/sinks/write-table.js';
import type { OpenWarehouse } from '../oa-warehouse.js';
import { audited, type Actor, type AuditAction } from './audit.js';
import { underDayLock, type LockPatience } from './day-lock.js';
import { investigation, scoredDay } from './day-rows.js';
import { lowNames, writeFeedback } from './feedback-file.js';
import {
  connectionKey,
  givenVerdicts,
  investigationRow,
  mergedVerdicts,
  verdictList,
  verdictsOf,
  type AnalystVerdict,
  type ScoredConnection,
  type Severity,
  type Verdicts,
} from './verdicts.js';

/** Who changes what analysts said, why, and how long he waits for the day's lock. */
export interface ChangeOptions extends LockPatience {
  readonly actor: Actor;
  readonly note?: string;
}

export interface ScoreReport {
  /** Rows of the day's table that match the verdicts. */
  readonly matched: number;
  /** Rows that are new, other than before, or gone. */
  readonly rows: number;
  /** Names and clients that no row matches: nothing is stored of them. */
  readonly unmatched: readonly { ip?: string; name?: string; severity: Severity }[];
  /** Names of the day that are scored low: the verdicts that spot-ml will use. */
  readonly forSpotMl: readonly string[];
  /** Other verdicts of the day: spot-ml reads them and goes on. */
  readonly notForSpotMl: number;
}

/** Replaces the day's partition, by nothing too. */
export async function replaceRows(
  warehouse: OpenWarehouse,
  table: TableDefinition,
  day: Day,
  rows: readonly Row[],
): Promise<void> {
  const source = RowSource.of(
    rows.map((row) => ({ ...row })),
    { columns: table.columns },
  );
  await pipeAll([source, writeTable(warehouse, table, { date: day.text, allowEmpty: true })]);
}

/** @throws {OaError} `VALUE_INVALID`, `LOCKED`, `TABLE_MISSING` and whatever storage and engine say */
export function score(
  warehouse: OpenWarehouse,
  day: Day,
  verdicts: readonly AnalystVerdict[],
  options: ChangeOptions,
): Promise<ScoreReport> {
  const given = givenVerdicts(verdicts);
  const withdraws = [...given.names.values(), ...given.clients.values()].every((severity) => severity === 0);
  return changeScores(warehouse, day, { given, rows: [], action: withdraws ? 'withdraw' : 'score' }, options);
}

interface Change {
  readonly given: Verdicts;
  /** Connections that are stored whether or not `dns_scores` has them: those of an import. */
  readonly rows: readonly Row[];
  readonly action: AuditAction['action'];
}

/** @internal also used by an import */
export function changeScores(
  warehouse: OpenWarehouse,
  day: Day,
  { given, rows: imported, action }: Change,
  { actor, note, ...patience }: ChangeOptions,
): Promise<ScoreReport> {
  const change = async (check: () => Promise<void>): Promise<ScoreReport> => {
    const stored = await investigation(warehouse, day);
    const before = verdictsOf(stored);
    const after = mergedVerdicts(before, given);
    const { scored, feedback } = await scoredDay(warehouse, day, [...stored, ...imported], after);
    const rows = scored.map(investigationRow);
    const told = {
      action,
      what: verdictList(given, given),
      before: verdictList(given, before),
      after: verdictList(given, after),
      rows: changedRows(stored, rows),
      note,
    };
    await check();
    await audited(warehouse, day, { ...told, actor }, async () => {
      await replaceRows(warehouse, dnsThreatInvestigation, day, rows);
      await writeFeedback(warehouse, day, feedback);
    });
    const [low, storedVerdicts] = [lowNames(feedback), verdictsOf(rows)];
    return {
      matched: rows.filter((row) => matches(row, given)).length,
      rows: told.rows,
      unmatched: told.what.filter((one) => one.severity !== 'none' && !isStored(one, storedVerdicts)),
      forSpotMl: low,
      notForSpotMl: storedVerdicts.names.size + storedVerdicts.clients.size - low.length,
    };
  };
  return underDayLock(warehouse, day, change, patience);
}

const isStored = ({ ip, name = '' }: { ip?: string; name?: string }, { names, clients }: Verdicts) =>
  ip === undefined ? names.has(name) : clients.has(ip);

const matches = ({ ip_dst, dns_qry_name }: ScoredConnection, { names, clients }: Verdicts) =>
  (names.get(dns_qry_name ?? '') ?? 0) > 0 || (clients.get(ip_dst ?? '') ?? 0) > 0;

/** Rows of which there are more or fewer than before. */
export function changedRows(before: readonly Row[], after: readonly Row[]): number {
  const counts = new Map<string, number>();
  const count = (rows: readonly Row[], step: number) => {
    for (const row of rows) {
      const key = `${connectionKey(row)} ${row.ip_sev ?? 0} ${row.dns_sev ?? 0}`;
      counts.set(key, (counts.get(key) ?? 0) + step);
    }
  };
  count(before, -1);
  count(after, 1);
  const all = [...counts.values()];
  const [added, removed] = [1, -1].map((sign) => all.reduce((sum, of) => sum + Math.max(0, sign * of), 0));
  // A row with another severity is one that went and one that came.
  return Math.max(added!, removed!);
}
