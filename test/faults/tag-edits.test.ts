import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TagChange, TagEdit } from '../../shared/models/tag-edit.ts';
import { type FakeProfile, PLAYED } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import type { Fault } from '../fixtures/registry-proxy.ts';
import { runTartan, startTartan } from '../fixtures/tartan-process.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const REPOSITORY = 'acme/runner';
const MONTH_MS = 31 * 86_400_000;

let folder: string;
let engine: TestEngine;
let registry: FakeRegistry;
let before: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tag-faults-'));
  engine = await openTestEngine({ tartHome: join(folder, 'tart') });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await registry.close();
});

/** A registry that deletes by digest alone, with `1.0` on one image and `2.0`, `edge`, `latest` on another. */
async function play(fault: Fault, profile: Partial<FakeProfile> = PLAYED.distribution2): Promise<void> {
  registry = await startFakeRegistry({ profile, fault });
  registry.content.image(REPOSITORY, { tags: ['1.0'], layers: ['one'] });
  registry.content.image(REPOSITORY, { tags: ['2.0', 'edge', 'latest'], layers: ['two'] });
  before = tags();
}

const tags = (): Record<string, string> => registry.content.tagsOf(REPOSITORY);
const place = (): { host: string; repository: string; insecure: boolean } => ({
  host: registry.host,
  repository: REPOSITORY,
  insecure: false,
});
const apply = (...changes: TagChange[]): Promise<TagEdit> =>
  engine.handlers['tags.apply']({ ...place(), changes }, never);
const undo = (id: string | null, changes: TagChange[] | null = null): Promise<TagEdit> =>
  engine.handlers['tags.undo']({ id: id ?? '', changes }, never);
const remove = (tag: string, more: Partial<TagChange> = {}): TagChange => ({
  kind: 'remove',
  tag,
  digest: null,
  to: null,
  ...more,
});
const OTHERS = ['2.0', 'latest'];

describe('a tag edit', () => {
  it('that was killed while tags were away is put right by an undo of the next run', async () => {
    let stuck: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    let hangs = true;
    await play(async ({ method, path }) => {
      if (!hangs || method !== 'PUT' || !path.includes('/manifests/')) return undefined;
      stuck();
      return await new Promise<never>(() => undefined);
    });
    const run = { tartHome: join(folder, 'tart'), stateHome: join(folder, 'killed') };
    const reference = `${registry.host}/${REPOSITORY}:edge`;
    const edit = startTartan(['tags', 'remove', reference, '--way', 'restore'], run);
    await reached;
    const away = tags();
    process.kill(await edit.pid, 'SIGKILL');
    await edit.ended;
    hangs = false;
    const history = await runTartan(['tags', 'history', '--json'], run);
    const undone = await runTartan(['tags', 'undo', '--json'], run);

    expect({
      away: Object.keys(away),
      history: JSON.parse(history.stdout) as unknown,
      status: undone.status,
      tags: tags(),
      whole: registry.content.isWhole(REPOSITORY, 'latest'),
    }).toMatchObject({
      away: ['1.0'],
      history: [{ state: 'interrupted', undoable: true }],
      status: 0,
      tags: before,
      whole: true,
    });
  });

  it('deletes nothing when one more tag came to the digest after it was shown', async () => {
    let lists = 0;
    await play(({ path }) => {
      if (path.includes('/tags/list')) lists += 1;
      const held = registry.content.repository(REPOSITORY);
      if (lists === 2) held.tags.set('fresh', held.tags.get('edge') ?? '');
      return undefined;
    });
    const edit = await apply(remove('edge', { way: 'digest', shown: OTHERS }));

    expect({ states: edit.changes.map(({ state }) => state), tags: tags() }).toEqual({
      states: ['conflict'],
      tags: { ...before, fresh: before['edge'] },
    });
  });

  it('puts the tag back that was moved to a placeholder, when the placeholder is not deleted', async () => {
    await play(({ method, path }, _incoming, outgoing) => {
      const edge = tags()['edge'] ?? 'none';
      if (method !== 'DELETE' || edge === before['edge'] || !path.endsWith(edge)) return undefined;
      outgoing.writeHead(405, { 'content-type': 'application/json' });
      outgoing.end('{"errors":[{"code":"UNSUPPORTED","message":"the operation is unsupported"}]}');
      return 'answered';
    });
    const edit = await apply(remove('edge', { way: 'placeholder' }));

    expect({ state: edit.state, code: edit.changes[0]?.error?.code, tags: tags() }).toEqual({
      state: 'failed',
      code: 'tag.deleteUnsupported',
      tags: before,
    });
  });

  it('whose other tags could not be written again is undone as soon as the registry takes them', async () => {
    let down = false;
    await play(({ method, path }, _incoming, outgoing) => {
      if (method === 'DELETE' && path.includes('sha256:')) down = true;
      if (!down || method !== 'PUT') return undefined;
      outgoing.writeHead(503);
      outgoing.end();
      return 'answered';
    });
    // What the registry deletes is asked beforehand, and with a digest that nobody has.
    await engine.handlers['tags.plan']({ ...place(), changes: [remove('edge')] }, never);
    down = false;
    const edit = await apply(remove('edge', { way: 'digestAndRestore', shown: OTHERS }));
    const left = tags();
    down = false;
    const undone = await undo(edit.id);

    expect({ state: edit.state, left: Object.keys(left), undone: undone.state, tags: tags() }).toEqual({
      state: 'failed',
      left: ['1.0'],
      undone: 'done',
      tags: before,
    });
  });

  it('is read back more than once, because some registries take a moment', async () => {
    let early = 2;
    await play(({ method, path }, _incoming, outgoing) => {
      if (method !== 'HEAD' || !path.endsWith('/fresh') || tags()['fresh'] === undefined || early === 0)
        return undefined;
      early -= 1;
      outgoing.writeHead(404);
      outgoing.end();
      return 'answered';
    });
    const edit = await apply({ kind: 'add', tag: 'fresh', digest: null, from: '1.0', to: null });

    expect({ state: edit.state, early, fresh: tags()['fresh'] }).toEqual({
      state: 'done',
      early: 0,
      fresh: before['1.0'],
    });
  });
});

