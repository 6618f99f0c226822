import { type KeyboardEvent, useRef } from 'react';
import type { TreeListProps, TreeRow } from './tree-list.tsx';
import { stepInTree, type TreeStep } from './tree-steps.ts';

/** Typed letters belong together for this long. ms */
const TYPING_MS = 700;

/** See {@link useTreeKeys}. */
export interface TreeKeyParts<Row extends TreeRow>
  extends Pick<TreeListProps<Row>, 'rows' | 'onToggle' | 'onAct' | 'onKey'> {
  /** Place of the active row; -1 = there are no rows. */
  readonly active: number;
  /** Rows of a page. */
  readonly page: number;
  readonly onMove: (at: number) => void;
}

/** Hears the keys of a tree. What the tree does not know goes on to whoever is above it. */
export function useTreeKeys<Row extends TreeRow>(parts: TreeKeyParts<Row>): (event: KeyboardEvent) => void {
  const { rows, active, page, onMove, onToggle, onAct, onKey } = parts;
  const typed = useRef({ text: '', atMs: 0 });

  function carryOut(step: TreeStep): void {
    switch (step.do) {
      case 'go':
        onMove(step.to);
        break;
      case 'open':
        onToggle(step.keys, true);
        break;
      case 'close':
        onToggle(step.keys, false);
        break;
    }
  }

  /** True if the key was the tree's, or its row's. */
  function press(event: KeyboardEvent, row: Row | undefined): boolean {
    if (onKey?.(event, row ?? null) === true) return true;
    const now = event.timeStamp;
    const before = now - typed.current.atMs < TYPING_MS ? typed.current.text : '';
    const command = event.metaKey || event.ctrlKey || event.altKey;
    const step = stepInTree(rows, active, { key: event.key, command, typed: before, page });
    if (step !== null) {
      if (step.do === 'go' && step.typed !== undefined) typed.current = { text: step.typed, atMs: now };
      carryOut(step);
      return true;
    }
    if (event.key !== 'Enter' || command || row === undefined) return false;
    if (row.selectable) onAct?.(row);
    else if (row.open !== null) onToggle([row.key], !row.open);
    return true;
  }

  return (event) => {
    if (!press(event, rows[active])) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
