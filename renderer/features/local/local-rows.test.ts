import { describe, expect, it } from 'vitest';
import type { Vm } from '../../../shared/models/vm.ts';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { columnFigure, columnUnit, type LocalOrder, localRows } from './local-rows.ts';

function vm(name: string, allocated: number): Vm {
  return { ...sampleVm(), id: `vm:${name}`, name, sizes: { logical: 50e9, allocated, shared: null } };
}

function image(name: string, tag: string): Vm {
  return { ...sampleVm(), id: `image:${name}`, kind: 'image', name, tags: [tag], digest: 'sha256:0' };
}

const VMS = [
  vm('sonoma-10', 1e9),
  vm('sonoma-9', 3e9),
  image('ghcr.io/acme/sonoma', '14.4'),
  image('127.0.0.1:5000/tahoe', '26'),
];
const BY_NAME: LocalOrder = { by: 'name', descending: false };

function keys(filter: string, order = BY_NAME, closed: string[] = []): string[] {
  return localRows(VMS, { filter, order, closed, words: (group) => group }).map(({ key }) => key);
}

describe('the rows of the Local pane', () => {
  it('are VMs, then cached images by their host, names in the order of their numbers', () => {
    expect(keys('')).toEqual([
      'group:vm',
      'vm:sonoma-9',
      'vm:sonoma-10',
      'group:image',
      'host:127.0.0.1:5000',
      'image:127.0.0.1:5000/tahoe',
      'host:ghcr.io',
      'image:ghcr.io/acme/sonoma',
    ]);
  });

  it('can be ordered by size, filtered and closed; a filter looks into what is closed', () => {
    expect(keys('', { by: 'used', descending: false }).slice(0, 3)).toEqual([
      'group:vm',
      'vm:sonoma-10',
      'vm:sonoma-9',
    ]);
    expect(keys('', BY_NAME, ['group:vm', 'group:image'])).toEqual(['group:vm', 'group:image']);
    expect(keys('acme 14', BY_NAME, ['group:image'])).toEqual([
      'group:image',
      'host:ghcr.io',
      'image:ghcr.io/acme/sonoma',
    ]);
  });
});

describe('the figures of the columns', () => {
  it('have one unit for all rows, a dash for nothing, and stay empty where nothing is known', () => {
    expect(columnUnit(VMS)).toBe('GB');
    expect([columnFigure(64_100_000_000, 'GB', 1), columnFigure(0, 'GB', 1), columnFigure(null, 'GB', 1)]).toEqual([
      '64.1',
      '–',
      '',
    ]);
  });
});
