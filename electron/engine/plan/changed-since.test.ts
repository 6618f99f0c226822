import { describe, expect, it } from 'vitest';
import { sinceKnown } from './changed-since.ts';

const NOW = 'sha256:now';
const image = { kind: 'image', name: 'a.io/base:1', madeMs: 2000 } as const;
const snapshot = { kind: 'snapshot', name: 'builder', madeMs: 3000 } as const;
const pushed = (rawDigest: string) => ({ pushedMs: 2500, rawDigests: [rawDigest] });
const had = (shown: typeof image | typeof snapshot, rawDigest: string) => ({
  shown,
  rawDigests: new Map([[0, rawDigest]]),
});

describe('a chunk of a plan', () => {
  it('that differs from the last push is told to have changed since then', () => {
    expect(sinceKnown({ lastPush: pushed('sha256:old'), compared: [] }, 0, NOW)).toEqual({
      changedSinceMs: 2500,
      changedFrom: null,
      unchangedSinceMs: null,
    });
  });

  it('that differs from a base that is newer than the last push is told to have changed since the base', () => {
    const compared = [had(image, 'sha256:other'), had(snapshot, 'sha256:other')];
    expect(sinceKnown({ lastPush: pushed('sha256:old'), compared }, 0, NOW)).toEqual({
      changedSinceMs: 3000,
      changedFrom: snapshot,
      unchangedSinceMs: null,
    });
  });

  it('of a VM that was never pushed is told by the image that it was made of', () => {
    expect(sinceKnown({ lastPush: null, compared: [had(image, 'sha256:other')] }, 0, NOW)).toEqual({
      changedSinceMs: 2000,
      changedFrom: image,
      unchangedSinceMs: null,
    });
  });

  it('that is what was pushed has not changed, whatever a base has in its place', () => {
    expect(sinceKnown({ lastPush: pushed(NOW), compared: [had(snapshot, 'sha256:other')] }, 0, NOW)).toEqual({
      changedSinceMs: null,
      changedFrom: null,
      unchangedSinceMs: 2500,
    });
  });

  it.each([
    ['was not read', { lastPush: pushed('sha256:old'), compared: [had(image, 'sha256:other')] }, null],
    ['is what the base has', { lastPush: null, compared: [had(image, NOW)] }, NOW],
    ['lies behind the end of both', { lastPush: { pushedMs: 1, rawDigests: [] }, compared: [] }, NOW],
  ])('that %s has no time', (_name, known, rawDigest) => {
    expect(sinceKnown(known, 0, rawDigest)).toEqual({
      changedSinceMs: null,
      changedFrom: null,
      unchangedSinceMs: null,
    });
  });
});
