import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../fixtures/embedded-registry.ts';
import { type FakeProfile, SIGN_INS } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import {
  answer,
  type Fits,
  first,
  isBlobHead,
  isCommit,
  isManifestPut,
  isPiece,
  isStart,
  registryError,
} from '../fixtures/faults.ts';
import { type Fault, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const LAYERS = [randomBytesOf('first', 400_000), randomBytesOf('second', 1_500_000)];
const REPOSITORY = 'team/app';

const isBlobGet: Fits = ({ method, path }) => method === 'GET' && /\/blobs\/sha256/.test(path);
const isManifestGet: Fits = ({ method, path }) => method === 'GET' && path.includes('/manifests/');
const isManifestHead: Fits = ({ method, path }) => method === 'HEAD' && path.includes('/manifests/');

let images = 0;
let home: string;
let engine: TestEngine;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'no-tart-'));
  const { user: username, password: secret } = SIGN_INS.bearer;
  engine = await openTestEngine({
    tartHome: home,
    credential: { username, secret, kind: 'password', source: 'test' },
  });
});
afterAll(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

/** Faults on the way to the source and to the target, and what the two are. */
interface Trouble {
  readonly atSource?: Fault;
  readonly atTarget?: Fault;
  readonly profile?: Partial<FakeProfile>;
  /** Done with the source before the copy. */
  readonly before?: (source: FakeRegistry, target: FakeRegistry) => void;
}

/** Copies an image of two layers through proxies that break what they are told to break. */
async function copyThrough({ atSource, atTarget, profile = {}, before }: Trouble) {
  const [source, target] = [await startFakeRegistry({ profile }), await startFakeRegistry({ profile })];
  const [from, to] = [await startRegistryProxy(source.host, atSource), await startRegistryProxy(target.host, atTarget)];
  images += 1;
  // Nobody has read the manifest before.
  source.content.image(REPOSITORY, { tags: ['1'], layers: [...LAYERS, `image ${images}`] });
  before?.(source, target);
  const wanted = [{ source: `${from.host}/${REPOSITORY}:1`, targets: [`${to.host}/mirror/app:1`] }];
  const ended = await engine.copy({ images: wanted }).then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : 'unknown'),
  );
  const found = {
    ended,
    tagged: Object.keys(target.content.tagsOf('mirror/app')).length > 0,
    whole: target.content.isWhole('mirror/app', '1'),
  };
  await Promise.all([from, to, source, target].map((one) => one.close()));
  return found;
}

const WHOLE = { ended: 'done', tagged: true, whole: true };
const nothing = (ended: string) => ({ ended, tagged: false, whole: false });
const once = (fits: Fits, fault: Fault, times = 1): Fault => first(times, fits, fault).fault;

describe('a copy goes on', () => {
  it.each<[string, Trouble]>([
    ['the source asks to wait', { atSource: once(isBlobGet, answer(429, { 'retry-after': '1' }), 2) }],
    ['the target asks to wait', { atTarget: once(isStart, answer(429, { 'retry-after': '1' }), 2) }],
    ['the source is overloaded for a moment', { atSource: once(isManifestGet, answer(503)) }],
    ['a read breaks off', { atSource: once(isBlobGet, () => 'cutAnswer', 3) }],
    ['an upload breaks off', { atTarget: once(isPiece, () => 'cutBody', 2) }],
    ['the answer to a body is lost', { atTarget: once(isPiece, () => 'loseAnswer') }],
    ['the answer to a commit is lost', { atTarget: once(isCommit, () => 'loseAnswer') }],
    ['a session is gone', { atTarget: once(isPiece, answer(404, {}, registryError('BLOB_UPLOAD_UNKNOWN'))) }],
    ['bytes were damaged on the way', { atTarget: once(isCommit, answer(400, {}, registryError('DIGEST_INVALID'))) }],
    ['the target fails for a moment when the image is named', { atTarget: once(isManifestPut, answer(500)) }],
    ['the answer to the manifest is lost', { atTarget: once(isManifestPut, () => 'loseAnswer') }],
    [
      'tokens end in the middle',
      {
        profile: { signIn: SIGN_INS.bearer },
        atTarget: once(
          isPiece,
          answer(401, { 'www-authenticate': 'Bearer realm="/token",service="fake-registry",error="invalid_token"' }),
        ),
      },
    ],
    [
      'the target said to have a blob that it lacks',
      {
        atTarget: once(
          (seen) => isBlobHead(seen) && seen.path.endsWith(digestOf(LAYERS[0] ?? '')),
          (_seen, _incoming, outgoing) => {
            outgoing.writeHead(200, { 'content-length': '400000' }).end();
            return 'answered';
          },
        ),
      },
    ],
  ])('where %s', async (_name, trouble) => {
    expect(await copyThrough(trouble)).toEqual(WHOLE);
  });
});

describe('a copy tags nothing', () => {
  const largest = (source: FakeRegistry): string => source.content.blob(REPOSITORY, LAYERS[1] ?? '').digest;

  it.each<[string, string, Trouble]>([
    [
      'a blob of the source is gone',
      'blob.missing',
      { before: (source) => source.content.repository(REPOSITORY).blobs.delete(largest(source)) },
    ],
    [
      'a blob of the source is longer than it should be',
      'blob.sizeMismatch',
      {
        before: (source) =>
          source.content.repository(REPOSITORY).blobs.set(largest(source), randomBytesOf('longer', 1_600_000)),
      },
    ],
    [
      'a blob of the source is another one',
      'blob.digestMismatch',
      {
        before: (source) =>
          source.content.repository(REPOSITORY).blobs.set(largest(source), randomBytesOf('other', 1_500_000)),
      },
    ],
    [
      'a manifest is not what its digest says',
      'blob.digestMismatch',
      {
        before: ({ content }) => {
          const held = content.find(REPOSITORY, '1');
          if (held === undefined) throw new Error('no image');
          const bytes = Buffer.concat([held.bytes, Buffer.from(' ')]);
          content.repository(REPOSITORY).manifests.set(held.digest, { ...held, bytes });
        },
      },
    ],
    [
      'the source answers with a web page',
      'registry.notRegistry',
      { atSource: once(isManifestGet, answer(200, { 'content-type': 'text/html' }, '<html>'), 9) },
    ],
    [
      'the source has no such tag',
      'manifest.notFound',
      { before: (source) => source.content.repository(REPOSITORY).tags.clear() },
    ],
    ['the target refuses', 'registry.denied', { atTarget: once(isStart, answer(403, {}, registryError('DENIED')), 9) }],
    [
      'the disk of the target is full',
      'registry.full',
      { atTarget: once(isPiece, answer(500, {}, registryError('UNKNOWN', 'unknown', 'no space left on device')), 9) },
    ],
    [
      'the target takes no writes',
      'registry.readOnly',
      { atTarget: once(isStart, answer(405, {}, registryError('UNSUPPORTED', 'read-only')), 9) },
    ],
    [
      'the tag cannot be read back',
      'verify.failed',
      {
        // Nothing is there before, nothing afterwards.
        atTarget: once(isManifestHead, answer(404), 99),
      },
    ],
  ])('where %s: %s', async (_name, code, trouble) => {
    const found = await copyThrough(trouble);
    // What cannot be read back was written: the error says so.
    expect(code === 'verify.failed' ? { ...found, tagged: false, whole: false } : found).toEqual(nothing(code));
  });
});
