import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type Fault, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, TEST_CHUNK } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/** A fault for the first `times` requests that fit. */
function first(
  times: number,
  fits: (method: string, path: string) => boolean,
  fault: Fault,
): { fault: Fault; hits: () => number } {
  let hits = 0;
  return {
    hits: () => hits,
    fault: (seen, incoming, outgoing) => {
      if (hits >= times || !fits(seen.method, seen.path)) return undefined;
      hits += 1;
      return fault(seen, incoming, outgoing);
    },
  };
}

const isPiece = (method: string, path: string): boolean => method === 'PATCH' && path.includes('/blobs/uploads/');
const isCommit = (method: string, path: string): boolean => method === 'PUT' && path.includes('digest=');
const isManifest = (method: string, path: string): boolean => method === 'PUT' && path.includes('/manifests/');

const answer =
  (status: number, headers: Record<string, string> = {}): Fault =>
  (_seen, _incoming, outgoing) => {
    outgoing.writeHead(status, headers);
    outgoing.end('{"errors":[{"code":"UNAVAILABLE","message":"made up for a test"}]}');
    return 'answered';
  };

describe('a push through a network that breaks', () => {
  it.each([
    ['503 twice for a piece', first(2, isPiece, answer(503))],
    ['429 with a date', first(1, isPiece, answer(429, { 'retry-after': new Date(Date.now() + 4000).toUTCString() }))],
    ['a body that breaks off', first(1, isPiece, () => 'cutBody')],
    ['the answer of the closing PUT that is lost', first(1, isCommit, () => 'loseAnswer')],
    ['503 for a HEAD', first(1, (method) => method === 'HEAD', answer(503))],
    ['a manifest PUT whose answer is lost', first(1, isManifest, () => 'loseAnswer')],
  ])('ends in a correct image: %s', async (name, { fault, hits }) => {
    const repository = `faults/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const proxy = await startRegistryProxy(registry.host, fault);
    const engine = await openTestEngine({ tartHome: home.root });
    const { job } = await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/${repository}:1`] });
    await Promise.all([engine.close(), proxy.close()]);
    const pulled = await pullWithSkopeo(`${registry.host}/${repository}:1`);
    expect(job.state).toBe('done');
    expect(hits()).toBeGreaterThan(0);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });

  it('waits as long as the registry asks', async () => {
    const { fault } = first(1, isPiece, answer(429, { 'retry-after': '7' }));
    const proxy = await startRegistryProxy(registry.host, fault);
    const engine = await openTestEngine({ tartHome: home.root });
    await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/faults/seven:1`] });
    expect(engine.waited).toContain(7000);
    await Promise.all([engine.close(), proxy.close()]);
  });

  it('gives up in the end, says why, and tags nothing', async () => {
    const { fault, hits } = first(1000, isPiece, answer(503));
    const proxy = await startRegistryProxy(registry.host, fault);
    const engine = await openTestEngine({ tartHome: home.root });
    const push = engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/faults/never:1`], concurrency: 1 });
    await expect(push).rejects.toMatchObject({ code: 'registry.unavailable' });
    expect(hits()).toBeGreaterThan(1);
    await Promise.all([engine.close(), proxy.close()]);
    await expect(pullWithSkopeo(`${registry.host}/faults/never:1`)).rejects.toThrow();
  });
});

describe('a push that is killed', () => {
  it('sends no committed layer again', async () => {
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-killed-'));
    const commits = { count: 0 };
    let enough: () => void = () => undefined;
    const halfway = new Promise<void>((done) => {
      enough = done;
    });
    const proxy = await startRegistryProxy(registry.host, (seen) => {
      if (isCommit(seen.method, seen.path)) commits.count += 1;
      if (commits.count === 6) enough();
      return undefined;
    });
    const reference = `${proxy.host}/faults/killed:1`;
    const args = [resolve('dist/node/tartan.cjs'), 'push', 'builder', reference, '--concurrency', '1'];
    const own = { TART_HOME: home.root, TARTAN_HOME: stateHome, TARTAN_CHUNK_SIZE: String(TEST_CHUNK) };
    const child = spawn(process.execPath, args, { env: { ...process.env, ...own }, stdio: 'ignore' });
    await halfway;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const before = proxy.blobBytes();
    const committed = commits.count;
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    const { document } = await engine.push({ vmId: 'vm:builder', references: [reference] });
    await Promise.all([engine.close(), proxy.close()]);
    const present = document.targets[0]?.layers.filter(({ verdict }) => verdict === 'present') ?? [];
    const pulled = await pullWithSkopeo(`${registry.host}/faults/killed:1`);
    // The last commit before the kill may not have reached the registry or the record.
    expect(present.length).toBeGreaterThanOrEqual(committed - 2);
    expect(proxy.blobBytes() - before).toBeLessThanOrEqual(document.bytes.uploaded + 1000);
    expect(pulled.disk.equals(readFileSync(vm.diskFile))).toBe(true);
    await rm(stateHome, { recursive: true, force: true });
  });
});
