import { describe, expect, it } from 'vitest';
import { drawnDisk, sampleLayers, samplePlan, sampleTarget } from '../../test/fixtures/window/samples.ts';
import { planText } from './plan-text.ts';

describe('a plan in words', () => {
  it('says of each target whose registry takes fewer layers that nothing can be pushed there', () => {
    const layers = sampleLayers(drawnDisk('4xp3xu'));
    const targets = [
      sampleTarget(layers, { registry: 'small.io', layerLimit: layers.length - 1 }),
      sampleTarget(layers, { registry: 'exact.io', layerLimit: layers.length }),
      sampleTarget(layers, { registry: 'any.io', layerLimit: null }),
    ];

    expect(
      planText(samplePlan(targets))
        .split('\n')
        .filter((line) => line.includes('at most')),
    ).toEqual([
      `small.io takes ${layers.length - 1} layers at most; this image has ${layers.length}. It cannot be pushed there.`,
    ]);
  });

  it('says which image a chunk differs from that is in no push of the VM', () => {
    const changedFrom = { kind: 'image', name: 'ghcr.io/acme/base:1', madeMs: 5 } as const;
    const layers = sampleLayers(drawnDisk('1xp1xu')).map((layer) =>
      layer.kind === 'disk' && layer.verdict === 'upload' ? { ...layer, changedSinceMs: 5, changedFrom } : layer,
    );

    expect(planText(samplePlan([sampleTarget(layers)]))).toContain('differs from ghcr.io/acme/base:1\n');
  });

  it('tells neighbours of one kind in one row, why, and what the transfer takes', () => {
    const changedSinceMs = new Date(2026, 10, 12, 14, 2).getTime();
    const base = { kind: 'snapshot', name: 'builder', madeMs: changedSinceMs } as const;
    const layers = sampleLayers(drawnDisk('3xp2xu')).map((layer) => {
      if (layer.kind !== 'disk') return layer;
      return layer.verdict === 'upload'
        ? { ...layer, size: 10_000_000, estimatedSize: null, changedSinceMs }
        : { ...layer, size: 20_000_000, origin: 'extents' as const, base };
    });
    const plan = samplePlan([sampleTarget(layers)], {
      estimatedSeconds: 40,
      rate: 46e6,
      estimate: { readSeconds: 0, encodeSeconds: 3, sendSeconds: 40, bound: 'send' },
    });
    const text = planText(plan);

    expect(text.split('\n').slice(0, 2)).toEqual([
      '20 MB of 80 MB will be uploaded, about 40 s at 46.0 MB/s',
      'encoding ~3 s, sending ~40 s; it waits for the link',
    ]);
    expect(text).toContain(`
 chunk  verdict  origin    size  why
config  upload   direct   514 B  not in this repository yet
   0-2  present  extents  60 MB  unchanged since 12 Nov 2026, 14:02 (snapshot), in the repository
   3-4  upload   unknown  20 MB  changed since 12 Nov 2026, 14:02
 nvram  present  direct   33 kB  in the repository
`);
    expect(text).toContain('the push is expected to make 11 HEAD, 0 mounts, 10 uploads, 6 for manifests');
  });
});
