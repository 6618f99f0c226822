import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TagChange, TagEdit, TagPlan } from '../../shared/models/tag-edit.ts';
import { type FakeProfile, PLAYED, refusal } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const REPOSITORY = 'acme/runner';

let home: string;
let engine: TestEngine;
let registry: FakeRegistry;
const open: FakeRegistry[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tart-home-'));
  engine = await openTestEngine({ tartHome: home });
});

afterAll(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** A registry with two images: `old` (1.0, stable) and `new` (2.0, latest, edge). */
async function play(profile: Partial<FakeProfile> = {}): Promise<{ old: string; new: string }> {
  registry = await startFakeRegistry({ profile });
  open.push(registry);
  const { digest: old } = registry.content.image(REPOSITORY, { tags: ['1.0', 'stable'], layers: ['one'] });
  const { digest } = registry.content.image(REPOSITORY, { tags: ['2.0', 'latest', 'edge'], layers: ['two'] });
  return { old, new: digest };
}

const place = (): { host: string; repository: string; insecure: boolean } => ({
  host: registry.host,
  repository: REPOSITORY,
  insecure: false,
});
const plan = (...changes: TagChange[]): Promise<TagPlan> =>
  engine.handlers['tags.plan']({ ...place(), changes }, never);
const apply = (...changes: TagChange[]): Promise<TagEdit> =>
  engine.handlers['tags.apply']({ ...place(), changes }, never);
const undo = (id: string | null, changes: TagChange[] | null = null): Promise<TagEdit> =>
  engine.handlers['tags.undo']({ id: id ?? '', changes }, never);

const change = (kind: TagChange['kind'], tag: string, more: Partial<TagChange> = {}): TagChange => ({
  kind,
  tag,
  digest: null,
  to: null,
  ...more,
});
const remove = (tag: string, more: Partial<TagChange> = {}): TagChange => change('remove', tag, more);
const states = ({ changes }: TagEdit | TagPlan): string[] => changes.map(({ state }) => state);
const tags = (): Record<string, string> => registry.content.tagsOf(REPOSITORY);

describe('tags of a registry', () => {
  it('are added, moved, renamed and removed in one go, and it is undone in one go', async () => {
    const { old, new: fresh } = await play();
    const before = tags();
    registry.clearSeen();
    const edit = await apply(
      change('add', '1.0.1', { digest: old }),
      change('move', 'stable', { digest: fresh, expected: old }),
      change('rename', 'edge', { to: 'nightly', expected: fresh }),
      remove('latest', { expected: fresh }),
    );
    const after = tags();
    const sent = registry.blobBytes();
    const undone = await undo(edit.id);

    expect({ edit: [edit.state, states(edit)], after, sent, undone: undone.state, back: tags() }).toEqual({
      edit: ['done', ['done', 'done', 'done', 'done']],
      after: { '1.0': old, '1.0.1': old, '2.0': fresh, nightly: fresh, stable: fresh },
      sent: 0,
      undone: 'done',
      back: before,
    });
  });

  it('are left alone, all of them, when one moved since it was seen', async () => {
    const { old, new: fresh } = await play();
    const before = tags();
    const edit = await apply(
      change('move', 'stable', { digest: fresh, expected: fresh.replace(/.$/, 'f') }),
      remove('latest', { expected: fresh }),
    );

    expect({ state: edit.state, states: states(edit), id: edit.id, tags: tags() }).toEqual({
      state: 'refused',
      states: ['conflict', 'notTried'],
      id: null,
      tags: before,
    });
    expect(edit.changes[0]?.found).toBe(old);
  });

  it('say beforehand what they do, what shares the digests, and what is left without a tag', async () => {
    const { old, new: fresh } = await play();
    const { changes } = await plan(
      change('move', '1.0', { digest: fresh }),
      change('move', 'stable', { digest: fresh }),
      remove('edge'),
    );

    expect(
      changes.map(({ change: { tag }, found, becomes, sharedOld, sharedNew, untags, way }) => ({
        tag,
        found,
        becomes,
        sharedOld,
        sharedNew,
        untags,
        way,
      })),
    ).toEqual([
      {
        tag: '1.0',
        found: old,
        becomes: fresh,
        sharedOld: ['stable'],
        sharedNew: ['2.0', 'edge', 'latest'],
        untags: true,
        way: null,
      },
      {
        tag: 'stable',
        found: old,
        becomes: fresh,
        sharedOld: ['1.0'],
        sharedNew: ['2.0', 'edge', 'latest'],
        untags: true,
        way: null,
      },
      {
        tag: 'edge',
        found: fresh,
        becomes: null,
        sharedOld: ['2.0', 'latest'],
        sharedNew: [],
        untags: false,
        way: 'tag',
      },
    ]);
  });
});

describe('a registry that deletes by digest alone', () => {
  it('is asked nothing that touches a tag, to find that out', async () => {
    await play(PLAYED.distribution2);
    const before = tags();
    await plan(remove('edge'));

    expect({
      tags: tags(),
      deleted: registry.seen
        .filter(({ method }) => method === 'DELETE')
        .map(({ path, status }) => [path.replace(/[0-9a-f]{12,}$/, ''), status]),
    }).toEqual({
      tags: before,
      deleted: [
        [`/v2/${REPOSITORY}/manifests/tartan-probe-`, 400],
        [`/v2/${REPOSITORY}/manifests/sha256:`, 404],
      ],
    });
  });

  it('offers ways, and takes none by itself where another tag is at the digest', async () => {
    await play(PLAYED.distribution2);
    const before = tags();
    const edit = await apply(remove('edge'));

    expect({ state: edit.state, states: states(edit), ways: edit.changes[0]?.ways, tags: tags() }).toEqual({
      state: 'refused',
      states: ['needsWay'],
      ways: [
        { way: 'placeholder', alsoRemoved: [], putBack: [], requests: expect.any(Number) },
        { way: 'digestAndRestore', alsoRemoved: [], putBack: ['2.0', 'latest'], requests: expect.any(Number) },
        { way: 'digest', alsoRemoved: ['2.0', 'latest'], putBack: [], requests: expect.any(Number) },
      ],
      tags: before,
    });
  });

  it.each(['placeholder', 'digestAndRestore'] as const)('takes one tag and keeps the others: %s', async (way) => {
    const { old, new: fresh } = await play(PLAYED.distribution2);
    const before = tags();
    const edit = await apply(remove('edge', { way, shown: ['2.0', 'latest'] }));
    const after = tags();
    const whole = registry.content.isWhole(REPOSITORY, 'latest');
    await undo(edit.id);

    expect({ state: edit.state, after, whole, back: tags() }).toEqual({
      state: 'done',
      after: { '1.0': old, '2.0': fresh, latest: fresh, stable: old },
      whole: true,
      back: before,
    });
  });

  it('deletes a digest with all of its tags when they were shown, and puts all of them back', async () => {
    const { old } = await play(PLAYED.distribution2);
    const before = tags();
    const edit = await apply(remove('edge', { way: 'digest', shown: ['2.0', 'latest'] }));
    const after = tags();
    await undo(edit.id);

    expect({ also: edit.changes[0]?.alsoRemoved, after, back: tags() }).toEqual({
      also: ['2.0', 'latest'],
      after: { '1.0': old, stable: old },
      back: before,
    });
  });

  it('never deletes more than was shown', async () => {
    await play(PLAYED.distribution2);
    const before = tags();
    const edit = await apply(remove('edge', { way: 'digest', shown: ['latest'] }));

    expect({ states: states(edit), tags: tags() }).toEqual({ states: ['needsWay'], tags: before });
  });

  it('needs no choice where all tags of a digest go, or one is renamed that has it for itself', async () => {
    const { old, new: fresh } = await play(PLAYED.distribution2);
    const both = await apply(remove('1.0'), remove('stable'));
    const left = tags();
    await undo(both.id);
    await apply(remove('stable', { way: 'placeholder' }));
    const renamed = await apply(change('rename', '1.0', { to: '1.0.0' }));

    expect({ both: both.state, left, renamed: renamed.state, tags: tags() }).toEqual({
      both: 'done',
      left: { '2.0': fresh, edge: fresh, latest: fresh },
      renamed: 'done',
      tags: { '1.0.0': old, '2.0': fresh, edge: fresh, latest: fresh },
    });
  });

  it('keeps a manifest that an index needs', async () => {
    await play(PLAYED.distribution2);
    const child = registry.content.image(REPOSITORY, { tags: ['arm64'], layers: ['three'] });
    registry.content.index(REPOSITORY, [child], ['multi']);
    const { changes } = await plan(remove('arm64'));

    expect(changes.map(({ neededBy, ways }) => [neededBy, ways.map(({ way }) => way)])).toEqual([
      [['multi'], ['placeholder']],
    ]);
  });
});

describe('a registry that refuses', () => {
  it('every deletion: nothing is tried', async () => {
    await play(PLAYED.ghcr);
    const before = tags();
    const edit = await apply(remove('edge'));

    expect({ states: states(edit), code: edit.changes[0]?.error?.code, tags: tags() }).toEqual({
      states: ['refused'],
      code: 'tag.deleteUnsupported',
      tags: before,
    });
  });

  it('to move a protected tag: its own words are told, and no deletion of the set is made', async () => {
    const { new: fresh } = await play({
      immutable: {
        tags: /^stable$/,
        refusal: refusal(412, 'PRECONDITION', "'acme/runner:stable' configured as immutable"),
      },
    });
    const before = tags();
    const edit = await apply(change('move', 'stable', { digest: fresh }), remove('edge'));

    expect({ state: edit.state, states: states(edit), error: edit.changes[0]?.error, tags: tags() }).toMatchObject({
      state: 'failed',
      states: ['failed', 'notTried'],
      error: {
        code: 'tag.immutable',
        params: { registryMessage: "'acme/runner:stable' configured as immutable" },
      },
      tags: before,
    });
  });
});
