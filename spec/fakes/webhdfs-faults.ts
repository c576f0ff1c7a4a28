/** What a fake WebHDFS was asked, and what can be told to go wrong with it. */
import type { IncomingMessage } from 'node:http';

export interface Asked {
  /** `nn1`, `nn2`, `dn1` … */
  readonly server: string;
  readonly method: string;
  readonly operation: string;
  /** Decoded. */
  readonly path: string;
  /** As it was sent, with the query. */
  readonly url: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/** What happens to one request. */
export type Fault =
  | { exception: string; message?: string; status?: number; javaClassName?: string }
  /** Any body. */
  | { status: number; body: string }
  /** The connection ends without an answer; with `done` after the work. */
  | { reset: true; done?: boolean }
  /** No answer ever. */
  | { stall: true }
  /** So many bytes of a body, then the connection ends, or nothing comes any more, or the answer ends in order. */
  | { after: number; then: 'reset' | 'stall' | 'end' }
  /** So many bytes of an upload, then this. */
  | { received: number; exception: string }
  /** Sends to another place. */
  | { location: string };
