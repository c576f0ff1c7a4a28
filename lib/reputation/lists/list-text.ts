/** What a reader of lists is given. */
import { OaError } from '../../../schemas/errors.js';

export interface ListText {
  /** Its path, for messages. */
  readonly file: string;
  readonly bytes: Buffer;
  /** CSV: heading or index of the column. */
  readonly column?: string | number;
  /** Milliseconds since 1970; what is valid until earlier is left out. */
  readonly now: number;
}

/** @throws {OaError} `LOOKUP_FILE_INVALID` */
export function parsedJson({ file, bytes }: Pick<ListText, 'file' | 'bytes'>): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, '')) as unknown;
  } catch (error) {
    throw new OaError('LOOKUP_FILE_INVALID', `${file}: expected JSON; ${(error as Error).message}`, { cause: error });
  }
}
