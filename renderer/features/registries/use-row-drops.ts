import type { DragEvent, KeyboardEvent, RefObject } from 'react';
import { useStore } from 'zustand';
import type { TreeDrag, TreeHandle } from '../../ui/tree-list.tsx';
import type { Cargo } from '../drag/cargo.ts';
import { aimAt, dragStore, letGo, setMoving } from '../drag/drag-store.ts';
import type { DropTarget } from '../drag/drop-target.ts';
import { type DropVerdict, dropVerdict } from '../drag/drop-verdict.ts';
import { acceptDrag, startDrag, wantsMove } from '../drag/start-drag.ts';
import { cargoOfRow } from './row-cargo.ts';
import { placeOfRow } from './row-place.ts';
import { judgeRow, markOfRow, toldVerdict } from './row-verdicts.ts';
import type { RegistryRow } from './tree-rows.ts';
import { useKeyboardCarry } from './use-keyboard-carry.ts';
import { useSpring } from './use-spring.ts';

/** Carries out what was dropped. */
export type OnDrop = (cargo: Cargo, target: DropTarget, moving: boolean) => void;

/** What rows of registries do while something is carried, and how they are picked up. */
export interface RowDrops {
  readonly tree: TreeDrag<RegistryRow>;
  /** True if a key was for what is carried. */
  readonly onKey: (event: KeyboardEvent, row: RegistryRow | null) => boolean;
  /** The words at the right of a row; null where it has none to say. */
  readonly verdictOf: (row: RegistryRow) => DropVerdict | null;
}

function tagAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest('[data-tag]')?.getAttribute('data-tag') ?? null) : null;
}

/** Makes the rows of the Registries pane sources and targets of drags, with the pointer and with the keyboard. */
export function useRowDrops(parts: {
  readonly rows: readonly RegistryRow[];
  readonly tree: RefObject<TreeHandle | null>;
  readonly onToggle: (keys: readonly string[], open: boolean) => void;
  readonly onDrop: OnDrop;
}): RowDrops {
  const { rows, tree, onToggle, onDrop } = parts;
  const drag = useStore(dragStore, (state) => state.drag);
  const spring = useSpring(onToggle);

  /** What was shown counts: rows that come or go can have put another one below the pointer since. */
  function drop(row: RegistryRow, tag: string | null): void {
    if (drag === null) return;
    const aimed = drag.over?.target ?? placeOfRow(row, drag.cargo, tag).target;
    const registry = rows.find(({ registry: { host } }) => host === aimed.host)?.registry;
    if (
      registry === undefined ||
      dropVerdict(drag.cargo, aimed, { registry, prices: drag.prices }).kind === 'refused'
    ) {
      return;
    }
    letGo();
    onDrop(drag.cargo, aimed, drag.moving);
  }

  function over(row: RegistryRow | null, event: DragEvent<HTMLElement>): void {
    if (drag === null || drag.by === 'keyboard') return;
    spring(row);
    setMoving(wantsMove(event));
    if (row !== null && judgeRow(row, drag)?.kind !== 'refused') acceptDrag(event);
    aimAt(row === null ? null : placeOfRow(row, drag.cargo, tagAt(event.target)));
  }

  const onKey = useKeyboardCarry({ drag, rows, tree, onToggle, onDrop: (row) => drop(row, null) });
  return {
    tree: {
      canPickUp: (row) => cargoOfRow(row) !== null,
      onStart: (row, event, pressed) => {
        const cargo = cargoOfRow(row, tagAt(pressed));
        if (cargo === null) event.preventDefault();
        else startDrag(event, cargo);
      },
      onOver: over,
      onDrop: (row, event) => {
        if (drag === null) return;
        event.preventDefault();
        spring(null);
        if (row !== null) drop(row, tagAt(event.target));
      },
      onLeave: () => {
        spring(null);
        if (drag?.by === 'pointer') aimAt(null);
      },
      mark: (row) => markOfRow(row, drag),
    },
    onKey,
    verdictOf: (row) => toldVerdict(row, drag),
  };
}
