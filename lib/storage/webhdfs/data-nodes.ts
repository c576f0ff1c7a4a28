/** The second step of OPEN and GETFILECHECKSUM: the bytes themselves, from a DataNode that works. */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { OaError } from '../../../schemas/errors.js';
import { connectionFailure, remoteFailure } from './failures.js';
import type { BytesAt, NameNodes, Question } from './name-nodes.js';

/** DataNodes that failed lately; the NameNode goes on naming a dead one for ten minutes. */
export class FailedDataNodes {
  readonly #hosts = new Set<string>();

  /** For the parameter `excludedatanodes`. */
  get parameter(): string | undefined {
    return this.#hosts.size === 0 ? undefined : [...this.#hosts].join(',');
  }

  /** Remembers who failed, unless the fault is not the DataNode's own. */
  async add({ dataNode }: BytesAt, error: unknown): Promise<void> {
    if (dataNode === undefined || !(error instanceof OaError) || !error.retriable) return;
    if (error.code !== 'CONNECTION_FAILED' && error.code !== 'STORAGE_FAILED') return;
    this.#hosts.add(dataNode.name);
    // NameNodes know their DataNodes by address; a mapped one has another address there.
    if (dataNode.isMapped || isIP(dataNode.name)) return;
    const found = await lookup(dataNode.name).catch(() => null);
    if (found) this.#hosts.add(found.address);
  }

  /** When no other DataNode is left, the failed ones get another chance. */
  forget(): void {
    this.#hosts.clear();
  }

  /** Asks the NameNode for a DataNode that has not failed. */
  async locate(nameNodes: NameNodes, question: Question): Promise<BytesAt> {
    const excludedatanodes = this.parameter;
    try {
      return await nameNodes.locate({ ...question, parameters: { ...question.parameters, excludedatanodes } });
    } catch (error) {
      if (error instanceof OaError && error.retriable) this.forget();
      throw error;
    }
  }
}

/** One try of both steps. */
export async function askForBytes(
  nameNodes: NameNodes,
  question: Question,
  failed: FailedDataNodes,
): Promise<{ at: BytesAt; response: IncomingMessage }> {
  const { method, signal } = question;
  const at = await failed.locate(nameNodes, question);
  try {
    const response = await nameNodes.http.send(at.target, { method, headers: at.headers, signal }, 'single');
    if (response.statusCode === 200) return { at, response };
    throw remoteFailure(response.statusCode ?? 0, await nameNodes.http.text(response), at.place);
  } catch (error) {
    signal?.throwIfAborted();
    throw await failureOfBytes(nameNodes, at, error, failed);
  }
}

/** What a failed second step means for the next try. */
export async function failureOfBytes(
  nameNodes: NameNodes,
  at: BytesAt,
  error: unknown,
  failed: FailedDataNodes,
): Promise<unknown> {
  const failure = nameNodes.clean(connectionFailure(error, at.place));
  await failed.add(at, failure);
  // With a new token the same question is worth another try.
  if (failure instanceof OaError && (await nameNodes.renewToken(failure, at.token)))
    return new OaError(failure.code, failure.message, { cause: failure, retriable: true });
  return failure;
}
