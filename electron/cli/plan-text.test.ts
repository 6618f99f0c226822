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
});
