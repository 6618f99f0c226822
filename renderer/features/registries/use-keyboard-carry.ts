import { type KeyboardEvent, type RefObject, useEffect } from 'react';
import type { TreeHandle } from '../../ui/tree-list.tsx';
import { aimAt, type Drag, letGo, pickUp, setMoving } from '../drag/drag-store.ts';
import { cargoOfRow } from './row-cargo.ts';
import { placeOfRow } from './row-place.ts';
import { canTake } from './row-verdicts.ts';
import type { RegistryRow } from './tree-rows.ts';

/** See {@link useKeyboardCarry}. */
export interface KeyboardCarryParts {
  /** What is carried; null = nothing. */
  readonly drag: Drag | null;
  readonly rows: readonly RegistryRow[];
  readonly tree: RefObject<TreeHandle | null>;
  readonly onToggle: (keys: readonly string[], open: boolean) => void;
  readonly onDrop: (row: RegistryRow) => void;
}

/**
 * Carries with the keyboard: Enter picks up and drops, arrows aim at the rows that can take it, M makes it a move, Escape puts it
 * back. The answer hears the keys of the tree, and is true for those that were for what is carried.
 */
export function useKeyboardCarry(
  parts: KeyboardCarryParts,
): (event: KeyboardEvent, row: RegistryRow | null) => boolean {
  const { drag, rows, tree, onToggle, onDrop } = parts;

  function aim(row: RegistryRow | undefined): void {
    if (drag === null || row === undefined) return;
    tree.current?.goTo(row.key);
    aimAt(placeOfRow(row, drag.cargo));
  }

  function step(from: RegistryRow | null, by: 1 | -1): void {
    const start = from === null ? -1 : rows.findIndex(({ key }) => key === from.key);
    for (let at = start + by; at >= 0 && at < rows.length; at += by) {
      const row = rows[at];
      if (row !== undefined && canTake(row, drag)) {
        aim(row);
        return;
      }
    }
  }

  // Picked up with the keyboard: the tree takes the keys and aims at the first target below, else above.
  const picked = drag !== null && drag.by === 'keyboard' && drag.over === null;
  useEffect(() => {
    if (!picked) return;
    tree.current?.focus();
    const { cargo } = drag;
    const from =
      cargo.kind === 'images'
        ? rows.findIndex(({ key }) => key === `${cargo.host}/${cargo.repository}` || key === cargo.host)
        : -1;
    aim([...rows.slice(from + 1), ...rows.slice(0, from + 1)].find((row) => canTake(row, drag)));
    // Once for each pick-up: rows and prices that come later leave the aim where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [picked]);
  useKeyboardEnd(drag?.by === 'keyboard', tree);

  return (event, row) => {
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
    else if (event.key === 'Enter' && row !== null && drag.over !== null) onDrop(row);
    else if (event.key === 'Escape') letGo();
    else if (event.key.toLowerCase() === 'm') setMoving(!drag.moving);
    else if (event.key === 'Tab') letGo();
    // Nothing else happens while something is carried.
    return event.key !== 'Tab';
  };
}

/** A menu that closes gives the focus back to where it was, within this time and the frame that follows it. ms */
const SETTLED_MS = 150;

/** What is carried with the keyboard is put back when the tree loses the keys: another program taking them is no reason. */
function useKeyboardEnd(carrying: boolean, tree: RefObject<TreeHandle | null>): void {
  useEffect(() => {
    if (!carrying) return;
    let settled = false;
    let frame = 0;
    // A busy computer draws late: the focus comes back in a frame that was asked for before this one.
    const timer = setTimeout(() => {
      frame = requestAnimationFrame(() => {
        settled = true;
      });
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
      cancelAnimationFrame(frame);
      document.removeEventListener('focusout', left);
      document.removeEventListener('pointerdown', letGo);
    };
  }, [carrying, tree]);
}
