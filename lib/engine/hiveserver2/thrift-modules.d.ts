/** What is used of `thrift` and of hive-driver's generated stubs, which bring no types along. */
declare module 'thrift' {
  export interface Transport {
    inBuf: Buffer;
    readCursor: number;
    writeCursor: number;
  }
  export interface Protocol {
    readMessageBegin(): { fname: string; mtype: number; rseqid: number };
  }
  const thrift: {
    TBufferedTransport: new (nothing: undefined, onFlush: (message: Buffer) => void) => Transport;
    TBinaryProtocol: new (transport: Transport) => Protocol;
  };
  export default thrift;
}

declare module 'hive-driver/thrift/gen-nodejs/TCLIService.js' {
  import type { Protocol, Transport } from 'thrift';

  /** Has `send_Method(request)` and `recv_Method(protocol, messageType, sequenceId)` for each method. */
  export interface StubClient {
    _seqid: number;
    readonly _reqs: Record<number, (error: Error | null, response: unknown) => void>;
    readonly [method: `send_${string}`]: (request: object) => void;
    readonly [method: `recv_${string}`]: (protocol: Protocol, messageType: number, sequenceId: number) => void;
  }
  const service: {
    Client: new (output: Transport, protocol: new (transport: Transport) => Protocol) => StubClient;
    Processor: new (handler: object) => { process(input: Protocol, output: Protocol): void };
  };
  export default service;
}

declare module 'hive-driver/thrift/gen-nodejs/TCLIService_types.js' {
  const types: Readonly<Record<string, new (fields: object) => object>>;
  export default types;
}
