import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Plan, planSchema } from '../../shared/models/plan.ts';
import { vmListSchema } from '../../shared/models/vm.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
let stateHome: string;

beforeAll(async () => {
  registry = await startDockerRegistry();
});
beforeEach(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  return async () => {
    await home.remove();
    await rm(stateHome, { recursive: true, force: true });
  };
});
afterAll(() => registry.stop());

function tartan(...args: string[]): Promise<TartanResult> {
  return runTartan([...args, '--json'], { tartHome: home.root, stateHome });
}

function documentOf(result: TartanResult): Plan {
  return planSchema.parse(JSON.parse(result.stdout));
}

describe('a push that populates the cache of Tart', () => {
  it('leaves an image there that is listed under its tags and pushed elsewhere under the same digest', async () => {
    const references = ['1.0', 'latest'].map((tag) => `${registry.host}/team/builder:${tag}`);
    const pushed = await tartan('push', 'builder', ...references, '--populate-cache');
    const document = documentOf(pushed);
    const digest = document.targets[0]?.manifestDigest ?? '';
    const listed = vmListSchema.parse(JSON.parse((await tartan('list')).stdout)).vms;
    const elsewhere = await tartan('push', `${registry.host}/team/builder:1.0`, `${registry.host}/other/copy:1`);

    expect([pushed.status, document.populatedCache]).toEqual([0, { error: null }]);
    expect(listed.filter(({ kind }) => kind === 'image')).toMatchObject([
      { name: `${registry.host}/team/builder`, digest, tags: ['1.0', 'latest'], defect: null },
    ]);
    expect(documentOf(elsewhere)).toMatchObject({
      cachedImage: { manifest: 'asIs', digest },
      targets: [{ manifestDigest: digest }],
    });
    const place = join(home.root, 'cache', 'OCIs', registry.host.replace(':', '%3A'), 'team', 'builder');
    expect(await readlink(join(place, 'latest'))).toBe(join(place, digest));
    const copied = await readFile(join(place, digest, 'disk.img'));
    expect(copied.equals(await readFile(vm.diskFile))).toBe(true);
    expect(await readdir(join(home.root, 'cache'))).toEqual(['OCIs']);
  });

  it('is a push that is done, and an exit status that says the rest is not, where the cache cannot be written', async () => {
    // A file stands where the folder of the registry belongs.
    await mkdir(join(home.root, 'cache', 'OCIs'));
    await writeFile(join(home.root, 'cache', 'OCIs', registry.host.replace(':', '%3A')), '');
    const pushed = await tartan('push', 'builder', `${registry.host}/team/unwritable:1`, '--populate-cache');
    expect(pushed.status).toBe(1);
    expect(documentOf(pushed)).toMatchObject({
      populatedCache: { error: { code: 'file.unwritable' } },
      targets: [{ references: [{ state: 'written' }] }],
    });
  });

  it('is not done unless asked for', async () => {
    expect(await tartan('push', 'builder', `${registry.host}/team/plain:1`)).toMatchObject({ status: 0 });
    expect(existsSync(join(home.root, 'cache', 'OCIs'))).toBe(false);
  });
});
