import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Descriptor } from '../fixtures/fake-registry/content.ts';
import type { FakeProfile } from '../fixtures/fake-registry/profile.ts';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';

const API: Partial<FakeProfile> = { referrers: { filters: false, pageSize: 1 } };
const NO_API: Partial<FakeProfile> = { referrers: null };
const INDEX = 'application/vnd.oci.image.index.v1+json';

let home: string;
let engine: TestEngine;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tartan-referrers-'));
  engine = await openTestEngine({ tartHome: home });
});
afterAll(async () => {
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

const tagOf = ({ digest }: Descriptor): string => digest.replace(':', '-');

/** A signature of a manifest, as the referrers API knows it. */
function sign(registry: FakeRegistry, subject: Descriptor, words: string): Descriptor {
  return registry.content.image('acme/app', {
    layers: [words],
    artifactType: 'application/vnd.example.signature',
    subject,
  });
}

/** An image with two signatures, of which one is signed itself, and what cosign keeps beside it. */
function signedImage(registry: FakeRegistry) {
  const image = registry.content.image('acme/app', { tags: ['1'], layers: ['the image'] });
  const first = sign(registry, image, 'first signature');
  const second = sign(registry, image, 'second signature');
  const ofFirst = sign(registry, first, 'signature of the first');
  const cosign = registry.content.image('acme/app', { tags: [`${tagOf(image)}.sig`], layers: ['by cosign'] });
  return { image, first, second, ofFirst, cosign };
}

/** Lists what refers to a manifest under its tag, for a registry without the API. */
function list(registry: FakeRegistry, subject: Descriptor, referrers: readonly Descriptor[]): Descriptor {
  return registry.content.index('acme/app', referrers, [tagOf(subject)]);
}

async function between<Result>(
  profiles: readonly [Partial<FakeProfile>, Partial<FakeProfile>],
  work: (one: FakeRegistry, two: FakeRegistry) => Promise<Result>,
): Promise<Result> {
  const [one, two] = await Promise.all(profiles.map((profile) => startFakeRegistry({ profile })));
  if (one === undefined || two === undefined) throw new Error('two were started');
  try {
    return await work(one, two);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
}

const copy = (one: FakeRegistry, two: FakeRegistry, referrers = true) =>
  engine.copy({
    images: [{ source: `${one.host}/acme/app:1`, targets: [`${two.host}/acme/app:1`] }],
    referrers,
  });
const digestsIn = (registry: FakeRegistry, tag: string): string[] =>
  (
    JSON.parse(registry.content.find('acme/app', tag)?.bytes.toString() ?? '{"manifests":[]}') as {
      manifests: { digest: string }[];
    }
  ).manifests.map(({ digest }) => digest);

describe('what belongs to an image', () => {
  it('stays behind unless it is asked for', async () => {
    await between([API, API], async (one, two) => {
      const { image } = signedImage(one);
      await copy(one, two, false);
      expect([...(two.content.repositories.get('acme/app')?.manifests.keys() ?? [])]).toEqual([image.digest]);
    });
  });

  it('comes along, what belongs to that too, to a registry that lists it itself: without a tag but cosign’s', async () => {
    await between([API, API], async (one, two) => {
      const { image, first, second, ofFirst, cosign } = signedImage(one);
      const { document } = await copy(one, two);
      const there = two.content.repositories.get('acme/app')?.manifests;
      expect(new Set(there?.keys())).toEqual(
        new Set([image, first, second, ofFirst, cosign].map(({ digest }) => digest)),
      );
      expect(two.content.tagsOf('acme/app')).toEqual({ '1': image.digest, [`${tagOf(image)}.sig`]: cosign.digest });
      expect(document.targets[0]?.manifestDigest).toBe(image.digest);
    });
  });

  it('gets the list that a registry without the API needs, also where the source has none', async () => {
    await between([API, NO_API], async (one, two) => {
      const { image, first, second, ofFirst } = signedImage(one);
      await copy(one, two);
      expect(new Set(digestsIn(two, tagOf(image)))).toEqual(new Set([first.digest, second.digest]));
      expect(digestsIn(two, tagOf(first))).toEqual([ofFirst.digest]);
      expect(two.content.isWhole('acme/app', tagOf(image))).toBe(true);
    });
  });

  it('keeps the bytes of the source’s list, and adds to the list that the target has: no signature is lost', async () => {
    await between([NO_API, NO_API], async (one, two) => {
      const { image, first, second } = signedImage(one);
      const listed = list(one, image, [first, second]);
      await copy(one, two);
      const fresh = two.content.tagsOf('acme/app')[tagOf(image)];
      const others = two.content.image('acme/app', { layers: ['signed by others'] });
      two.content.manifest('acme/app', { schemaVersion: 2, mediaType: INDEX, manifests: [others, first] }, INDEX, [
        tagOf(image),
      ]);
      const { job } = await copy(one, two);
      const again = await copy(one, two);
      expect(fresh).toBe(listed.digest);
      expect(digestsIn(two, tagOf(image))).toEqual([others.digest, first.digest, second.digest]);
      expect(job.targets[0]?.references.map(({ tag, state }) => [tag, state])).toEqual([
        ['1', 'same'],
        [tagOf(image), 'written'],
        [`${tagOf(image)}.sig`, 'same'],
      ]);
      expect(again.job.targets[0]?.references.map(({ state }) => state)).toEqual(['same', 'same', 'same']);
    });
  });

  it('in a circle ends, and what a list names in vain is left out', async () => {
    await between([NO_API, API], async (one, two) => {
      const { image, first, second } = signedImage(one);
      const gone = { ...second, digest: `sha256:${'0'.repeat(64)}` };
      list(one, image, [first, gone]);
      list(one, first, [image, first]);
      const { job } = await copy(one, two);
      expect(job.state).toBe('done');
      expect(two.content.isWhole('acme/app', first.digest)).toBe(true);
    });
  });

  it('goes into an image layout and out of it', async () => {
    await between([API, API], async (one, two) => {
      const { image, first, second, cosign } = signedImage(one);
      const layout = `oci:${join(home, 'signed')}:acme/app:1`;
      await engine.copy({ images: [{ source: `${one.host}/acme/app:1`, targets: [layout] }], referrers: true });
      await engine.copy({ images: [{ source: layout, targets: [`${two.host}/acme/app:1`] }], referrers: true });
      const there = two.content.repositories.get('acme/app')?.manifests;
      expect([image, first, second, cosign].map(({ digest }) => there?.has(digest))).toEqual([true, true, true, true]);
    });
  });
});
