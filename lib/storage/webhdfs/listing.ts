/** What a folder holds, a page of it: LISTSTATUS_BATCH, or the whole from servers that do not know it. */
import { OaError } from '../../../schemas/errors.js';
import type { Answer, Question } from './name-nodes.js';
import type { ListingJson } from './statuses.js';

interface BatchJson {
  DirectoryListing: { partialListing: ListingJson; remainingEntries: number };
}

export interface Page {
  readonly page: ListingJson['FileStatuses']['FileStatus'];
  readonly remaining: number;
}

export interface PageOptions {
  readonly path: string;
  /** Name of the last one of the page before. */
  readonly startAfter: string | undefined;
  readonly httpFs: boolean;
  readonly signal?: AbortSignal;
}

export async function pageOf(
  ask: (question: Question) => Promise<Answer>,
  { path, startAfter, httpFs, signal }: PageOptions,
): Promise<Page> {
  // A parameter's name with a capital makes Hadoop's `ParamFilter` decode all values twice: a page that ended with
  // `%20` was followed by one after ` `. HttpFS has no such filter, and knows the parameter with its capital only.
  const parameters = httpFs ? { startAfter } : { startafter: startAfter };
  const question: Question = { method: 'GET', operation: 'LISTSTATUS_BATCH', path, parameters, signal };
  try {
    const { partialListing, remainingEntries } = ((await ask(question)).json as BatchJson).DirectoryListing;
    return { page: partialListing.FileStatuses.FileStatus, remaining: remainingEntries };
  } catch (error) {
    // Before Hadoop 3 there is only the whole listing.
    if (!(error instanceof OaError) || !/Invalid value.* "op"|No enum constant/.test(error.message)) throw error;
    const { json } = await ask({ ...question, operation: 'LISTSTATUS', parameters: {} });
    return { page: (json as ListingJson).FileStatuses.FileStatus, remaining: 0 };
  }
}
