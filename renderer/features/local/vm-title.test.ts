import { expect, it } from 'vitest';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { imagePlace, vmTitle } from './vm-title.ts';

it('names VMs, cached images, and folders of the cache that cannot be read', () => {
  const image = { kind: 'image', name: 'ghcr.io/acme/sonoma' } as const;
  const folder = '/Users/a/.tart/cache/OCIs/ghcr.io';
  const titles = [
    sampleVm({ name: 'sonoma' }),
    sampleVm({ name: '  ' }),
    sampleVm({ ...image, tags: ['14.4'], digest: 'sha256:0' }),
    sampleVm({ ...image, digest: 'sha256:0' }),
    sampleVm({ ...image }),
    sampleVm({ kind: 'image', name: 'ghcr.io', folder }),
    sampleVm({ kind: 'image', name: '', folder }),
  ].map((vm) => [vmTitle(vm), imagePlace(vm).host]);
  expect(titles).toEqual([
    ['sonoma', 'sonoma'],
    ['␣␣', '  '],
    ['ghcr.io/acme/sonoma:14.4', 'ghcr.io'],
    ['ghcr.io/acme/sonoma@sha256:0', 'ghcr.io'],
    ['ghcr.io/acme/sonoma', 'ghcr.io'],
    ['ghcr.io', 'ghcr.io'],
    [folder, ''],
  ]);
});
