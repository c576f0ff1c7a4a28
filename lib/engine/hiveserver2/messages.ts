/** Calls of HiveServer2 as bytes and back, by the generated stubs. They are loaded when the first connection is made. */
import type { Protocol } from 'thrift';

/** A handle as the server gave it; only passed back. */
export type Handle = object & { readonly __handle?: never };

export interface Status {
  readonly statusCode: number;
  readonly infoMessages?: readonly string[] | null;
  readonly sqlState?: string | null;
  readonly errorMessage?: string | null;
}

interface TypeEntry {
  readonly primitiveEntry?: {
    readonly type: number;
    readonly typeQualifiers?: {
      readonly qualifiers: Readonly<Record<string, { readonly i32Value?: number | null }>>;
    } | null;
  } | null;
  readonly arrayEntry?: object | null;
  readonly mapEntry?: object | null;
  readonly structEntry?: object | null;
  readonly unionEntry?: object | null;
}

export interface ColumnDesc {
  readonly columnName: string;
  readonly typeDesc: { readonly types: readonly TypeEntry[] };
}

/** Requests and answers of the methods that are used (`TCLIService.thrift`, Hive 2 to 4). */
export interface Methods {
  OpenSession: [
    { client_protocol: number; username?: string; configuration: Readonly<Record<string, string>> },
    { status: Status; serverProtocolVersion: number; sessionHandle: Handle },
  ];
  CloseSession: [{ sessionHandle: Handle }, { status: Status }];
  GetInfo: [{ sessionHandle: Handle; infoType: number }, { status: Status }];
  ExecuteStatement: [
    { sessionHandle: Handle; statement: string; confOverlay?: Readonly<Record<string, string>>; runAsync: boolean },
    { status: Status; operationHandle: (Handle & { readonly hasResultSet: boolean }) | null },
  ];
  GetOperationStatus: [
    { operationHandle: Handle },
    { status: Status; operationState: number | null; sqlState?: string | null; errorMessage?: string | null },
  ];
  GetResultSetMetadata: [
    { operationHandle: Handle },
    { status: Status; schema: { readonly columns: readonly ColumnDesc[] } | null },
  ];
  FetchResults: [{ operationHandle: Handle; orientation: number; maxRows: number }, { status: Status }];
  CancelOperation: [{ operationHandle: Handle }, { status: Status }];
  CloseOperation: [{ operationHandle: Handle }, { status: Status }];
}

export type Method = keyof Methods;
export type Request<M extends Method> = Methods[M][0];
export type Answer<M extends Method> = Methods[M][1];

export interface Messages {
  encode<M extends Method>(method: M, request: Request<M>): Buffer;
  /** @throws {Error} for bytes that are no answer, and for a fault that the server's thrift layer told of */
  decode<M extends Method>(method: M, answer: Buffer): Answer<M>;
}

let loaded: Promise<Messages> | undefined;

export const loadMessages = (): Promise<Messages> => (loaded ??= load());

async function load(): Promise<Messages> {
  const { default: thrift } = await import('thrift');
  const { default: service } = await import('hive-driver/thrift/gen-nodejs/TCLIService.js');
  const { default: types } = await import('hive-driver/thrift/gen-nodejs/TCLIService_types.js');
  const { TBinaryProtocol, TBufferedTransport } = thrift;

  return {
    encode(method, request) {
      let message: Buffer = Buffer.alloc(0);
      const transport = new TBufferedTransport(undefined, (bytes) => {
        message = bytes;
      });
      const client = new service.Client(transport, TBinaryProtocol);
      client[`send_${method}`]!(new types[`T${method}Req`]!(request));
      return message;
    },

    decode<M extends Method>(method: M, answer: Buffer): Answer<M> {
      const transport = new TBufferedTransport(undefined, () => undefined);
      Object.assign(transport, { inBuf: answer, readCursor: 0, writeCursor: answer.length });
      const protocol: Protocol = new TBinaryProtocol(transport);
      const { fname, mtype, rseqid } = protocol.readMessageBegin();
      if (String(fname) !== method) throw new Error(`expected the answer of ${method}, got another one`);
      const client = new service.Client(transport, TBinaryProtocol);
      const found: { failure?: Error | null; response?: unknown } = {};
      client._reqs[rseqid] = (failure, response) => Object.assign(found, { failure, response });
      client[`recv_${method}`]!(protocol, mtype, rseqid);
      if (found.failure) throw found.failure;
      return found.response as Answer<M>;
    },
  };
}