describe('the undo of a tag edit', () => {
  it('does not overwrite what somebody did since, unless the person says so', async () => {
    await play(() => undefined, PLAYED.distribution3);
    const edit = await apply({ kind: 'move', tag: '1.0', digest: null, from: 'latest', to: null });
    const { digest } = registry.content.image(REPOSITORY, { tags: ['1.0'], layers: ['three'] });
    const refused = await undo(edit.id);
    const kept = tags()['1.0'];
    const [told] = refused.changes;
    if (told === undefined) throw new Error('nothing was told');
    const forced = await undo(edit.id, [{ ...told.change, expected: told.found }]);

    expect({
      refused: [refused.state, told.state, told.found],
      kept,
      forced: forced.state,
      tags: tags(),
    }).toEqual({ refused: ['refused', 'conflict', digest], kept: digest, forced: 'done', tags: before });
  });

  it('is had once, and for thirty days; then the manifests go as well', async () => {
    await play(() => undefined, PLAYED.distribution3);
    const manifests = async (): Promise<number> => (await readdir(join(engine.stateHome, 'tags', 'manifests'))).length;
    const first = await apply(remove('1.0'));
    await undo(first.id);
    const twice = await undo(first.id).catch((thrown: unknown) => thrown);
    const held = await manifests();
    engine.advance(MONTH_MS);
    const later = await apply(remove('edge'));
    const records = await engine.handlers['tags.journal']({ host: null, repository: null }, never);

    expect({ twice, held: held > 0, records: records.map(({ id }) => id), left: await manifests() }).toMatchObject({
      twice: { code: 'tag.notUndoable' },
      held: true,
      records: [later.id],
      left: 1,
    });
  });
});

describe('an account that may not delete', () => {
  it('is told so for the deletions alone', async () => {
    await play(({ method }, _incoming, outgoing) => {
      if (method !== 'DELETE') return undefined;
      outgoing.writeHead(403, { 'content-type': 'application/json' });
      outgoing.end('{"errors":[{"code":"DENIED","message":"you may push, not delete"}]}');
      return 'answered';
    });
    const add: TagChange = { kind: 'add', tag: 'fresh', digest: null, from: '1.0', to: null };
    const plan = await engine.handlers['tags.plan']({ ...place(), changes: [remove('edge'), add] }, never);

    expect(plan.changes.map(({ state, error }) => [state, error?.code, error?.params['registryMessage']])).toEqual([
      ['refused', 'registry.denied', 'you may push, not delete'],
      ['ready', undefined, undefined],
    ]);
  });
});
