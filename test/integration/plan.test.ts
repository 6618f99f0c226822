import { copyFile, open, readFile, utimes } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockHolder } from '../../electron/engine/native/fcntl-lock.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { Plan, RequestCounts } from '../../shared/models/plan.ts';
import type { PushRequest } from '../../shared/models/push-request.ts';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { freePort } from '../fixtures/free-port.ts';
import { makeTartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { prepareVmAndRegistry } from '../fixtures/vm-and-registry.ts';

const place = prepareVmAndRegistry();
let engine: TestEngine;

beforeAll(async () => {
  engine = await openTestEngine({ tartHome: place.home.root });
});
afterAll(() => engine.close());

function added(one: RequestCounts, other: RequestCounts): RequestCounts {
  return {
    head: one.head + other.head,
    mount: one.mount + other.mount,
    upload: one.upload + other.upload,
    manifest: one.manifest + other.manifest,
  };
}

const disk = (plan: Plan) => (plan.targets[0]?.layers ?? []).filter(({ kind }) => kind === 'disk');

describe('a plan', () => {
  it('tells the requests that the push then makes: of a first push, of one to a second repository, of a second tag', async () => {
    const { host } = place.registry;
    const wanted = [[`${host}/asked/a:1`], [`${host}/asked/a:2`, `${host}/asked/b:1`], [`${host}/asked/a:2`]];
    const counted = [];
    for (const references of wanted) {
      // The first look at a repository reads its newest manifests, which nobody does twice.
      await engine.plan({ vmId: 'vm:builder', references });
      const plan = await engine.plan({ vmId: 'vm:builder', references });
      const { document } = await engine.push({ vmId: 'vm:builder', references });
      counted.push({ expected: added(plan.requests, plan.expectedRequests), made: document.requests });
    }

    // Reading told the plan which chunks are equal: the push need not ask for them.
    expect(counted.map(({ made }) => made)).toEqual(counted.map(({ expected }) => expected));
  });

  it.each<[string, Pick<PushRequest, 'references'> & Partial<PushRequest>]>([
    ['reads every blob back', { references: ['strict/a:1'], verify: true }],
    ['reads every blob back where its tag is', { references: ['strict/a:1'], verify: true }],
    ['sends everything again to two repositories', { references: ['strict/a:2', 'strict/b:1'], sendAgain: 'all' }],
    ['sends everything again and reads it back', { references: ['strict/a:2'], sendAgain: 'all', verify: true }],
  ])('tells the requests of a push that %s', async (_name, { references, ...asked }) => {
    const request = { vmId: 'vm:builder', references: references.map((name) => `${place.registry.host}/${name}`) };
    await engine.plan({ ...request, ...asked });
    const plan = await engine.plan({ ...request, ...asked });
    const { document } = await engine.push({ ...request, ...asked });

    expect(document.requests).toEqual(added(plan.requests, plan.expectedRequests));
  });

  it.each(['layer', 'config'])('tells the requests of a push that sends one %s again', async (kind) => {
    const reference = `${place.registry.host}/strict/${kind}:1`;
    const request = { vmId: 'vm:builder', references: [reference], labels: { sent: 'again' } };
    const { document: first } = await engine.push(request);
    const [layer] = disk(first).filter(({ verdict }) => verdict !== 'duplicate');
    const { manifestBytes } = await pullWithSkopeo(reference);
    // Just read back from the registry: a manifest of Tart's form.
    const { config } = JSON.parse(manifestBytes.toString('utf8')) as { config: { digest: string } };
    const asked = { ...request, sendAgain: [kind === 'layer' ? (layer?.digest ?? '') : config.digest] };
    const plan = await engine.plan(asked);
    const { document } = await engine.push(asked);

    expect(plan.expectedRequests).toMatchObject({ upload: 1, manifest: 0 });
    expect(document.requests).toEqual(added(plan.requests, plan.expectedRequests));
  });

  it('says since when a chunk is another one than was pushed, and of the others that they are not', async () => {
    const vm = await makeTartVm(place.home, { name: 'altered' });
    const references = [`${place.registry.host}/told/altered:1`];
    await engine.push({ vmId: 'vm:altered', references });
    const pushedMs = Date.now();
    const file = await open(vm.diskFile, 'r+');
    await file.write(Buffer.from('altered'), 0, 7, 4096);
    await file.close();
    const plan = await engine.plan({ vmId: 'vm:altered', references });
    const [first, ...others] = disk(plan);

    expect(first).toMatchObject({ verdict: 'upload', reason: 'changed', unchangedSinceMs: null });
    expect(Math.abs((first?.changedSinceMs ?? 0) - pushedMs)).toBeLessThan(60_000);
    expect(new Set(others.map(({ changedSinceMs }) => changedSinceMs))).toEqual(new Set([null]));
    expect(new Set(others.map(({ unchangedSinceMs }) => unchangedSinceMs))).toEqual(new Set([first?.changedSinceMs]));
  });

  it('tells that a registry does not answer, which try follows and when', async () => {
    const told: unknown[] = [];
    const forget = engine.on('plans.retrying', ({ retry: { attempt, attempts, atMs, error } }) => {
      told.push({ attempt, attempts, soon: atMs < Date.now() + 60_000, code: error.code, params: error.params });
    });
    const host = `127.0.0.1:${String(await freePort())}`;
    const ended = await engine
      .plan({ vmId: 'vm:builder', references: [`${host}/a/b:1`] })
      .catch((thrown: unknown) => toAppError(thrown).code);
    forget();
    const cause = { attempts: 5, soon: true, code: 'registry.unreachable', params: { host, reason: 'ECONNREFUSED' } };

    expect({ told, ended }).toEqual({
      told: [2, 3, 4, 5].map((attempt) => ({ attempt, ...cause })),
      ended: 'registry.unreachable',
    });
  });

  it('says where a layer is known from that this registry lacks', async () => {
    const { host } = place.registry;
    await engine.push({ vmId: 'vm:builder', references: [`${host}/told/known:7`] });
    const twin = await makeTartVm(place.home, { name: 'twin' });
    await copyFile(place.vm.diskFile, twin.diskFile);
    const plan = await engine.plan({ vmId: 'vm:twin', references: ['oci:/tmp/tartan-nowhere:1'] });
    const data = disk(plan).filter(({ zero, verdict }) => !zero && verdict === 'upload');

    expect(data.map(({ origin, reason, knownFrom }) => ({ origin, reason, knownFrom }))).toEqual(
      data.map(() => ({
        origin: 'index',
        reason: 'notInRegistry',
        knownFrom: { registry: host, repository: 'told/known', tag: null },
      })),
    );
    expect(data.length).toBeGreaterThan(1);
  });
});

/** Bytes that this process and its threads have read so far, by the system's count. */
async function bytesReadByProcess(): Promise<number> {
  return Number(/^rchar: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1] ?? Number.NaN);
}

