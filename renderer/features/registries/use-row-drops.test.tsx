// @vitest-environment jsdom
import { cleanup, renderHook } from '@testing-library/react';
import type { DragEvent } from 'react';
import { afterEach, expect, it } from 'vitest';
import { sampleRegistry, sampleRepository } from '../../../test/fixtures/window/sample-registry.ts';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import type { Cargo } from '../drag/cargo.ts';
import { aimAt, letGo, pickUp } from '../drag/drag-store.ts';
import { placeOfRow } from './row-place.ts';
import { registryRows } from './tree-rows.ts';
import { useRowDrops } from './use-row-drops.ts';

afterEach(() => {
  letGo();
  cleanup();
});

it('what is dropped goes where the window said it would, though a row that came has pushed another below the pointer', () => {
  const registry = sampleRegistry({ repositories: [sampleRepository('acme/sonoma'), sampleRepository('acme/tahoe')] });
  const rows = registryRows([registry], {
    filter: '',
    open: {},
    reading: new Set(),
    ownName: 'This computer',
    carrying: true,
  });
  const at = (repository: string) => {
    const row = rows.find(({ key }) => key === `${registry.host}/${repository}`);
    if (row === undefined) throw new Error(`${repository} has no row`);
    return row;
  };
  const cargo: Cargo = { kind: 'vm', vm: sampleVm() };
  const dropped: unknown[] = [];
  pickUp(cargo, 'pointer');
  aimAt(placeOfRow(at('acme/tahoe'), cargo));
  const { result } = renderHook(() =>
    useRowDrops({
      rows,
      tree: { current: null },
      onToggle: () => undefined,
      onDrop: (_cargo, target) => dropped.push(target),
    }),
  );
  // Of the event of React the drop takes no more than these.
  const event = { preventDefault: () => undefined, target: null } as unknown as DragEvent<HTMLElement>;
  result.current.tree.onDrop?.(at('acme/sonoma'), event);

  expect(dropped).toEqual([{ host: registry.host, repository: 'acme/tahoe', tags: [] }]);
});
