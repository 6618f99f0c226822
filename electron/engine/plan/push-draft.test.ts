import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../../shared/models/plan.ts';
import { pushSourceOf } from '../../../test/fixtures/push-source.ts';
import { settleTags } from './ask-tags.ts';
import { verdictsOf } from './draft-verdicts.ts';
import { planFiguresOf, planOf } from './plan-document.ts';
import { noRequests } from './planning-parts.ts';
import { createDraft, type DraftLayer, PRESENT, type PushDraft } from './push-draft.ts';
import type { PushSource, VerbatimManifest } from './push-source.ts';
import { groupTargets, withLocalStore } from './push-targets.ts';

const CHUNK = 100;
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function draftOf(diskSize = 350, references = ['a.io/b:1'], more: Partial<PushSource> = {}): PushDraft {
  return createDraft(pushSourceOf(diskSize, more), groupTargets(references), CHUNK);
}

/** Fills in what is known of a disk chunk. */
function know(draft: PushDraft, chunk: number, facts: Partial<DraftLayer>): void {
  Object.assign(draft.layers[chunk + 1] ?? {}, facts);
}

function verdicts(draft: PushDraft, target = 0): unknown[] {
  const own = draft.targets[target];
  if (own === undefined) throw new Error('no such target');
  return verdictsOf(draft, own)
    .slice(1, -1)
    .map(({ verdict, reason }) => `${String(verdict)} ${reason}`);
}

/** A link of this speed, and an encoder that nobody waits for. */
const ratesOf = (link: number) => ({
  reading: 1e12,
  hashing: 1e12,
  encoder: 1e12,
  linkTo: () => link,
  limit: null,
});

const plan = (draft: PushDraft, rate: number | null = null) =>
  planSchema.parse(
    planOf(draft, {
      jobId: 'p',
      seconds: 1,
      madeMs: 5,
      rates: rate === null ? null : ratesOf(rate),
      requests: noRequests(),
    }),
  );

describe('the layers of a push', () => {
  it('are the config, the chunks in disk order with a short last one, and the NVRAM', () => {
    expect(
      draftOf(350).layers.map(({ index, kind, rawOffset, rawSize, origin }) => [
        index,
        kind,
        rawOffset,
        rawSize,
        origin,
      ]),
    ).toEqual([
      [0, 'config', null, 2, 'direct'],
      [1, 'disk', 0, 100, 'unknown'],
      [2, 'disk', 100, 100, 'unknown'],
      [3, 'disk', 200, 100, 'unknown'],
      [4, 'disk', 300, 50, 'unknown'],
      [5, 'nvram', null, 7, 'direct'],
    ]);
  });

  const cutAt = (...sizes: number[]): VerbatimManifest => ({
    bytes: Buffer.from(''),
    digest: digest('f'),
    mediaType: 'x',
    uploadTime: null,
    config: { digest: digest('0'), size: 1 },
    disk: sizes.map((rawSize) => ({ digest: digest('1'), size: 5, rawSize, rawDigest: digest('2') })),
    vmConfig: { digest: digest('3'), size: 2 },
    nvram: { digest: digest('4'), size: 7 },
  });

  it('are cut where a cached image’s manifest says, whatever the length', () => {
    const draft = draftOf(350, ['a.io/b:1'], { verbatim: cutAt(30, 300, 20) });

    expect(draft.layers.slice(1, -1).map(({ rawOffset, rawSize }) => [rawOffset, rawSize])).toEqual([
      [0, 30],
      [30, 300],
      [330, 20],
    ]);
    expect(() => draftOf(350, ['a.io/b:1'], { verbatim: cutAt(300) })).toThrow(
      expect.objectContaining({ code: 'image.manifestMissing' }),
    );
  });

  it('are none of an empty disk: it is no VM', () => {
    expect(() => draftOf(0)).toThrow(expect.objectContaining({ code: 'vm.incomplete' }));
  });
});

