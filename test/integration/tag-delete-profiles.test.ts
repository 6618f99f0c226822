import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TagChange, TagWay } from '../../shared/models/tag-edit.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { type FakeProfile, PLAYED, refusal, SIGN_INS } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const never = new AbortController().signal;
const NAMES = ['team.azurecr.io', 'registry-1.docker.io', 'hub.docker.com', 'registry.gitlab.com', 'quay.io'] as const;
const REPOSITORY = 'acme/vms/runner';

let home: string;
/** Every one of the names, over TLS behind a proxy; it plays what the test says. */
let named: FakeRegistry;
let proxy: ConnectProxy;
let engine: TestEngine;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'no-tart-'));
  named = await startFakeRegistry({ tls: { names: NAMES } });
  proxy = await startConnectProxy({ target: named.host });
  const { user, password } = SIGN_INS.bearer;
  engine = await openTestEngine({
    tartHome: home,
    credential: { username: user, secret: password, kind: 'password', source: 'test' },
    network: {
      trustedCertificates: async () => (named.certificates === null ? [] : [named.certificates.authority]),
      proxyFor: (origin) => (NAMES.some((name) => origin === `https://${name}`) ? `http://${proxy.host}` : null),
    },
  });
});
afterAll(async () => {
  await engine.close();
  await Promise.all([proxy.close(), named.close()]);
  await rm(home, { recursive: true, force: true });
});

const removal = (tag: string): TagChange => ({ kind: 'remove', tag, digest: null, to: null });

/** Fills a repository with `1.0` and `stable` on one digest, and `2.0` on another; answers both digests. */
function fill(registry: FakeRegistry, repository: string): { old: string; fresh: string } {
  const { digest: old } = registry.content.image(repository, { tags: ['1.0', 'stable'], layers: ['one'] });
  const { digest: fresh } = registry.content.image(repository, { tags: ['2.0'], layers: ['two'] });
  return { old, fresh };
}

/** Removes `stable`, which shares its digest with `1.0`; tells the way that was taken by itself, and what is left. */
async function removeOne(registry: FakeRegistry, host: string, repository = REPOSITORY) {
  const { old, fresh } = fill(registry, repository);
  const request = { host, repository, insecure: false, changes: [removal('stable')] };
  const plan = await engine.handlers['tags.plan'](request, never);
  const edit = await engine.handlers['tags.apply'](request, never);
  const left = registry.content.tagsOf(repository);
  const undone = edit.id === null ? null : await engine.handlers['tags.undo']({ id: edit.id, changes: null }, never);
  return {
    planned: plan.changes[0]?.way ?? plan.changes[0]?.state,
    state: edit.state,
    left: Object.keys(left),
    old: left['1.0'] === old && left['2.0'] === fresh && registry.content.isWhole(repository, '1.0'),
    undone: undone?.state === 'done' && registry.content.tagsOf(repository)['stable'] === old,
    error: edit.changes[0]?.error ?? null,
  };
}

const REMOVED = { state: 'done', left: ['1.0', '2.0'], old: true, undone: true, error: null };

describe('one of two tags that share a digest goes alone, and comes back', () => {
  it.each<[string, Partial<FakeProfile>, string, TagWay]>([
    ['GitLab', { ...PLAYED.gitlab, signIn: SIGN_INS.gitlab }, 'registry.gitlab.com', 'tag'],
    ['Quay', { ...PLAYED.quay, signIn: SIGN_INS.quay }, 'quay.io', 'tag'],
    ['Azure', { ...PLAYED.acr, signIn: SIGN_INS.bearer }, 'team.azurecr.io', 'acrApi'],
    ['Docker Hub', { ...PLAYED.hub, signIn: SIGN_INS.bearer }, 'registry-1.docker.io', 'hubApi'],
  ])('at %s', async (_name, profile, host, way) => {
    named.play(profile);
    // The names of Docker Hub's API have two parts.
    const found = await removeOne(named, host, 'acme/runner');
    expect(found).toEqual({ ...REMOVED, planned: way });
  });

  it.each<[string, Partial<FakeProfile>, TagWay]>([
    ['distribution 3', PLAYED.distribution3, 'tag'],
    ['zot', PLAYED.zot, 'tag'],
    ['one that wants an account', { signIn: SIGN_INS.basic }, 'tag'],
    ['Harbor, known by its sign-in', { ...PLAYED.harbor, signIn: SIGN_INS.harbor }, 'harborApi'],
    [
      'an older GitLab, known by its sign-in',
      { ...PLAYED.gitlab, tagDelete: refusal(405, 'UNSUPPORTED'), signIn: SIGN_INS.gitlab },
      'tag',
    ],
    ['Harbor behind another sign-in', { ...PLAYED.harbor, signIn: SIGN_INS.bearer }, 'harborApi'],
  ])('at %s', async (_name, profile, way) => {
    const registry = await startFakeRegistry({ profile });
    const found = await removeOne(registry, registry.host);
    await registry.close();
    expect(found).toEqual({ ...REMOVED, planned: way });
  });
});

describe('one of two tags that share a digest stays, and so does the other', () => {
  it.each<[string, Partial<FakeProfile>, string]>([
    ['only digests go: there is a choice to make', PLAYED.distribution2, 'needsWay'],
    ['only digests go, said otherwise', { tagDelete: refusal(405, 'UNSUPPORTED') }, 'needsWay'],
    ['only digests go, Nexus', PLAYED.nexus, 'needsWay'],
    ['nothing goes', { tagDelete: refusal(405, 'UNSUPPORTED'), digestDelete: refusal(405, 'UNSUPPORTED') }, 'refused'],
    ['nothing goes, GitHub', PLAYED.ghcr, 'refused'],
  ])('where %s', async (_name, profile, planned) => {
    const registry = await startFakeRegistry({ profile });
    const found = await removeOne(registry, registry.host);
    await registry.close();
    expect(found).toMatchObject({ planned, state: 'refused', left: ['1.0', '2.0', 'stable'], old: true });
  });

  it.each([
    [400, 'TAG_INVALID', 'The image tag is immutable.'],
    [409, 'TAG_IMMUTABLE', 'tag stable is immutable'],
    [412, 'PRECONDITION', 'matched an immutable rule'],
  ])('where it is immutable, in the words of the registry: %i %s', async (status, code, words) => {
    const immutable = { tags: /^(stable|1\.0)$/, refusal: refusal(status, code, words) };
    const registry = await startFakeRegistry({ profile: { immutable } });
    const found = await removeOne(registry, registry.host);
    await registry.close();
    expect(found).toMatchObject({ state: 'failed', left: ['1.0', '2.0', 'stable'], old: true });
    expect({ code: found.error?.code, told: JSON.stringify(found.error?.params).includes(words) }).toEqual({
      code: 'tag.immutable',
      told: true,
    });
  });
});
