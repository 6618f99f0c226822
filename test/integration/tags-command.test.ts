import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { runTartan, type TartanResult } from '../fixtures/tartan-process.ts';

let registry: DockerRegistry;
let folder: string;
let name: string;
let digest: string;

beforeAll(async () => {
  registry = await startDockerRegistry();
  folder = await mkdtemp(join(tmpdir(), 'tags-command-'));
  name = `${registry.host}/acme/runner`;
  ({ digest } = await makeLayout(join(folder, 'image'), 'one', ['a']));
  for (const tag of ['1.0', 'stable']) await skopeo('copy', `oci:${folder}/image:one`, `docker://${name}:${tag}`);
});

afterAll(async () => {
  await registry.stop();
  await rm(folder, { recursive: true, force: true });
});

const tartan = (...args: string[]): Promise<TartanResult> =>
  runTartan(['tags', ...args], { tartHome: join(folder, 'tart'), stateHome: join(folder, 'state') });
const document = ({ stdout }: TartanResult): unknown => JSON.parse(stdout);
/** Tags as another client sees them, with their digests. */
async function tags(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const { RepoTags } = JSON.parse(await skopeo('inspect', `docker://${name}@${digest}`)) as { RepoTags: string[] };
  for (const tag of RepoTags.sort())
    found[tag] = (await skopeo('inspect', '--format', '{{.Digest}}', `docker://${name}:${tag}`)).trim();
  return found;
}

describe('tartan tags', () => {
  it('adds, renames and removes tags of docker-registry, and takes each back', async () => {
    const added = await tartan('add', `${name}:1.0`, 'latest', 'nightly', '--json');
    const renamed = await tartan('rename', `${name}:stable`, 'steady', '--way', 'placeholder', '--json');
    const afterRename = await tags();
    const undone = await tartan('undo', '--way', 'restore', '--json');
    const afterUndo = await tags();
    const removed = await tartan('remove', `${name}:1.0`, '--way', 'restore', '--json');

    expect({
      statuses: [added, renamed, undone, removed].map(({ status }) => status),
      afterRename: Object.keys(afterRename),
      afterUndo: Object.keys(afterUndo),
      after: await tags(),
      added: document(added),
    }).toMatchObject({
      statuses: [0, 0, 0, 0],
      afterRename: ['1.0', 'latest', 'nightly', 'steady'],
      afterUndo: ['1.0', 'latest', 'nightly', 'stable'],
      after: { latest: digest, nightly: digest, stable: digest },
      added: { state: 'done', changes: [{ state: 'done' }, { state: 'done' }] },
    });
  });

  it('says with status 3 what a deletion would touch besides, and with 1 that a tag is somewhere else', async () => {
    const before = await tags();
    const shared = await tartan('remove', `${name}:latest`, '--json');
    const moved = await tartan('remove', `${name}:latest`, '--expect', `sha256:${'0'.repeat(64)}`);
    const missing = await tartan('move', `${name}:no-such`, 'latest');
    const wrong = await tartan('add', `${name}:latest`, 'not a tag');

    expect({
      statuses: [shared, moved, missing, wrong].map(({ status }) => status),
      shared: document(shared),
      moved: moved.stderr,
      tags: await tags(),
    }).toMatchObject({
      statuses: [3, 1, 3, 2],
      shared: { error: { code: 'tag.needsWay', params: { tag: 'latest', tags: 'nightly stable' } } },
      moved: expect.stringContaining('tag.conflict'),
      tags: before,
    });
  });

  it('picks tags by a pattern, first as a preview that changes nothing', async () => {
    const before = await tags();
    const preview = await tartan('remove', name, '--pattern', '*a*', '--keep-shared', '--dry-run', '--json');
    const all = await tartan('remove', name, '--regex', '^(latest|nightly)$', '--dry-run', '--json');
    const listed = await tartan('list', name, '--json');

    expect({
      statuses: [preview, all, listed].map(({ status }) => status),
      kept: preview.stderr,
      planned: document(all),
      listed: document(listed),
      tags: await tags(),
    }).toMatchObject({
      statuses: [0, 0, 0],
      kept: expect.stringContaining('stays  latest  (shared)'),
      planned: { changes: [{ state: 'needsWay' }, { state: 'needsWay' }] },
      listed: { tagCount: 3, groups: [{ digest, tags: ['latest', 'nightly', 'stable'] }] },
      tags: before,
    });
  });
});
