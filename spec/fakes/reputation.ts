import type { ReputationService, Verdict } from '../../streams/contracts.js';

/** A service that lists what a test says, notes its calls, and answers when the test says so. */
export class FakeService implements ReputationService {
  readonly checks = 'domain';
  readonly calls: (readonly string[])[] = [];
  /** Calls under way, and the most there were at a time. */
  running = 0;
  most = 0;
  /** Before each answer. */
  before: (keys: readonly string[], signal: AbortSignal) => Promise<void> | void = () => undefined;

  constructor(
    readonly name = 'fake',
    readonly batchSize = 100,
    readonly listed: (key: string) => Verdict | undefined = (key) => ({ label: 'HIGH', value: key.length }),
  ) {}

  async check(keys: readonly string[], { signal }: { signal: AbortSignal }): Promise<ReadonlyMap<string, Verdict>> {
    this.calls.push(keys);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    try {
      await this.before(keys, signal);
      const verdicts = keys.map((key) => [key, this.listed(key)] as const);
      return new Map(verdicts.filter((one): one is [string, Verdict] => one[1] !== undefined));
    } finally {
      this.running -= 1;
    }
  }

  get asked(): string[] {
    return this.calls.flat();
  }
}
