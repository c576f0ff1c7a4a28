import { setTimeout as wait } from 'node:timers/promises';
import type { OaError } from '../../../../schemas/errors.js';
import { codeOf } from '../../../conformance/storage.js';
import { FAST, fakeHdfs } from '../../../fakes/hdfs-fixture.js';

describe('two NameNodes', () => {
  const hdfs = fakeHdfs({ nameNodes: 2 });
  const failover = () => Object.assign(hdfs.fake.state, { nn1: 'standby', nn2: 'active' });
  const servers = () => hdfs.fake.asked.map(({ server }) => server);

  it('asks the other one when one is standby, and remembers who answered', async () => {
    failover();
    const client = hdfs.client();
    await client.mkdirs('/a');
    await client.stat('/a');
    expect(servers()).toEqual(['nn1', 'nn2', 'nn2']);
  });

  it.each(['down', 'starting'] as const)('asks the other one when one is %s', async (state) => {
    Object.assign(hdfs.fake.state, { nn1: state, nn2: 'active' });
    await hdfs.client().mkdirs('/a');
    expect(hdfs.fake.files.nodes.has('/a')).toBe(true);
  });

  it('is not misled by a standby that takes the first step of CREATE', async () => {
    failover();
    const client = hdfs.client();
    expect(await client.homeDirectory()).toBe('/user/spot');
    await hdfs.put('/f', 'x', client);
    await client.stat('/f');
    expect(hdfs.fake.asked.at(-1)!.server).toBe('nn2');
  });

  it('waits until one is active', async () => {
    hdfs.fake.state['nn1'] = 'standby';
    const made = hdfs.client().mkdirs('/a');
    while (hdfs.fake.asked.length < 4) await wait(1);
    hdfs.fake.state['nn2'] = 'active';
    await made;
  });

  it('says what each of them said when none is active', async () => {
    Object.assign(hdfs.fake.state, { nn1: 'down', nn2: 'standby' });
    const failing = hdfs.client().stat('/a');
    expect(await codeOf(failing)).toBe('STANDBY');
    const failure = (await failing.catch((error: unknown) => error)) as OaError;
    expect(failure.retriable).toBe(true);
    const [nn1, nn2] = hdfs.fake.nameNodes.map((url) => url.slice('http://'.length));
    expect(failure.message).toContain(`/a: GETFILESTATUS at ${nn1}: the connection was lost (ECONNRESET)`);
    expect(failure.message).toContain(`/a: GETFILESTATUS at ${nn2}: the NameNode is not active`);
    expect(servers()).toHaveLength(2 * FAST!.attempts!);
  });

  it.each([
    ['RetriableException', 'org.apache.hadoop.ipc.RetriableException', 'NameNode still not started'],
    ['SafeModeException', 'org.apache.hadoop.hdfs.server.namenode.SafeModeException', 'in safe mode'],
    ['IOException', 'java.io.IOException', 'Zero blocklocations for /a'],
  ])('tries again after %s', async (exception, javaClassName, message) => {
    hdfs.fake.fail('MKDIRS', { exception, javaClassName, message }, { times: 3 });
    await hdfs.client().mkdirs('/a');
    expect(hdfs.fake.operations().filter((operation) => operation === 'MKDIRS').length).toBeGreaterThan(3);
  });

  it.each([
    ['AccessControlException', 'PERMISSION_DENIED'],
    ['IllegalArgumentException', 'STORAGE_FAILED'],
    ['IOException', 'STORAGE_FAILED'],
  ])('does not try again after %s', async (exception, code) => {
    hdfs.fake.fail('MKDIRS', { exception, message: 'no' }, { times: 100 });
    expect(await codeOf(hdfs.client().mkdirs('/a'))).toBe(code);
    expect(servers()).toEqual(['nn1']);
  });

  it('ends every wait with the signal', async () => {
    Object.assign(hdfs.fake.state, { nn1: 'standby', nn2: 'standby' });
    const controller = new AbortController();
    const client = hdfs.client({ retry: { base: 60_000 } });
    const failing = client.stat('/a', { signal: controller.signal });
    while (servers().length < 2) await wait(1);
    await wait(10);
    controller.abort();
    await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends a request with the signal', async () => {
    hdfs.fake.fail('GETFILESTATUS', { stall: true }, { times: 2 });
    const controller = new AbortController();
    const failing = hdfs.client().stat('/a', { signal: controller.signal });
    while (servers().length < 1) await wait(1);
    controller.abort();
    await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
    expect(servers()).toEqual(['nn1']);
  });

  it('asks nothing when the signal has fired before', async () => {
    await expect(hdfs.client().stat('/a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(servers()).toEqual([]);
  });

  it('does not wait for ever for an answer', async () => {
    hdfs.fake.fail('MKDIRS', { stall: true });
    hdfs.fake.state['nn2'] = 'down';
    await hdfs.client({ timeouts: { idle: 50 } }).mkdirs('/a');
    expect(hdfs.fake.operations()).toContain('MKDIRS');
  });

  it('gives up in time, whatever the number of tries', async () => {
    hdfs.fake.state['nn1'] = 'standby';
    const client = hdfs.client({ retry: { attempts: 1_000_000, base: 20, cap: 20, total: 100 } });
    expect(await codeOf(client.stat('/a'))).toBe('STANDBY');
    expect(servers().length).toBeLessThan(30);
  });
});
