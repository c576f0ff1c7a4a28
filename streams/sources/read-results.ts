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
import { earlyVerdict, tooManyRejected, type LinesSeen } from '../calculations/rejected-share.js';
import { ResultLines, type Lines, type ResultFormat } from '../calculations/result-lines.js';
import type { Batch, FileStatus, Storage, Warehouse } from '../contracts.js';
import { RejectedFile } from './rejected-file.js';
import { BATCH_ROWS, RowSource } from '../rows.js';

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
 *   `FILE_NOT_FOUND`, `STORAGE_FAILED`; at once: `USAGE`, `DATE_INVALID`
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
      let before = seen();
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        stream.bytes += chunk.length;
        yield* batchesOf(before, lines.push(chunk));
        before = seen();
      }
      yield* batchesOf(before, lines.end());
    }
  }

  const seen = (): LinesSeen => ({ lines: lines.lines, rejected: rejectedFile.count });

  async function* batchesOf(before: LinesSeen, { rows, rejections }: Lines): AsyncGenerator<Batch<RowOf<C>>> {
    await rejectedFile.add(rejections);
    const early = earlyVerdict(before, rejections, lines.lines, maxShare);
    // Rows before the bad line are given first: if they are all that is wanted, there is no bad line.
    const good = early ? goodOf(early) - goodOf(before) : rows.length;
    for (let i = 0; i < good; i += BATCH_ROWS) {
      yield rows.slice(i, Math.min(i + BATCH_ROWS, good)) as Batch<RowOf<C>>;
    }
    if (early) throw await tooMany(early);
  }

  async function tooMany({ rejected, lines }: LinesSeen): Promise<OaError> {
    await rejectedFile.finish(rejected);
    const where = options.rejectedFile ? `; see ${options.rejectedFile}` : '';
    return new OaError(
      'TOO_MANY_REJECTED',
      `${path}: ${rejected} of ${lines} lines could not be read; expected a share of at most ${maxShare}. The first: line ${rejectedFile.first}${where}`,
    );
  }

  /** Before anything downstream commits: was the file whole and unchanged, and were enough of its lines rows? */
  async function settle(used: number, complete: boolean): Promise<void> {
    if (files === undefined) return;
    for (const before of files) {
      const after = await storage.stat(before.path);
      if (after?.size !== before.size || after.modified !== before.modified) {
        throw new OaError(
          'RESULTS_CHANGED',
          `${before.path} changed while it was read; try again when it is complete`,
        );
      }
    }
    const rejected = complete ? rejectedFile.count : rejectedFile.countBefore(used);
    if (tooManyRejected(rejected, used + rejected, maxShare))
      throw await tooMany({ rejected, lines: used + rejected });
    await rejectedFile.finish(rejected);
    stream.rejected = rejected;
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

/** `part-00000`, `part-r-00000`, each also with more after it. */
const PART = /^part-(?:[a-z]-)?(\d+)/;
const partNumber = ({ name }: FileStatus) => Number(PART.exec(name)![1]);

const goodOf = ({ lines, rejected }: LinesSeen) => lines - rejected;

/** The file itself, or the parts that stand for it. */
async function resultFiles(storage: Storage, path: string, named: boolean): Promise<FileStatus[]> {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const beside = await storage.list(folder);
  const parts = beside.filter(({ name, isFolder }) => !isFolder && PART.test(name));
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
