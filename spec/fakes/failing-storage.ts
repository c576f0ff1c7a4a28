import { Writable } from 'node:stream';
import { OaError } from '../../schemas/errors.js';
import type { Storage } from '../../streams/contracts.js';

export const diskFull = () => new OaError('STORAGE_FAILED', 'disk full (ENOSPC)', { cause: { code: 'ENOSPC' } });

/** A storage on which some things fail. */
export function failingStorage(
  storage: Storage,
  fails: {
    /** Bytes after which a file that is created fails. */
    createAfter?: number;
    /** Which of `rename`, `delete` and `create` fail, by path of what they make or delete. */
    on?: (what: 'rename' | 'delete' | 'create', path: string) => boolean;
  },
): Storage {
  const check = async (what: 'rename' | 'delete', path: string) => {
    if (fails.on?.(what, path)) throw diskFull();
    return Promise.resolve();
  };
  return {
    ...storage,
    create: (path) => {
      const file = storage.create(path);
      const refused = fails.on?.('create', path);
      let bytes = 0;
      return new Writable({
        highWaterMark: file.writableHighWaterMark,
        write: (chunk: Buffer, _encoding, callback) => {
          bytes += chunk.length;
          if (refused || bytes > (fails.createAfter ?? Infinity)) return callback(diskFull());
          file.write(chunk, callback);
        },
        final: (callback) => {
          if (refused) return callback(diskFull());
          file.once('error', callback).end(() => callback());
        },
        destroy: (error, callback) => {
          if (file.closed || file.writableFinished) return callback(error);
          file.once('close', () => callback(error)).destroy();
        },
      });
    },
    rename: async (from, to) => {
      await check('rename', to);
      await storage.rename(from, to);
    },
    delete: async (path) => {
      await check('delete', path);
      await storage.delete(path);
    },
  };
}