describe('the verdict of a chunk', () => {
  it('is none before it is read, upload once it is read or streamed, and what the target needs once it is named', () => {
    const draft = draftOf(550);
    know(draft, 1, { rawDigest: digest('a') });
    know(draft, 2, { streamed: true });
    know(draft, 3, { rawDigest: digest('b'), digest: digest('c'), size: 9 });
    know(draft, 4, { rawDigest: digest('d'), digest: digest('e'), size: 9 });
    draft.targets[0]?.presence.set(digest('c'), { verdict: 'present', reason: 'inRepository', mountedFrom: null });

    expect(verdicts(draft)).toEqual([
      'null notReadYet',
      'upload notEncodedYet',
      'upload notEncodedYet',
      'present inRepository',
      'null notReadYet',
      'null notReadYet',
    ]);
  });

  it('is duplicate for the second of equal raw digests before anything is encoded, and for equal layers', () => {
    const draft = draftOf(500);
    know(draft, 0, { rawDigest: digest('a') });
    know(draft, 1, { rawDigest: digest('a') });
    know(draft, 2, { rawDigest: digest('b'), digest: digest('c'), size: 9, zero: true });
    know(draft, 3, { rawDigest: digest('b'), digest: digest('c'), size: 9, zero: true });
    know(draft, 4, { rawDigest: digest('a'), digest: digest('d'), size: 9 });
    draft.targets[0]?.presence.set(digest('c'), { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });

    expect(verdicts(draft)).toEqual([
      'upload notEncodedYet',
      'duplicate sameDigestEarlier',
      'upload notInRegistry',
      'duplicate allZeros',
      'duplicate sameDigestEarlier',
    ]);
  });

  it('is not duplicate where equal chunks are known to be packed differently', () => {
    const draft = draftOf(200);
    const { presence } = draft.targets[0] ?? { presence: new Map() };
    for (const [chunk, letter] of ['c', 'd'].entries()) {
      know(draft, chunk, { rawDigest: digest('a'), digest: digest(letter), size: 9 });
      presence.set(digest(letter), { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
    }

    expect(verdicts(draft)).toEqual(['upload notInRegistry', 'upload notInRegistry']);
  });

  it('is its own for each target', () => {
    const draft = draftOf(100, ['a.io/b:1', 'a.io/c:1']);
    know(draft, 0, { rawDigest: digest('a'), digest: digest('c'), size: 9 });
    const [first, second] = draft.targets;
    first?.presence.set(digest('c'), { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null });
    second?.presence.set(digest('c'), { verdict: 'mount', reason: 'sentByAnotherTarget', mountedFrom: 'b' });

    expect([verdicts(draft, 0), verdicts(draft, 1)]).toEqual([['upload notInRegistry'], ['mount sentByAnotherTarget']]);
  });

  it('is upload to one repository of a registry and mount in its others, where only encoding can name the layer', () => {
    const draft = draftOf(200, ['a.io/b:1', 'a.io/c:1', 'd.io/e:1']);
    know(draft, 0, { rawDigest: digest('a') });
    know(draft, 1, { streamed: true });
    const { targets, bytes } = plan(draft);

    expect(
      targets.map(({ layers, bytes: { uploaded, mounted } }) => ({
        layers: layers.slice(1, -1).map(({ verdict, reason, mountedFrom }) => [verdict, reason, mountedFrom]),
        uploaded,
        mounted,
      })),
    ).toEqual([
      { layers: Array(2).fill(['upload', 'notEncodedYet', null]), uploaded: 120, mounted: 0 },
      { layers: Array(2).fill(['mount', 'sentByAnotherTarget', 'b']), uploaded: 0, mounted: 120 },
      { layers: Array(2).fill(['upload', 'notEncodedYet', null]), uploaded: 120, mounted: 0 },
    ]);
    expect(bytes.uploaded).toBe(240);
  });
});

describe('the plan document', () => {
  it('has nulls for what is not known, an estimate where it is not packed, and says whether it is complete', () => {
    const draft = draftOf(300);
    know(draft, 0, { rawDigest: digest('a'), digest: digest('b'), size: 20, origin: 'cache' });
    know(draft, 1, { rawDigest: digest('c') });
    draft.targets[0]?.presence.set(digest('b'), { verdict: 'present', reason: 'inRepository', mountedFrom: null });
    const before = plan(draft, 1000);
    know(draft, 2, { rawDigest: digest('c') });
    for (const layer of draft.layers.filter(({ kind }) => kind !== 'disk')) {
      Object.assign(layer, { digest: digest(`${layer.index}`), size: layer.rawSize });
      draft.targets[0]?.presence.set(digest(`${layer.index}`), {
        verdict: 'upload',
        reason: 'notInRegistry',
        mountedFrom: null,
      });
    }
    const after = plan(draft, 1000);

    expect(before.targets[0]?.layers.slice(1, 4)).toMatchObject([
      { verdict: 'present', digest: digest('b'), size: 20, estimatedSize: null },
      { verdict: 'upload', digest: null, size: null, estimatedSize: 20, rawDigest: digest('c') },
      { verdict: null, digest: null, size: null, rawDigest: null, estimatedSize: 20 },
    ]);
    expect({
      complete: [before.complete, after.complete],
      manifestDigest: before.targets[0]?.manifestDigest,
      bytes: after.bytes,
      estimatedSeconds: after.estimatedSeconds,
    }).toEqual({
      complete: [false, true],
      manifestDigest: null,
      bytes: { raw: 300, packed: 69, read: 0, encoded: 0, uploaded: 29, mounted: 0, present: 20, duplicate: 20 },
      estimatedSeconds: 0.029,
    });
  });

  it('names the most layers that a registry takes, where that is known', () => {
    const registries = ['1.dkr.ecr.eu-west-1.amazonaws.com', 'a.io'];
    const { targets } = plan(
      draftOf(
        100,
        registries.map((host) => `${host}/b:1`),
      ),
    );

    expect(targets.map(({ registry, layerLimit }) => ({ registry, layerLimit }))).toEqual([
      { registry: registries[0], layerLimit: 500 },
      { registry: registries[1], layerLimit: null },
    ]);
  });

  it('estimates zero chunks by what zeros pack to, others by the ratio so far, at first by that of public images', () => {
    const draft = draftOf(300);
    know(draft, 0, { rawDigest: digest('0'), zero: true, rawSize: 536_870_912 });
    const estimates = plan(draft).targets[0]?.layers.map(({ estimatedSize }) => estimatedSize);

    expect(estimates?.slice(1, 4)).toEqual([3_260_420, 60, 60]);
  });

  it('estimates the data of a chunk by the ratio of data so far, and its holes by what zeros pack to', () => {
    const MIB = 1_048_576;
    const half = { offset: 512 * MIB, length: 256 * MIB };
    const dataRanges = [{ offset: 0, length: 100 * MIB }, half, { offset: 1024 * MIB, length: 10 * MIB }];
    const draft = createDraft(pushSourceOf(1536 * MIB, { dataRanges }), groupTargets(['a.io/b:1']), 512 * MIB);
    const estimates = (): unknown =>
      plan(draft)
        .targets[0]?.layers.slice(1, -1)
        .map(({ estimatedSize }) => estimatedSize);
    const zeros = (mib: number): number => (mib * 3_260_420) / 512;
    const before = estimates();
    know(draft, 1, { rawDigest: digest('a'), digest: digest('b'), size: half.length / 4 + zeros(256) });

    expect([before, estimates()]).toEqual([
      [Math.round(60 * MIB + zeros(412)), Math.round(0.6 * half.length + zeros(256)), Math.round(6 * MIB + zeros(502))],
      [Math.round(25 * MIB + zeros(412)), null, Math.round(2.5 * MIB + zeros(502))],
    ]);
  });

  it('counts every packed byte of each target once, under one verdict or none', () => {
    const chunk = fc.record({
      rawDigest: fc.option(fc.constantFrom('a', 'b', 'c').map(digest)),
      digest: fc.option(fc.constantFrom('d', 'e').map(digest)),
      zero: fc.boolean(),
      streamed: fc.boolean(),
    });
    const presence = fc.option(fc.constantFrom('present' as const, 'mount' as const, 'upload' as const));
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 8 }), presence, presence, (chunks, ofD, ofE) => {
        const draft = draftOf(chunks.length * CHUNK - 1, ['a.io/b:1', 'c.io/d:1']);
        for (const [at, facts] of chunks.entries())
          know(draft, at, { ...facts, size: facts.digest === null ? null : 10 });
        for (const { presence: known } of draft.targets) {
          for (const [letter, verdict] of [
            ['d', ofD],
            ['e', ofE],
          ] as const) {
            if (verdict !== null) known.set(digest(letter), { verdict, reason: 'inRepository', mountedFrom: null });
          }
        }
        const { targets, bytes, complete } = plan(draft);
        for (const target of targets) {
          const unknown = target.layers.filter(({ verdict }) => verdict === null);
          const size = (layers: typeof target.layers): number =>
            layers.reduce((sum, layer) => sum + (layer.size ?? layer.estimatedSize ?? 0), 0);
          const { uploaded, mounted, present, duplicate, packed } = target.bytes;
          expect(packed).toBe(size(target.layers));
          expect(uploaded + mounted + present + duplicate).toBe(packed - size(unknown));
        }
        expect(bytes.uploaded).toBe(targets.reduce((sum, target) => sum + target.bytes.uploaded, 0));
        expect(complete).toBe(targets.every(({ layers }) => layers.every(({ verdict }) => verdict !== null)));
      }),
    );
  });

  it('has the same figures and layers while its push runs, which draws only the layers that changed', () => {
    const draft = draftOf(350, ['a.io/b:1', 'c.io/d:1']);
    know(draft, 0, { rawDigest: digest('a'), digest: digest('d'), size: 10 });
    know(draft, 1, { rawDigest: digest('a') });
    know(draft, 2, { streamed: true });
    draft.targets[0]?.presence.set(digest('d'), PRESENT);
    const { bytes, targets } = plan(draft);
    const figures = planFiguresOf(draft);
    const layers = targets[0]?.layers ?? [];
    expect([figures.bytes, figures.layersAt(null), figures.layersAt([3, 1, 99])]).toEqual([
      bytes,
      layers,
      [layers[3], layers[1]],
    ]);
    expect(figures.targets.map((target, at) => ({ ...target, layers: targets[at]?.layers }))).toEqual(targets);
  });
});

