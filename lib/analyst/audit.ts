/**
 * Who did what to a day: one file an action, under `<root>/dns/oa_audit/<date>/`. Each is written before anything is
 * changed, under a name of its own, and nothing in the program changes or deletes one.
 */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { Day } from '../../schemas/days.js';
import { asOaError, OaError } from '../../schemas/errors.js';
import type { Warehouse } from '../../streams/contracts.js';
import type { FullSettings } from '../settings.js';
import { hadoopUser } from '../storage/hadoop-user.js';
import { readText } from '../storage/text.js';

/** Who acts: the user of this machine, and whom the storage knows, where that is somebody else. */
export interface Actor {
  readonly user: string;
  readonly account?: string;
  readonly host: string;
}

export interface AuditAction {
  readonly action: 'score' | 'withdraw' | 'reset' | 'story' | 'import' | 'failed';
  /** What was asked for. */
  readonly what: unknown;
  readonly before: unknown;
  readonly after: unknown;
  /** Rows of the analysts' tables that are added, changed or removed. */
  readonly rows: number;
  readonly note?: string;
}

export interface AuditRecord extends AuditAction, Actor {
  /** UTC, ISO 8601. */
  readonly time: string;
  /** `YYYYMMDD` */
  readonly date: string;
}

/** Below the root. */
export const auditFolder = (day: Day): string => `dns/oa_audit/${day.text}`;

/** @param settings of the warehouse: whom its storage knows */
export function thisActor(settings?: Pick<FullSettings, 'storage'>): Actor {
  const storage = settings?.storage;
  const account = storage?.type === 'webhdfs' ? (storage.doas ?? storage.user ?? hadoopUser()) : undefined;
  const user = systemUser();
  return { user, ...(account !== undefined && account !== user && { account }), host: hostname() };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no name belongs to.
    return process.env.USER ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

type AuditPlace = Pick<Warehouse, 'storage' | 'root'>;

/**
 * @returns the record's path below the root
 * @throws {OaError} whatever the storage says: the action must not go on then
 */
export async function writeAudit(
  { storage, root }: AuditPlace,
  day: Day,
  actor: Actor,
  { action, what, before, after, rows, note }: AuditAction,
): Promise<string> {
  const time = new Date().toISOString();
  const record: AuditRecord = {
    ...{ time, ...actor, date: day.text, action, what, before, after, rows },
    ...(note !== undefined && { note }),
  };
  const path = `${auditFolder(day)}/${auditName(time)}`;
  try {
    await storage.createExclusive(`${root}/${path}`, `${JSON.stringify(record, bigintAsText)}\n`);
  } catch (error) {
    const { code, message } = asOaError(error, 'STORAGE_FAILED');
    throw new OaError(code, `nothing was changed, for the audit record could not be written: ${message}`, {
      cause: error,
    });
  }
  return path;
}

/** In the order of their time; a colon cannot stand in a name of HDFS. */
const auditName = (time: string) => `${time.replaceAll(/[-:]/g, '')}-${randomBytes(4).toString('hex')}.json`;

const bigintAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/** The change of an action whose record is written. Where it fails a second record says so, if one can be written. */
export async function audited<T>(
  place: AuditPlace,
  day: Day,
  { actor, ...action }: AuditAction & { readonly actor: Actor },
  change: () => Promise<T>,
): Promise<T> {
  const record = await writeAudit(place, day, actor, action);
  try {
    return await change();
  } catch (error) {
    const { code, message } = asOaError(error);
    const failed = { action: 'failed', what: record, before: null, after: `${code}: ${message}`, rows: 0 } as const;
    await writeAudit(place, day, actor, failed).catch(() => undefined);
    throw error;
  }
}

/** The records of a day, the earliest first. @throws {OaError} `VALUE_INVALID` for a file that is none */
export async function auditOf({ storage, root }: AuditPlace, day: Day): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  for (const { path, name, isFolder } of await storage.list(`${root}/${auditFolder(day)}`)) {
    if (isFolder || !/^[^._].*\.json$/.test(name)) continue;
    found.push(parseRecord((await readText(storage, path)) ?? '', path));
  }
  return found;
}

function parseRecord(text: string, path: string): AuditRecord {
  try {
    const record = JSON.parse(text) as Partial<AuditRecord> | null;
    if (typeof record?.time === 'string' && typeof record.action === 'string') return record as AuditRecord;
  } catch {
    // Told below.
  }
  throw new OaError(
    'VALUE_INVALID',
    `${path}: expected an audit record as JSON, got ${JSON.stringify(text.slice(0, 60))}`,
  );
}