/** The process that holds a VM's lock; 0 = none does. */
async function holderOf(config: string): Promise<number | null> {
  const file = await open(config, 'r+');
  try {
    return lockHolder(file.fd);
  } finally {
    await file.close();
  }
}

describe('a push that is started before its plan is complete', () => {
  const MIB = 1024 * 1024;
  const never = new AbortController().signal;

  it('goes on from what the plan has read and is reading, under the lock that the plan holds', async () => {
    const tail = Array.from({ length: 11 }, () => 'random' as const);
    const disk = { chunkSize: 16 * MIB, fileSystemSize: 16 * MIB, contentSize: 8 * MIB, tail };
    const vm = await makeTartVm(place.home, { name: 'early', disk });
    const own = await openTestEngine({ tartHome: place.home.root, chunkSize: 16 * MIB });
    const request = { vmId: 'vm:early', references: [`${place.registry.host}/early/vm:1`] };
    await own.push(request);
    // As after `touch`: nothing of the disk is remembered, and all of it has to be read.
    const now = new Date();
    await utimes(vm.diskFile, now, now);
    const before = await bytesReadByProcess();
    const begun = new Promise<void>((resolve) => {
      const stop = own.on('plans.changed', ({ plan }) => {
        if (plan.complete || plan.bytes.read === 0) return;
        stop();
        resolve();
      });
    });
    const planned = own.plan(request).catch((thrown: unknown) => toAppError(thrown).code);
    await begun;
    const holder = await holderOf(vm.configFile);
    const id = await own.start({ ...request, planId: 'plan' });
    const ended = await planned;
    const after = await holderOf(vm.configFile);
    const job = await own.until(id, ({ state }) => state === 'done');
    const document = await own.handlers['jobs.document']({ id }, never);
    const read = (await bytesReadByProcess()) - before;
    await own.close();

    expect([ended, job.error]).toEqual(['cancelled', null]);
    // One process held the lock all the time; where a snapshot is read nobody does.
    expect(after).toBe(holder);
    expect(holder !== 0).toBe(document.source === 'lock');
    expect(document.bytes).toMatchObject({ uploaded: 0, encoded: 0 });
    // Both count each byte once: the system, and the push itself.
    expect(document.bytes.read / vm.diskSize).toBeCloseTo(1, 1);
    expect(read / vm.diskSize).toBeGreaterThan(0.9);
    expect(read / vm.diskSize).toBeLessThan(1.15);
  });
});
