/** A loopback DNS server of few lines (RFC 1035 section 4): UDP, one question, A records. */
import { createSocket } from 'node:dgram';

export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'nothing';

const RCODES = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5 } as const;

export interface FakeDns {
  /** `address:port` */
  readonly server: string;
  /** Labels of the questions, as they came. */
  readonly asked: string[][];
  answer: (name: string) => DnsAnswer;
}

/** For the tests of a file; what it was asked is forgotten after each. */
export function fakeDns(): FakeDns {
  const socket = createSocket('udp4');
  const fake = { server: '', asked: [] as string[][], answer: (): DnsAnswer => 'NXDOMAIN' } as FakeDns & {
    server: string;
  };
  socket.on('message', (question, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    for (; question[at] !== 0; at += question[at]! + 1)
      labels.push(question.toString('latin1', at + 1, at + 1 + question[at]!));
    fake.asked.push(labels);
    const answer = fake.answer(labels.join('.'));
    if (answer !== 'nothing') socket.send(response(question.subarray(0, at + 5), answer), port, address);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    fake.server = `127.0.0.1:${socket.address().port}`;
  });
  afterEach(() => void (fake.asked.length = 0));
  afterAll(() => new Promise<void>((resolve) => socket.close(resolve)));
  return fake;
}

/** @param question header and question, without what EDNS adds */
function response(question: Buffer, answer: Exclude<DnsAnswer, 'nothing'>): Buffer {
  const addresses = typeof answer === 'string' ? [] : answer;
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? RCODES[answer] : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  // A pointer to the name of the question, type A, class IN, a minute, four octets.
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, ...records]);
}
