/**
 * `readResults`: the scored rows of a day, straight from the storage, a batch per chunk of bytes.
 *
 * spot-ml writes `part-*` files and then merges them into `dns_results.csv` in the same folder: while parts are there,
 * that file may still be growing, so the parts themselves are read, and only when `_SUCCESS` says that they are whole.
 */
import type { Readable } from 'node:stream';
import type { Columns, RowOf } from '../../schemas/columns.js';
import { parseDay } from '../../schemas/days.js';
import { dnsResults } from '../../schemas/dns.js';
import { OaError } from '../../schemas/errors.js';
import type { SourceDefinition } from '../../schemas/tables.js';
import { tooManyRejected } from '../calculations/rejected-share.js';
import { ResultLines, type Lines, type ResultFormat } from '../calculations/result-lines.js';
import type { Batch, FileStatus, Storage, Warehouse } from '../contracts.js';
import { RejectedFile } from './rejected-file.js';
import { BATCH_ROWS, RowSource } from '../rows.js';

/** From this many lines on, the share of rejected ones is judged while reading. */
const EARLY_VERDICT_LINES = 10_000;

export interface ReadResultsOptions<C extends Columns> {
  /** `YYYYMMDD`: reads `<root>/<resultsPath of the source>`. */
  readonly date?: string;
  /** Read this file instead: a path or a URL. */
  readonly file?: string;
  /** Whose results they are. @default DNS */
  readonly source?: SourceDefinition<C>;
  /** Columns of the file, where they differ from the source's. */
  readonly columns?: C;
  /** @default tab */
  readonly delimiter?: string;
  /** Column that must hold a readable time of day. @default `frame_time`, where there is one */
  readonly timeColumn?: string;
  /** Largest share of lines that may be rejected, 0 to 1. @default 0.01 */
  readonly maxShare?: number;
  /** Local file for the rejected lines: line number, reason, raw line, separated by tabs. @default not written */
  readonly rejectedFile?: string;
}

/** The source of results; `rejected`, `lines` and `bytes` are final when the pipeline is done. */
export class ReadResults<R extends object> extends RowSource<R> {
  /** Lines rejected before the last row that is used. */
  rejected = 0;
  /** Bytes that came from the storage. */
  bytes = 0;
}

/**
 * @throws {OaError} as the stream's error: `NO_RESULTS`, `RESULTS_NOT_READY`, `RESULTS_CHANGED`, `TOO_MANY_REJECTED`,
 *   `FILE_NOT_FOUND`, `STORAGE_FAILED`
 */
export function readResults<const C extends Columns = (typeof dnsResults)['columns']>(
  warehouse: Pick<Warehouse, 'storage' | 'root' | 'local' | 'locate'>,
  options: ReadResultsOptions<C>,
): ReadResults<RowOf<C>> {
  const source = options.source ?? (dnsResults as unknown as SourceDefinition<C>);
  const format: ResultFormat = { ...options, columns: options.columns ?? source.columns };
  const { storage, path } = placeOf(warehouse, source, options);
  const maxShare = options.maxShare ?? 0.01;
  const rejectedFile = new RejectedFile(warehouse.local, options.rejectedFile);
  const lines = new ResultLines(format);
  let files: FileStatus[] | undefined;

  async function* open(signal: AbortSignal): AsyncGenerator<Batch<RowOf<C>>> {
    await rejectedFile.start();
    files = await resultFiles(storage, path, options.file !== undefined);
    for (const file of files) {
      const bytes: Readable = storage.open(file.path, { signal });
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        stream.bytes += chunk.length;
        yield* batchesOf(lines.push(chunk));
      }
      yield* batchesOf(lines.end());
    }
  }

  async function* batchesOf({ rows, rejections }: Lines): AsyncGenerator<Batch<RowOf<C>>> {
    await rejectedFile.add(rejections);
    if (lines.lines >= EARLY_VERDICT_LINES) await judge(rejectedFile.count, lines.lines);
    for (let i = 0; i < rows.length; i += BATCH_ROWS) {
      yield (rows.length <= BATCH_ROWS ? rows : rows.slice(i, i + BATCH_ROWS)) as Batch<RowOf<C>>;
    }
  }

  async function judge(rejected: number, seen: number): Promise<void> {
    if (!tooManyRejected(rejected, seen, maxShare)) return;
    await rejectedFile.finish(rejected);
    const where = options.rejectedFile ? `; see ${options.rejectedFile}` : '';
    throw new OaError(
      'TOO_MANY_REJECTED',
      `${path}: ${rejected} of ${seen} lines could not be read; expected at most ${maxShare * 100} %. The first: line ${rejectedFile.first}${where}`,
    );
  }

  /** Before anything downstream commits: was the file whole and unchanged, and were enough of its lines rows? */
  async function settle(used: number, complete: boolean): Promise<void> {
    if (files === undefined) return;
    const rejected = complete ? rejectedFile.count : rejectedFile.countBefore(used);
    await judge(rejected, used + rejected);
    await rejectedFile.finish(rejected);
    stream.rejected = rejected;
    for (const before of files) {
      const after = await storage.stat(before.path);
      if (after?.size !== before.size || after.modified !== before.modified) {
        throw new OaError(
          'RESULTS_CHANGED',
          `${before.path} changed while it was read; try again when it is complete`,
        );
      }
    }
    if (used === 0 && lines.rows === 0) {
      const why =
        rejected > 0
          ? `all ${rejected} lines were rejected, the first: line ${rejectedFile.first}`
          : 'the file is empty';
      throw new OaError('NO_RESULTS', `${path}: no results; ${why}`);
    }
  }

  const stream = new ReadResults<RowOf<C>>({
    columns: format.columns,
    open,
    settle,
    close: () => rejectedFile.discard(),
  });
  return stream;
}

function placeOf<C extends Columns>(
  warehouse: Pick<Warehouse, 'storage' | 'root' | 'locate'>,
  source: SourceDefinition<C>,
  { file, date }: ReadResultsOptions<C>,
): { storage: Storage; path: string } {
  if (file !== undefined) return warehouse.locate(file);
  if (date === undefined) throw new OaError('USAGE', 'readResults: expected a date or a file');
  return { storage: warehouse.storage, path: `${warehouse.root}/${source.resultsPath(parseDay(date))}` };
}

/** The file itself, or the parts that stand for it. */
async function resultFiles(storage: Storage, path: string, named: boolean): Promise<FileStatus[]> {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const beside = await storage.list(folder);
  const parts = beside.filter(({ name, isFolder }) => !isFolder && /^part-\d/.test(name));
  if (!named && parts.length > 0) {
    if (beside.some(({ name }) => name === '_SUCCESS')) return parts.sort((a, b) => partNumber(a) - partNumber(b));
    throw new OaError(
      'RESULTS_NOT_READY',
      `${folder} holds ${parts.length} part files without _SUCCESS: the results are still being written`,
    );
  }
  const file = await storage.stat(path);
  if (file && !file.isFolder) return [file];
  if (named)
    throw new OaError('FILE_NOT_FOUND', `${path}: ${file ? 'is a folder; expected a file' : 'no such file'}`);
  throw new OaError('NO_RESULTS', `${path}: no results for this day yet; spot-ml writes them there`);
}

const partNumber = ({ name }: FileStatus) => Number(/\d+/.exec(name)![0]);
