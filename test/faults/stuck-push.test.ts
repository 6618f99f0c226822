import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../electron/host/system-clock.ts';
import type { JobState } from '../../shared/models/job.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const scene = prepareVmAndRegistry();

/** A registry that lets three blobs in, one of which may be the config of the image, and then does `trouble` until it is mended. */
async function troubled(trouble: Fault): Promise<{ proxy: RegistryProxy; mend: () => void; commits: () => number }> {
  let commits = 0;
  let mended = false;
  const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) => {
    if (seen.method === 'PUT' && seen.path.includes('digest=') && (commits < 4 || mended)) commits += 1;
    return commits < 4 || mended ? undefined : trouble(seen, incoming, outgoing);
  });
  return { proxy, commits: () => commits, mend: () => (mended = true) };
}

const goesAway: Fault = (_seen, incoming) => {
  incoming.socket.destroy();
  return 'answered';
};

function answers(status: number, headers: Record<string, string> = {}): Fault {
  return (_seen, _incoming, outgoing: ServerResponse) => {
    outgoing.writeHead(status, headers);
    outgoing.end('{"errors":[{"code":"MADE_UP","message":"made up for a test"}]}');
    return 'answered';
  };
}

/** The states that a job goes through, each once in a row. */
function statesOf(engine: TestEngine): JobState[] {
  const states: JobState[] = [];
  engine.on('jobs.changed', ({ job }) => {
    if (states.at(-1) !== job.state) states.push(job.state);
  });
  return states;
}

async function expectWholeImage(reference: string): Promise<void> {
  const pulled = await pullWithSkopeo(reference);
  expect(pulled.disk.equals(readFileSync(scene.vm.diskFile))).toBe(true);
}

