import { closeSync, openSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JobSummary } from '../../shared/models/job.ts';
import { PLAIN_PUSH } from '../../shared/models/push-options.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isPiece, isStart } from '../fixtures/faults.ts';
import { lockHolderOf } from '../fixtures/file-lock.ts';
import { tagsOf } from '../fixtures/push-through.ts';
import { type RegistryProxy, type SeenRequest, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const never = new AbortController().signal;

const scene = prepareVmAndRegistry();

/** A registry whose upload bodies stand still until they are let go. */
interface HoldingProxy {
  readonly proxy: RegistryProxy;
  readonly release: () => void;
  /** Resolves when so many bodies stand still. */
  readonly held: (count: number) => Promise<void>;
}

async function holdingProxy(): Promise<HoldingProxy> {
  let waiting: (() => void)[] | null = [];
  let look: () => void = () => undefined;
  const proxy = await startRegistryProxy(scene.registry.host, (seen, incoming) => {
    if (waiting === null || !isPiece(seen)) return undefined;
    incoming.pause();
    waiting.push(() => incoming.resume());
    look();
    return undefined;
  });
  return {
    proxy,
    release() {
      for (const go of waiting ?? []) go();
      waiting = null;
    },
    held: (count) =>
      new Promise((resolve) => {
        look = () => {
          if ((waiting ?? []).length >= count) resolve();
        };
        look();
      }),
  };
}

function writeInto(path: string, at: number): void {
  const disk = openSync(path, 'r+');
  writeSync(disk, Buffer.from('changed'), 0, 7, at);
  closeSync(disk);
}

/** The job's end, whatever it is. */
async function ended(engine: TestEngine, id: string): Promise<JobSummary> {
  return await new Promise((resolve) => {
    const stop = engine.on('jobs.changed', ({ job }) => {
      if (job.id !== id || !['done', 'failed', 'cancelled'].includes(job.state)) return;
      stop();
      resolve(job);
    });
  });
}

describe('a plan that is given up in the middle of reading', () => {
  it('lets the VM go at once', async () => {
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const closed = new AbortController();
    let during: { readonly holder: number; readonly read: number } | null = null;
    engine.on('plans.changed', ({ plan }) => {
      // Every change is shown.
      engine.advance(1000);
      if (plan.bytes.read === 0 || during !== null) return;
      during = { holder: lockHolderOf(scene.vm.configFile), read: plan.bytes.read };
      closed.abort();
    });
    const planned = engine.handlers['plans.make'](
      {
        vmId: 'vm:builder',
        references: [`${scene.registry.host}/steered/plan:1`],
        ...PLAIN_PUSH,
        planId: 'plan',
      },
      closed.signal,
    );
    await expect(planned).rejects.toBeDefined();
    const after = lockHolderOf(scene.vm.configFile);
    await engine.close();

    expect({ during, after }).toEqual({
      during: { holder: expect.toSatisfy((pid: number) => pid > 0 && pid !== process.pid), read: expect.any(Number) },
      after: 0,
    });
    expect(during).toMatchObject({ read: expect.toSatisfy((read: number) => read < scene.vm.diskSize) });
  });
});

describe('a push that is paused', () => {
  it('ends when its disk was written to meanwhile, and nothing is tagged', async () => {
    const written = await makeTartVm(scene.home, { name: 'written', disk: SMALLEST_DISK });
    const { proxy, held, release } = await holdingProxy();
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const id = await engine.start({ vmId: 'vm:written', references: [`${proxy.host}/steered/paused:1`] });
    await held(1);
    await engine.handlers['jobs.pause']({ id }, never);
    await engine.until(id, ({ state }) => state === 'paused');
    writeInto(written.diskFile, 9 * 1024 * 1024);
    release();
    const end = ended(engine, id);
    await engine.handlers['jobs.resume']({ id }, never);
    const { state, error } = await end;
    await Promise.all([engine.close(), proxy.close()]);

    expect({ state, code: error?.code, tags: await tagsOf(scene.registry.origin, 'steered/paused') }).toEqual({
      state: 'failed',
      code: 'vm.diskChanged',
      tags: [],
    });
  });
});

describe('the number of layers at once', () => {
  it('can be raised while a push runs: more go out before the first has arrived', async () => {
    const { proxy, held, release } = await holdingProxy();
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const settings = await engine.handlers['settings.get'](null, never);
    await engine.handlers['settings.set']({ ...settings, concurrency: 1 }, never);
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/steered/raised:1`],
      concurrency: null,
    });
    await held(1);
    const one = proxy.seen.filter(isPiece).length;
    await engine.handlers['settings.set']({ ...settings, concurrency: 3 }, never);
    await held(3);
    release();
    await engine.until(id, ({ state }) => state === 'done');
    await Promise.all([engine.close(), proxy.close()]);

    expect({ one, tags: await tagsOf(scene.registry.origin, 'steered/raised') }).toEqual({ one: 1, tags: ['1'] });
  });
});

describe('a push that is cancelled', () => {
  it('has its open upload sessions deleted at the registry', async () => {
    const { proxy, held } = await holdingProxy();
    const engine = await openTestEngine({ tartHome: scene.home.root });
    const id = await engine.start({
      vmId: 'vm:builder',
      references: [`${proxy.host}/steered/cancelled:1`],
      concurrency: 3,
    });
    await held(3);
    await engine.handlers['jobs.cancel']({ id }, never);
    await engine.until(id, ({ state }) => state === 'cancelled');
    await Promise.all([engine.close(), proxy.close()]);
    const session = ({ path }: SeenRequest): string => /uploads\/([0-9a-f-]{36})/.exec(path)?.[1] ?? '';
    const deleted = proxy.seen.filter(({ method }) => method === 'DELETE');

    expect({
      opened: proxy.seen.filter(isStart).length,
      deleted: deleted.map((seen) => [session(seen), seen.status]).sort(),
    }).toEqual({
      opened: 3,
      deleted: proxy.seen
        .filter(isPiece)
        .map((seen) => [session(seen), 204])
        .sort(),
    });
  });
});
