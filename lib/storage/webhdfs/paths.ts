/** Paths of HDFS, and how they stand in a URL. What HDFS cannot hold is refused before anything is sent. */
import { randomBytes } from 'node:crypto';
import { OaError } from '../../../schemas/errors.js';

// FSLimitException, HdfsConstants.MAX_PATH_LENGTH and MAX_PATH_DEPTH.
const MAX_NAME_BYTES = 255;
const MAX_PATH_LENGTH = 8000;
const MAX_DEPTH = 1000;

/**
 * The path percent-encoded, a `/` before each name. `=` stays as it is, since old servers do not decode it
 * (`y%3D2016`); names are not normalised.
 * @throws {OaError} `PATH_INVALID`
 */
export function encodePath(path: string): string {
  const refuse = (why: string): never => {
    throw new OaError('PATH_INVALID', `${JSON.stringify(path)} cannot be a path of HDFS: ${why}`);
  };
  if (!path.startsWith('/')) refuse('expected an absolute one');
  if (path.length > MAX_PATH_LENGTH) refuse(`it has more than ${MAX_PATH_LENGTH} characters`);
  const names = path.slice(1).replace(/\/$/, '').split('/');
  if (names.length === 1 && names[0] === '') return '/';
  if (names.length > MAX_DEPTH) refuse(`it has more than ${MAX_DEPTH} names`);
  for (const name of names) {
    if (name === '') refuse('it has an empty name');
    if (name === '.' || name === '..') refuse(`it has the name ${name}`);
    if (name.includes(':')) refuse('a name has a colon');
    if (name.includes('\0')) refuse('a name has a NUL character');
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(name))
      refuse('a name has half a character (a lone surrogate)');
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) refuse(`a name has more than ${MAX_NAME_BYTES} bytes`);
  }
  return `/${names.map((name) => encodeURIComponent(name).replaceAll('%3D', '=')).join('/')}`;
}

/** The path of a name in a folder. */
export const pathIn = (folder: string, name: string): string => `${folder.replace(/\/$/, '')}/${name}`;

/** A new path in the same folder that starts with a dot, as engines skip it. */
export function hiddenBeside(path: string, ending: string): string {
  const slash = path.lastIndexOf('/');
  // A file name holds 255 bytes at most; the beginning of the name tells a person what it was.
  const beginning = [...path.slice(slash + 1)].slice(0, 40).join('');
  return pathIn(path.slice(0, slash), `.${beginning}.${randomBytes(6).toString('hex')}.${ending}`);
}