describe('a push that gets stuck in its middle', () => {
  it('waits for a network that is away and goes on by itself; no committed layer goes again', async () => {
    const { proxy, mend, commits } = await troubled(goesAway);
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const states = statesOf(engine);
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/stuck/network:1`],
      whenStuck: 'wait',
    });
    const waiting = await engine.until(id, ({ state }) => state === 'waiting');
    mend();
    const done = await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);
    expect(waiting).toMatchObject({
      waitingFor: 'network',
      error: { code: 'registry.unreachable', params: { host: proxy.host } },
      actions: ['retry', 'cancel'],
    });
    expect(waiting.layers.filter(({ status }) => status === 'done').length).toBeGreaterThanOrEqual(2);
    expect(done).toMatchObject({ waitingFor: null, error: null });
    expect(states.slice(-3)).toEqual(['waiting', 'running', 'done']);
    const uploaded = new Set(done.layers.filter(({ verdict }) => verdict === 'upload').map(({ digest }) => digest));
    // The config of the image is committed beside the layers; each layer once.
    expect(commits()).toBeLessThanOrEqual(uploaded.size + 2);
    await expectWholeImage(`${scene.registry.host}/stuck/network:1`);
  });

  it('waits for a sign-in that is refused in the middle, and goes on when asked to', async () => {
    const { proxy, mend } = await troubled(answers(401, { 'www-authenticate': 'Basic realm="test"' }));
    const engine = await openTestEngine({
      tartHome: scene.home.root,
      credential: { username: 'alice', secret: 'made-up-here', kind: 'password', source: 'test' },
    });
    const never = new AbortController().signal;
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/stuck/sign-in:1`],
      whenStuck: 'wait',
    });
    const waiting = await engine.until(id, ({ state }) => state === 'waiting');
    mend();
    await engine.handlers['jobs.retry']({ id, force: false }, never);
    await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);
    expect(waiting).toMatchObject({ waitingFor: 'signIn', error: { code: 'auth.unauthorized' } });
    await expectWholeImage(`${scene.registry.host}/stuck/sign-in:1`);
  });

  it.each(['in this app', 'in another program'])('goes on by itself after a sign-in %s', async (where) => {
    const repository = `stuck/${where.replaceAll(' ', '-')}`;
    const right = `Basic ${Buffer.from('alice:made-up-here').toString('base64')}`;
    const asks = answers(401, { 'www-authenticate': 'Basic realm="test"' });
    const { proxy } = await troubled((seen, incoming, outgoing) =>
      seen.headers.authorization === right ? undefined : asks(seen, incoming, outgoing),
    );
    let secret = 'expired';
    const engine = await openTestEngine({
      tartHome: scene.home.root,
      credentials: () => Promise.resolve({ username: 'alice', secret, kind: 'password', source: 'docker' }),
    });
    const reference = `${proxy.host}/${repository}:1`;
    const id = await engine.start({ vmId: 'vm:builder', references: [reference], whenStuck: 'wait' });
    await engine.until(id, ({ state }) => state === 'waiting');
    if (where === 'in another program') secret = 'made-up-here';
    else {
      const account = { username: 'alice', secret: 'made-up-here', store: 'vault' } as const;
      const never = new AbortController().signal;
      await engine.handlers['registries.signIn']({ host: proxy.host, insecure: false, ...account }, never);
    }
    const done = await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);
    expect(done).toMatchObject({ waitingFor: null, error: null });
    await expectWholeImage(`${scene.registry.host}/${repository}:1`);
  });

  it('waits out a limit that outlasts the tries', async () => {
    const { proxy, mend } = await troubled(answers(429));
    const engine = await openTestEngine({ tartHome: scene.home.root });
    engine.on('jobs.changed', ({ job }) => {
      if (job.waitingFor === 'limit') mend();
    });
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/stuck/limit:1`],
      whenStuck: 'wait',
    });
    await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);
    expect(engine.waited).toContain(600_000);
    await expectWholeImage(`${scene.registry.host}/stuck/limit:1`);
  });

  it('can be cancelled while it waits', async () => {
    const { proxy } = await troubled(answers(401, { 'www-authenticate': 'Basic realm="test"' }));
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/stuck/cancelled:1`],
      whenStuck: 'wait',
    });
    await engine.until(id, ({ state }) => state === 'waiting');
    await engine.handlers['jobs.cancel']({ id }, new AbortController().signal);
    const ended = await engine.until(id, ({ state }) => state === 'cancelled');
    await Promise.all([engine.close(), proxy.close()]);
    expect(ended).toMatchObject({ error: null, waitingFor: null });
    await expect(pullWithSkopeo(`${scene.registry.host}/stuck/cancelled:1`)).rejects.toThrow();
  });

  it('fails with the code where nobody is there to wait', async () => {
    const { proxy } = await troubled(goesAway);
    const engine = await openTestEngine({ tartHome: scene.home.root });
    await expect(
      engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/stuck/fails:1`], whenStuck: 'fail' }),
    ).rejects.toMatchObject({ code: 'registry.unreachable' });
    await Promise.all([engine.close(), proxy.close()]);
  });

  it('tries at once when the person does not want to wait for the next try', async () => {
    let refused = false;
    const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming, outgoing) => {
      if (seen.method !== 'PATCH' || refused) return undefined;
      refused = true;
      return answers(503, { 'retry-after': '500' })(seen, incoming, outgoing);
    });
    const engine = await openTestEngine({ tartHome: scene.home.root, clock: systemClock });
    const never = new AbortController().signal;
    const id = await engine.start({ vmId: 'vm:builder', references: [`${proxy.host}/stuck/now:1`] });
    const waiting = await engine.until(id, ({ layers }) => layers.some(({ status }) => status === 'retrying'));
    await engine.handlers['jobs.retry']({ id, force: false }, never);
    await engine.until(id, ({ state }) => state === 'done');
    await expect(engine.handlers['jobs.retry']({ id, force: false }, never)).rejects.toMatchObject({
      code: 'job.wrongState',
    });
    await Promise.all([engine.close(), proxy.close()]);
    const retrying = waiting.layers.filter(({ status }) => status === 'retrying');
    expect(retrying.map(({ retry }) => retry)).toEqual([
      {
        attempt: 2,
        attempts: 5,
        atMs: expect.any(Number) as number,
        error: expect.objectContaining({ code: 'registry.unavailable' }) as unknown,
      },
    ]);
    await expectWholeImage(`${scene.registry.host}/stuck/now:1`);
  });
});