describe('the targets of a push', () => {
  it('are repositories in the order of their mention, with their tags once; a missing tag is latest', () => {
    expect(groupTargets(['a.io/b:1', 'c.io/d', 'a.io/b:2', 'a.io/b:1', 'c.io/d:latest'])).toEqual([
      {
        place: 'registry',
        registry: 'a.io',
        repository: 'b',
        references: [
          { tag: '1', reference: 'a.io/b:1' },
          { tag: '2', reference: 'a.io/b:2' },
        ],
      },
      {
        place: 'registry',
        registry: 'c.io',
        repository: 'd',
        references: [{ tag: 'latest', reference: 'c.io/d:latest' }],
      },
    ]);
  });

  it('are image layouts by their folder; without a tag there is no name', () => {
    expect(groupTargets(['oci:/srv/images/:1', 'oci:/srv/images', 'oci:/srv/images:b/c:2'])).toEqual([
      {
        place: 'layout',
        registry: 'oci:/srv/images',
        repository: 'library',
        references: [
          { tag: '1', reference: 'oci:/srv/images:1' },
          { tag: '', reference: 'oci:/srv/images' },
        ],
      },
      {
        place: 'layout',
        registry: 'oci:/srv/images',
        repository: 'b/c',
        references: [{ tag: '2', reference: 'oci:/srv/images:b/c:2' }],
      },
    ]);
    expect(() => groupTargets(['oci:images:1'])).toThrow(
      expect.objectContaining({ params: expect.objectContaining({ position: 4, expected: 'absoluteFolder' }) }),
    );
  });

  it('have one more for each repository where a local copy is kept', () => {
    const kept = withLocalStore(groupTargets(['a.io/b:1', 'c.io/b:2', 'oci:/store:d/e:3']), '/store');
    expect(kept.slice(2)).toEqual([
      {
        place: 'layout',
        registry: 'oci:/store',
        repository: 'd/e',
        references: [{ tag: '3', reference: 'oci:/store:d/e:3' }],
      },
      {
        place: 'store',
        registry: 'oci:/store',
        repository: 'b',
        references: [
          { tag: '1', reference: 'oci:/store:b:1' },
          { tag: '2', reference: 'oci:/store:b:2' },
        ],
      },
    ]);
  });

  it('are no digests', () => {
    expect(() => groupTargets([`a.io/b@${digest('a')}`])).toThrow(
      expect.objectContaining({
        code: 'reference.invalid',
        params: expect.objectContaining({ position: 6, expected: 'tag' }),
      }),
    );
  });
});

describe('a tag', () => {
  it('is the same once its manifest is known to be what it points at, even if it moved meanwhile', () => {
    const [target] = draftOf(100, ['a.io/b:1']).targets;
    if (target === undefined) throw new Error('no target');
    const state = (tag: string, kind: 'new' | 'moves' | 'conflict', previousDigest: string | null) => ({
      reference: `a.io/b:${tag}`,
      tag,
      state: kind,
      previousDigest,
    });
    target.states.push(state('1', 'new', null), state('2', 'moves', digest('a')), state('3', 'conflict', digest('b')));
    settleTags(target);
    const before = target.states.map((tag) => tag.state);
    target.manifestDigest = digest('b');
    settleTags(target);

    expect([before, target.states.map((tag) => tag.state)]).toEqual([
      ['new', 'moves', 'conflict'],
      ['new', 'moves', 'same'],
    ]);
  });
});
