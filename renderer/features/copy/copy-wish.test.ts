import { describe, expect, it } from 'vitest';
import type { ImageCargo } from '../drag/cargo.ts';
import { type CopyWish, copiedTags, copyRequest, freeName } from './copy-wish.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const cargo: ImageCargo = {
  kind: 'images',
  host: 'one:5000',
  repository: 'app',
  images: [
    { digest: A, tags: ['1.0', 'latest'] },
    { digest: B, tags: ['old'] },
  ],
  whole: false,
};
const wish = (part: Partial<CopyWish> = {}): CopyWish => ({
  cargo,
  place: { host: 'two:5000', repository: 'team/app' },
  names: new Map(),
  existing: null,
  referrers: false,
  ...part,
});

describe('a copy as it is asked for', () => {
  it('names each digest once with all of its tags', () => {
    const { images, repositories, existing } = copyRequest(wish());
    expect({ images, repositories, existing }).toEqual({
      images: [
        { source: `one:5000/app@${A}`, targets: ['two:5000/team/app:1.0', 'two:5000/team/app:latest'] },
        { source: `one:5000/app@${B}`, targets: ['two:5000/team/app:old'] },
      ],
      repositories: [],
      existing: 'overwrite',
    });
  });

  it('takes a whole repository as it is then, and gives new names only where they were chosen', () => {
    const whole = wish({
      cargo: { ...cargo, whole: true },
      names: new Map([['latest', 'latest-2']]),
      existing: 'rename',
    });
    const { images, repositories, existing } = copyRequest(whole);
    expect({ images, repositories, existing }).toEqual({
      images: [{ source: `one:5000/app@${A}`, targets: ['two:5000/team/app:latest-2'] }],
      repositories: [{ source: 'one:5000/app', targets: ['two:5000/team/app'] }],
      existing: 'skip',
    });
  });

  it('never names more than 64 targets at once', () => {
    const tags = Array.from({ length: 130 }, (_none, at) => `t${String(at)}`);
    const { images } = copyRequest(wish({ cargo: { ...cargo, images: [{ digest: A, tags }] } }));
    expect(images.map(({ targets }) => targets.length)).toEqual([64, 64, 2]);
  });

  it('shows what becomes of each tag, and of those that nobody had read', () => {
    const reference = (tag: string, state: 'new' | 'same' | 'moves', previousDigest: string | null) => ({
      reference: `two:5000/team/app:${tag}`,
      tag,
      state,
      previousDigest,
    });
    const bytes = { raw: 0, packed: 0, read: 0, encoded: 0, uploaded: 0, mounted: 0, present: 0, duplicate: 0 };
    const plan = {
      jobId: 'plan',
      sources: [],
      seconds: 0,
      estimatedSeconds: null,
      bytes,
      requests: { head: 0, mount: 0, upload: 0, manifest: 0 },
      targets: [
        {
          place: 'registry' as const,
          registry: 'two:5000',
          repository: 'team/app',
          manifestDigest: null,
          knownUploadTime: null,
          layerLimit: null,
          storeRoom: null,
          references: [reference('1.0', 'same', A), reference('latest', 'moves', B), reference('fresh', 'new', null)],
          bytes,
          untriedBytes: 0,
          hereBytes: 0,
          layers: [],
        },
      ],
    };
    expect(copiedTags(wish(), plan)).toEqual([
      { tag: '1.0', digest: A, to: '1.0', state: 'same', previousDigest: A },
      { tag: 'latest', digest: A, to: 'latest', state: 'moves', previousDigest: B },
      { tag: 'old', digest: B, to: 'old', state: null, previousDigest: null },
      { tag: null, digest: null, to: 'fresh', state: 'new', previousDigest: null },
    ]);
  });

  it('finds a name that is free', () => {
    expect(freeName('latest', new Set(['latest', 'latest-2', 'latest-3']))).toBe('latest-4');
    expect(freeName('x'.repeat(128), new Set()).length).toBeLessThanOrEqual(128);
  });
});
