import { type DragEvent, type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { TreeDrag, TreeHandle } from '../../ui/tree-list.tsx';
import { type Cargo, groupCargo, type ImageCargo, repositoryCargo } from '../drag/cargo.ts';
import { aimAt, dragStore, letGo, pickUp, setMoving } from '../drag/drag-store.ts';
import type { DropTarget } from '../drag/drop-target.ts';
import { type DropVerdict, dropVerdict } from '../drag/drop-verdict.ts';
import { acceptDrag, startDrag, wantsMove } from '../drag/start-drag.ts';
import { placeOfRow } from './row-place.ts';
import type { RegistryRow } from './tree-rows.ts';

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

/** A closed row opens after the pointer rested on it for this long. ms */
const SPRING_MS = 700;

/** What a row is when it is picked up, all or (with `tag`) one of the tags of a digest; null for one that cannot be. */
export function cargoOfRow(row: RegistryRow, tag: string | null = null): ImageCargo | null {
  const { host } = row.registry;
  if (row.kind === 'repository') return repositoryCargo(host, row.repository);
  if (row.kind !== 'group') return null;
  return groupCargo(host, row.repository.repository, row.group, tag === null ? row.tags : [tag]);
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

  const judge = (row: RegistryRow): DropVerdict | null =>
    drag === null
      ? null
      : dropVerdict(drag.cargo, placeOfRow(row, drag.cargo).target, { registry: row.registry, prices: drag.prices });
  const canTake = (row: RegistryRow): boolean => isTargetRow(row, drag?.cargo) && judge(row)?.kind !== 'refused';

  function drop(row: RegistryRow, tag: string | null): void {
    if (drag === null || judge(row)?.kind === 'refused') return;
    const { target } = placeOfRow(row, drag.cargo, tag);
    letGo();
    onDrop(drag.cargo, target, drag.moving);
  }

  function over(row: RegistryRow | null, event: DragEvent<HTMLElement>): void {
    if (drag === null || drag.by === 'keyboard') return;
    spring(row);
    setMoving(wantsMove(event));
    if (row === null || judge(row)?.kind === 'refused') {
      aimAt(row === null ? null : placeOfRow(row, drag.cargo, tagAt(event.target)));
      return;
    }
    acceptDrag(event);
    aimAt(placeOfRow(row, drag.cargo, tagAt(event.target)));
  }

  function step(from: RegistryRow | null, by: 1 | -1): void {
    const start = from === null ? -1 : rows.findIndex(({ key }) => key === from.key);
    for (let at = start + by; at >= 0 && at < rows.length; at += by) {
      const row = rows[at];
      if (row !== undefined && canTake(row)) {
        aim(row);
        return;
      }
    }
  }

  function aim(row: RegistryRow): void {
    if (drag === null) return;
    tree.current?.goTo(row.key);
    aimAt(placeOfRow(row, drag.cargo));
  }

  function press(event: KeyboardEvent, row: RegistryRow | null): boolean {
    if (drag === null && event.key === 'Enter' && row?.kind === 'group') {
      const cargo = cargoOfRow(row);
      if (cargo !== null) pickUp(cargo, 'keyboard');
      return true;
    }
    if (drag === null || drag.by === 'pointer') return false;
    if (event.key === 'ArrowDown') step(row, 1);
    else if (event.key === 'ArrowUp') step(row, -1);
    else if (event.key === 'Home') step(null, 1);
    else if (event.key === 'ArrowRight' && row?.open === false) onToggle([row.key], true);
    else if (event.key === 'ArrowLeft' && row?.open === true) onToggle([row.key], false);
    else if (event.key === 'Enter' && row !== null && drag.over !== null) drop(row, null);
    else if (event.key === 'Escape') letGo();
    else if (event.key.toLowerCase() === 'm') setMoving(!drag.moving);
    else if (event.key === 'Tab') letGo();
    // Nothing else happens while something is carried.
    return event.key !== 'Tab';
  }

  // Picked up with the keyboard: the tree takes the keys and aims at the first target below, else above.
  const byKeyboard = drag !== null && drag.by === 'keyboard' && drag.over === null;
  useEffect(() => {
    if (!byKeyboard) return;
    tree.current?.focus();
    const { cargo } = drag;
    const from =
      cargo.kind === 'images'
        ? rows.findIndex(({ key }) => key === `${cargo.host}/${cargo.repository}` || key === cargo.host)
        : -1;
    const first = [...rows.slice(from + 1), ...rows.slice(0, from + 1)].find(canTake);
    if (first !== undefined) aim(first);
    // Once for each pick-up: rows and prices that come later leave the aim where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [byKeyboard]);
  useKeyboardEnd(drag?.by === 'keyboard', tree);

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
      mark: (row) => {
        const verdict = judge(row);
        if (verdict === null || !isTargetRow(row, drag?.cargo)) return undefined;
        if (verdict.kind === 'refused') return verdict.why === 'source' ? 'source' : 'refused';
        return drag?.over?.rowKey === row.key ? 'over' : 'target';
      },
    },
    onKey: press,
    verdictOf: (row) => {
      const verdict = judge(row);
      if (verdict === null || !isTargetRow(row, drag?.cargo)) return null;
      // A registry and a digest say it when they are aimed at: their repositories say it always.
      const always = row.kind === 'repository' || row.kind === 'newRepository';
      return always || drag?.over?.rowKey === row.key ? verdict : null;
    },
  };
}

/** Rows that light up by themselves; others stand for one of them. */
function isTargetRow(row: RegistryRow, cargo: Cargo | undefined): boolean {
  return (
    row.kind === 'registry' ||
    row.kind === 'repository' ||
    row.kind === 'newRepository' ||
    (row.kind === 'group' && cargo?.kind === 'vm')
  );
}

/** Opens a closed row that the pointer rests on. */
function useSpring(onToggle: (keys: readonly string[], open: boolean) => void): (row: RegistryRow | null) => void {
  const resting = useRef<{ readonly key: string; readonly timer: ReturnType<typeof setTimeout> } | null>(null);
  const toggle = useRef(onToggle);
  useEffect(() => {
    toggle.current = onToggle;
  });
  useEffect(() => () => clearTimeout(resting.current?.timer), []);
  return (row) => {
    const key = row?.open === false ? row.key : null;
    if (resting.current?.key === key) return;
    clearTimeout(resting.current?.timer);
    resting.current = key === null ? null : { key, timer: setTimeout(() => toggle.current([key], true), SPRING_MS) };
  };
}

/** A menu that closes gives the focus back to where it was, within this time. ms */
const SETTLED_MS = 150;

/** What is carried with the keyboard is put back when the tree loses the keys: another program taking them is no reason. */
function useKeyboardEnd(carrying: boolean, tree: RefObject<TreeHandle | null>): void {
  useEffect(() => {
    if (!carrying) return;
    let settled = false;
    const timer = setTimeout(() => {
      settled = true;
    }, SETTLED_MS);
    const left = (): void => {
      // Where the focus goes is known once it is there.
      setTimeout(() => {
        const element = tree.current?.element;
        if (!document.hasFocus() || element?.contains(document.activeElement) === true) return;
        if (settled) letGo();
        else tree.current?.focus();
      });
    };
    document.addEventListener('focusout', left);
    document.addEventListener('pointerdown', letGo);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('focusout', left);
      document.removeEventListener('pointerdown', letGo);
    };
  }, [carrying, tree]);
}
