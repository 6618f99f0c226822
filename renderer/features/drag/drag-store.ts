import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Cargo } from './cargo.ts';
import type { DropTarget } from './drop-target.ts';
import type { DropPrices } from './drop-verdict.ts';

/** A place that is aimed at: the row that is lit up, and what it stands for. */
export interface DropPlace {
  readonly rowKey: string;
  readonly target: DropTarget;
}

/** Something that is being carried. */
export interface Drag {
  readonly cargo: Cargo;
  readonly by: 'pointer' | 'keyboard';
  readonly over: DropPlace | null;
  /** The source gives its tags up once they are at the target. */
  readonly moving: boolean;
  readonly prices: DropPrices;
}

/** What the window carries; at most one thing at a time. */
export const dragStore = createStore<{ readonly drag: Drag | null }>(() => ({ drag: null }));

/** Reads what is carried. */
export function useDrag<Value>(select: (drag: Drag | null) => Value): Value {
  return useStore(dragStore, ({ drag }) => select(drag));
}

/** Picks something up. */
export function pickUp(cargo: Cargo, by: Drag['by']): void {
  dragStore.setState({ drag: { cargo, by, over: null, moving: false, prices: null } });
}

/** Puts it down again; nothing happens to it. */
export function letGo(): void {
  if (dragStore.getState().drag !== null) dragStore.setState({ drag: null });
}

/** Aims at a place, or at none. */
export function aimAt(over: DropPlace | null): void {
  const { drag } = dragStore.getState();
  if (drag === null || (drag.over?.rowKey === over?.rowKey && sameTags(drag.over, over))) return;
  dragStore.setState({ drag: { ...drag, over } });
}

function sameTags(one: DropPlace | null, other: DropPlace | null): boolean {
  return one?.target.tags.join(' ') === other?.target.tags.join(' ');
}

/** A VM is never moved: a push leaves it where it is. Nor is a repository whose tags were never read: nobody saw what would go. */
export function canMove(cargo: Cargo): boolean {
  return cargo.kind === 'images' && cargo.images.length > 0;
}

/** Whether images leave their source, where that can be. */
export function setMoving(moving: boolean): void {
  const { drag } = dragStore.getState();
  if (drag === null || !canMove(drag.cargo) || drag.moving === moving) return;
  dragStore.setState({ drag: { ...drag, moving } });
}

/** Keeps the prices of what is carried; those of a cargo that was put down meanwhile are dropped. */
export function keepPrices(cargo: Cargo, prices: NonNullable<DropPrices>): void {
  const { drag } = dragStore.getState();
  if (drag?.cargo === cargo) dragStore.setState({ drag: { ...drag, prices } });
}
