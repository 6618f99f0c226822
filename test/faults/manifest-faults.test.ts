import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { first, isBlobHead, isCommit, isManifestPut } from '../fixtures/faults.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  await makeTartVm(home, { name: 'rival', disk: { ...SMALLEST_DISK, seed: 'rival' } });
  registry = await startDockerRegistry();
});
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

async function withEngine<Result>(work: (engine: TestEngine) => Promise<Result>): Promise<Result> {
  const engine = await openTestEngine({ tartHome: home.root });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Points a tag at the manifest of another, past the proxy. */
async function moveTag(repository: string, from: string, to: string): Promise<void> {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const url = `${registry.origin}/v2/${repository}/manifests`;
  const found = await request(`${url}/${from}`, { headers: { accept: type } });
  const body = Buffer.from(await found.body.arrayBuffer());
  const moved = await request(`${url}/${to}`, { method: 'PUT', headers: { 'content-type': type }, body });
  await moved.body.dump();
  if (moved.statusCode !== 201) throw new Error(`${to} was not moved: ${moved.statusCode}`);
}

describe('the manifest of a push', () => {
  it.each([
    ['a tag that was new', []],
    ['a tag that was to move', ['now']],
  ])('does not overwrite what somebody else wrote meanwhile: %s', async (name, before) => {
    const repository = `races/${name.replaceAll(' ', '-')}`;
    await withEngine(async (engine) => {
      await engine.push({ vmId: 'vm:rival', references: [`${registry.host}/${repository}:theirs`] });
      for (const tag of before) {
        await engine.push({
          vmId: 'vm:rival',
          references: [`${registry.host}/${repository}:${tag}`],
          labels: { a: 'b' },
        });
      }
      // Somebody else is done while our first layer is closed: long after the plan.
      const { fault } = first(1, isCommit, async () => {
        await moveTag(repository, 'theirs', 'now');
        return undefined;
      });
      const proxy = await startRegistryProxy(registry.host, fault);
      const push = { vmId: 'vm:builder', references: [`${proxy.host}/${repository}:now`] };
      await expect(engine.push(push)).rejects.toMatchObject({
        code: 'tag.conflict',
        params: { reference: `${proxy.host}/${repository}:now` },
      });
      const [theirs, now] = await Promise.all(
        ['theirs', 'now'].map((tag) => pullWithSkopeo(`${registry.host}/${repository}:${tag}`)),
      );
      expect(now?.manifestBytes.equals(theirs?.manifestBytes ?? Buffer.alloc(0))).toBe(true);
      await engine.push({ ...push, force: true });
      await proxy.close();
    });
    expect(await isWhole(`${registry.host}/${repository}:now`, vm)).toBe(true);
  });

  it('brings a blob again that the registry only said to have, once', async () => {
    await withEngine(async (engine) => {
      await engine.push({ vmId: 'vm:builder', references: [`${registry.host}/stale/honest:1`] });
      // A stale cache: asked in one repository, the registry answers for another.
      const lie = first(1, isBlobHead, ({ path }) => ({ path: path.replace('/lying/', '/honest/') }));
      const proxy = await startRegistryProxy(registry.host, lie.fault);
      await engine.push({ vmId: 'vm:builder', references: [`${proxy.host}/stale/lying:1`], concurrency: 1 });
      await proxy.close();
      const puts = proxy.seen.filter(isManifestPut).map(({ status }) => status);
      expect({ lied: lie.hits(), puts }).toEqual({ lied: 1, puts: [400, 201] });
    });
    expect(await isWhole(`${registry.host}/stale/lying:1`, vm)).toBe(true);
  });

  it('finds with `verify` that bytes are gone which the registry says to have', async () => {
    await withEngine(async (engine) => {
      const gone = first(
        Number.POSITIVE_INFINITY,
        ({ method, path }) => method === 'GET' && path.includes('/blobs/sha256'),
        (_seen, _incoming, outgoing) => {
          outgoing.writeHead(404);
          outgoing.end();
          return 'answered';
        },
      );
      const proxy = await startRegistryProxy(registry.host, gone.fault);
      const push = { vmId: 'vm:builder', references: [`${proxy.host}/stale/gone:1`] };
      await expect(engine.push({ ...push, verify: true })).rejects.toMatchObject({ code: 'verify.failed' });
      expect(await tagsOf(registry.origin, 'stale/gone')).toEqual([]);
      await expect(engine.push(push)).resolves.toMatchObject({ job: { state: 'done' } });
      await proxy.close();
    });
  });
});
