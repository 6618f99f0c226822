import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Descriptor } from '../fixtures/fake-registry/content.ts';
import { type FakeProfile, PLAYED, refusal, SIGN_INS } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { first } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const SOURCE = 'team/app';
const LAYERS = [randomBytesOf('first', 300_000), randomBytesOf('second', 2_500_000), Buffer.from('small')];

let home: string;
let engine: TestEngine;
const { user, password } = SIGN_INS.bearer;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'no-tart-'));
  const credential = { username: user, secret: password, kind: 'password', source: 'test' } as const;
  engine = await openTestEngine({ tartHome: home, credential });
});
afterAll(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

/** Lets two registries play while work is done with them. */
async function between<Result>(
  from: Partial<FakeProfile>,
  to: Partial<FakeProfile>,
  work: (source: FakeRegistry, target: FakeRegistry) => Promise<Result>,
): Promise<Result> {
  const source = await startFakeRegistry({ profile: from });
  const target = await startFakeRegistry({ profile: to });
  try {
    return await work(source, target);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

/** An index of two images under tag `1`, of which the first has tag `one`, too. */
function fill({ content }: FakeRegistry): Descriptor {
  const child = content.image(SOURCE, { tags: ['one'], layers: LAYERS });
  const other = content.image(SOURCE, { layers: ['another'], config: '{"os":"linux"}' });
  return content.index(SOURCE, [child, other], ['1']);
}

const copy = (from: string, to: string, tag = '1') =>
  engine.copy({ images: [{ source: `${from}/${SOURCE}:${tag}`, targets: [`${to}:${tag}`] }] });

/** What a copy has to leave at its target, and how it behaved. */
function leftBy(source: FakeRegistry, target: FakeRegistry, repository: string, tag = '1') {
  const written = target.content.tagsOf(repository)[tag];
  return {
    same: written !== undefined && written === source.content.tagsOf(SOURCE)[tag],
    whole: target.content.isWhole(repository, tag),
    openUploads: target.openUploads(),
    refusedByStorage: [...source.seenByStorage, ...target.seenByStorage].filter(({ status }) => status === 400).length,
    writesAtSource:
      source === target ? 0 : source.seen.filter(({ method }) => !['GET', 'HEAD'].includes(method)).length,
  };
}

const CLEAN = { same: true, whole: true, openUploads: 0, refusedByStorage: 0, writesAtSource: 0 };
const signedIn = (profile: Partial<FakeProfile>): Partial<FakeProfile> => ({ ...profile, signIn: SIGN_INS.bearer });

describe('a copy arrives byte for byte', () => {
  it.each(Object.entries(PLAYED))('from %s and to it', async (_name, profile) => {
    await between(signedIn(profile), PLAYED.distribution3, async (source, target) => {
      fill(source);
      await copy(source.host, `${target.host}/mirror/app`);
      expect(leftBy(source, target, 'mirror/app')).toEqual(CLEAN);
    });
    await between(PLAYED.distribution2, signedIn(profile), async (source, target) => {
      fill(source);
      await copy(source.host, `${target.host}/mirror/app`);
      expect(leftBy(source, target, 'mirror/app')).toEqual(CLEAN);
    });
  });

  it.each<[string, Partial<FakeProfile>, Partial<FakeProfile>]>([
    [
      'that ignores Range, names no lengths and no digests',
      { ranges: false, contentDigest: false, contentLength: false },
      {},
    ],
    ['whose storage is another host, to one whose uploads go there', { blobRedirect: true }, { location: 'storage' }],
    ['with accounts, to one with other sign-in', { signIn: SIGN_INS.basic }, { signIn: SIGN_INS.harbor }],
    ['to one that takes one PUT alone', {}, { chunks: refusal(416, 'RANGE'), stream: refusal(416, 'RANGE') }],
    ['to one that takes pieces alone', {}, { mono: refusal(413, 'SIZE'), stream: refusal(416, 'RANGE') }],
    ['to one that takes a stream alone', {}, { mono: refusal(413, 'SIZE'), chunks: refusal(416, 'RANGE') }],
  ])('from one %s', async (_name, from, to) => {
    await between(from, to, async (source, target) => {
      fill(source);
      await copy(source.host, `${target.host}/mirror/app`);
      expect(leftBy(source, target, 'mirror/app')).toEqual(CLEAN);
    });
  });

  it.each<[string, Partial<FakeProfile>]>([
    ['ranges are kept', {}],
    ['Range is ignored', { ranges: false }],
  ])('though the source breaks off in the middle of a blob: %s', async (_name, profile) => {
    await between(profile, {}, async (source, target) => {
      fill(source);
      const [, largest] = LAYERS;
      const { digest } = source.content.blob(SOURCE, largest ?? '');
      const breaks = first(
        2,
        ({ method, path }) => method === 'GET' && path.includes(digest),
        () => 'cutAnswer',
      );
      const proxy = await startRegistryProxy(source.host, breaks.fault);
      await copy(proxy.host, `${target.host}/mirror/app`);
      await proxy.close();
      expect({ ...leftBy(source, target, 'mirror/app'), breaks: breaks.hits() }).toEqual({ ...CLEAN, breaks: 2 });
    });
  });
});

describe('a copy within a registry', () => {
  it.each<[string, Partial<FakeProfile>, 'mounted' | 'sent']>([
    ['201', { mount: 'mounts' }, 'mounted'],
    ['201 from wherever it is', { mount: 'anywhere' }, 'mounted'],
    ['202', { mount: 'opens' }, 'sent'],
    ['400', { mount: refusal(400, 'UNSUPPORTED') }, 'sent'],
    ['401', { mount: refusal(401, 'UNAUTHORIZED') }, 'sent'],
    ['403', { mount: refusal(403, 'DENIED') }, 'sent'],
    ['404', { mount: refusal(404, 'NAME_UNKNOWN') }, 'sent'],
    ['201, with tokens', signedIn({}), 'mounted'],
  ])('mounts, or streams what cannot be mounted: %s', async (_name, profile, how) => {
    const registry = await startFakeRegistry({ profile });
    fill(registry);
    const { document } = await copy(registry.host, `${registry.host}/elsewhere/app`);
    const left = leftBy(registry, registry, 'elsewhere/app');
    await registry.close();
    expect({ ...left, how: document.bytes.uploaded === 0 ? 'mounted' : 'sent' }).toEqual({ ...CLEAN, how });
  });

  it('to another tag of the same repository sends nothing and asks for no upload', async () => {
    const registry = await startFakeRegistry();
    const { digest } = fill(registry);
    registry.clearSeen();
    await engine.copy({
      images: [{ source: `${registry.host}/${SOURCE}:1`, targets: [`${registry.host}/${SOURCE}:2`] }],
    });
    const asked = registry.count('POST', /./) + registry.count('PATCH', /./);
    await registry.close();
    expect({ tags: registry.content.tagsOf(SOURCE)['2'], asked }).toEqual({ tags: digest, asked: 0 });
  });
});

describe('a copy that cannot be', () => {
  it.each([
    [400, 'TAG_INVALID', 'The image tag is immutable.'],
    [409, 'TAG_IMMUTABLE', 'tag 1 is immutable'],
    [412, 'PRECONDITION', 'matched an immutable rule'],
  ])('leaves a protected tag as it is, and tells the words of the registry: %i', async (status, code, words) => {
    const immutable = { tags: /^1$/, refusal: refusal(status, code, words) };
    await between({}, { immutable }, async (source, target) => {
      fill(source);
      const { digest } = target.content.image('mirror/app', { tags: ['1'] });
      const refused = await copy(source.host, `${target.host}/mirror/app`).catch((thrown: unknown) => thrown);
      expect(refused).toMatchObject({ code: 'tag.immutable' });
      expect(JSON.stringify(refused)).toContain(words);
      expect(target.content.tagsOf('mirror/app')).toEqual({ 1: digest });
    });
  });

  it('with a blob that is not what it is called tags nothing', async () => {
    await between({}, {}, async (source, target) => {
      fill(source);
      const [damaged] = LAYERS;
      const { digest } = source.content.blob(SOURCE, damaged ?? '');
      source.content.repository(SOURCE).blobs.set(digest, randomBytesOf('damaged', 300_000));
      await expect(copy(source.host, `${target.host}/mirror/app`)).rejects.toMatchObject({
        code: 'blob.digestMismatch',
      });
      expect({ tags: target.content.tagsOf('mirror/app'), open: target.openUploads() }).toEqual({ tags: {}, open: 0 });
    });
  });
});
