import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TagRecord } from '../../shared/models/tag-edit.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const REPOSITORY = 'moved/vm';

describe('a tag that is moved', () => {
  let home: TartHome;
  let registry: DockerRegistry;
  let engine: TestEngine;
  /** Digest of what each VM was pushed as. */
  const digests: Record<string, string> = {};

  beforeAll(async () => {
    [home, registry] = await Promise.all([makeTartHome(), startDockerRegistry()]);
    engine = await openTestEngine({ tartHome: home.root });
    for (const name of ['one', 'two']) {
      await makeTartVm(home, { name });
      const { document } = await engine.push({
        vmId: `vm:${name}`,
        references: [reference('latest'), reference(name)],
      });
      digests[name] = document.targets[0]?.manifestDigest ?? '';
    }
  });
  afterAll(async () => {
    await engine.close();
    await Promise.all([registry.stop(), home.remove()]);
  });

  const reference = (tag: string): string => `${registry.host}/${REPOSITORY}:${tag}`;
  const place = () => ({ host: registry.host, repository: REPOSITORY, insecure: false });
  const journal = (): Promise<TagRecord[]> => engine.handlers['tags.journal'](place(), never);
  const latest = async (): Promise<string | undefined> => {
    const { groups } = await engine.handlers['repositories.read'](place(), never);
    return groups.find(({ tags }) => tags.includes('latest'))?.digest;
  };
  const undoNewest = async (): Promise<void> => {
    const [newest] = await journal();
    await engine.handlers['tags.undo']({ id: newest?.id ?? '', changes: null }, never);
  };

  it('by a push is put back like any edit; a new tag is no edit', async () => {
    const made = await journal();
    const before = await latest();
    await undoNewest();

    expect({ made, before, after: await latest() }).toEqual({
      made: [
        expect.objectContaining({
          state: 'done',
          undoable: true,
          tags: [{ tag: 'latest', before: digests['one'], after: digests['two'] }],
        }),
      ],
      before: digests['two'],
      after: digests['one'],
    });
  });

  it('by a copy is put back as well', async () => {
    await engine.copy({
      images: [{ source: reference('two'), targets: [reference('latest')] }],
    });
    const copied = await latest();
    await undoNewest();

    expect([copied, await latest()]).toEqual([digests['two'], digests['one']]);
  });
});
