import { describe, expect, it } from 'vitest';
import { sampleImage } from '../../test/fixtures/window/sharing-samples.ts';
import { sharedPairs, shownImages } from './shared-pairs.ts';

const SONOMA = sampleImage('ghcr.io/acme/sonoma:14.4.1', 30e9, 2e9);
const UBUNTU = sampleImage('ghcr.io/acme/ubuntu:24.04', 10e9, 9e9);
const XCODE = sampleImage('ghcr.io/acme/xcode:16.2', 35e9, 6e9);
const SHARING = {
  images: [UBUNTU, SONOMA, XCODE],
  pairs: [
    { a: 0, b: 1, bytes: 0.5e9, layers: 1 },
    { a: 1, b: 2, bytes: 18e9, layers: 71 },
  ],
};

describe('the images that share', () => {
  it('are paired with the part of the smaller one, most shared first', () => {
    expect(sharedPairs(SHARING)).toEqual([
      { a: SONOMA, b: XCODE, bytes: 18e9, layers: 71, part: 0.6 },
      { a: UBUNTU, b: SONOMA, bytes: 0.5e9, layers: 1, part: 0.05 },
    ]);
  });

  it('stand beside each other, the largest first, as many as there is room for', () => {
    expect(shownImages(SHARING, 12)).toEqual([XCODE, SONOMA, UBUNTU]);
    expect(shownImages(SHARING, 2)).toEqual([XCODE, SONOMA]);
    const twins = { images: [UBUNTU, XCODE, SONOMA], pairs: [{ a: 0, b: 1, bytes: 1e9, layers: 1 }] };
    expect(shownImages(twins, 12)).toEqual([XCODE, UBUNTU, SONOMA]);
  });
});
