import { describe, expect, it } from 'vitest';
import type { Vm } from '../../../shared/models/vm.ts';
import { sampleRegistry, sampleRepository } from '../../../test/fixtures/window/sample-registry.ts';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import type { Cargo } from '../drag/cargo.ts';
import { pushedReferences } from '../drag/pushed-references.ts';
import { placeOfRow } from './row-place.ts';
import { registryRows } from './tree-rows.ts';

const REGISTRY = sampleRegistry({
  repositories: [
    sampleRepository('acme/sonoma', { 'sha256:a': ['14.4', 'latest'], 'sha256:b': ['14.3'] }),
    sampleRepository('acme/tahoe'),
  ],
});
const images: Cargo = { kind: 'images', host: 'one:5000', repository: 'app', images: [], whole: false };
const vm: Vm = { ...sampleVm(), name: 'Sonoma 14' };
const rows = registryRows([REGISTRY], {
  filter: '',
  open: {},
  reading: new Set(),
  ownName: 'This computer',
  carrying: true,
});
const places = (cargo: Cargo, tag: string | null = null) => rows.map((row) => placeOfRow(row, cargo, tag).target);

describe('a row stands for', () => {
  it('its repository when images are dropped on it, for the same name on a registry, and for a new one', () => {
    expect(places(images)).toEqual([
      { host: 'ghcr.io', repository: 'app', tags: [] },
      { host: 'ghcr.io', repository: 'acme/sonoma', tags: [] },
      { host: 'ghcr.io', repository: 'acme/sonoma', tags: [] },
      { host: 'ghcr.io', repository: 'acme/sonoma', tags: [] },
      { host: 'ghcr.io', repository: 'acme/tahoe', tags: [] },
      { host: 'ghcr.io', repository: null, tags: [] },
    ]);
  });

  it('the reference of the push of a VM: its repository, its tags, or the one tag that is aimed at', () => {
    const all = places({ kind: 'vm', vm }).map((target) => pushedReferences(vm, target));
    const [, , group] = places({ kind: 'vm', vm }, 'latest');
    expect([...all, group]).toEqual([
      ['ghcr.io/sonoma-14'],
      ['ghcr.io/acme/sonoma'],
      ['ghcr.io/acme/sonoma:14.4', 'ghcr.io/acme/sonoma:latest'],
      ['ghcr.io/acme/sonoma:14.3'],
      ['ghcr.io/acme/tahoe'],
      ['ghcr.io/sonoma-14'],
      { host: 'ghcr.io', repository: 'acme/sonoma', tags: ['latest'] },
    ]);
  });
});
