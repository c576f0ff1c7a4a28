/** A transfer long enough for something to happen in its middle. */
import { pipeline } from 'node:stream/promises';
import type { Cluster } from './cluster.js';
import { numberedStream } from './numbered.js';

export const SIZE = 12_000_000;
export const MIDDLE = 4_000_000;

/** Milliseconds until the client has surely met the fault and waits. */
export const LONG_ENOUGH = 1500;

export async function newFile({ storage, newFolder }: Cluster): Promise<string> {
  const path = `${newFolder()}/f`;
  await pipeline(numberedStream(SIZE), storage().create(path));
  return path;
}
