import type { DragEvent } from 'react';
import { IS_MAC } from '../../ui/shortcut.ts';
import { type Cargo, cargoText } from './cargo.ts';
import { letGo, pickUp, setMoving } from './drag-store.ts';

/** The key that moves instead of copying: ⌥ on macOS; elsewhere Shift, because window managers keep Alt with the mouse for themselves. */
export const MOVE_KEY = IS_MAC ? '⌥' : 'Shift';

/** Whether the move key is down during a drag. */
export function wantsMove(event: { readonly altKey: boolean; readonly shiftKey: boolean }): boolean {
  return IS_MAC ? event.altKey : event.shiftKey;
}

/**
 * Begins a drag with the pointer. Other programs and text fields get references as plain text. The picture beside the
 * pointer is drawn by the window itself, because the system's cannot change on the way.
 */
export function startDrag(event: DragEvent<HTMLElement>, cargo: Cargo): void {
  const { dataTransfer, currentTarget, target } = event;
  dataTransfer.effectAllowed = 'copyMove';
  dataTransfer.setData('text/plain', cargoText(cargo));
  const nothing = document.createElement('div');
  nothing.className = 'drag-no-image';
  document.body.append(nothing);
  dataTransfer.setDragImage(nothing, 0, 0);
  // The row can leave the document while it is dragged (long lists draw only what is in sight): it hears its end itself.
  const source = target instanceof Element ? target : currentTarget;
  let ended = false;
  source.addEventListener(
    'dragend',
    () => {
      ended = true;
      letGo();
    },
    { once: true },
  );
  // Rows that come while the drag begins would end it in Chromium.
  setTimeout(() => {
    nothing.remove();
    if (!ended) pickUp(cargo, 'pointer');
  });
}

/**
 * Says yes to a drag over a target. The effect is one that the system allows with the keys that are held: macOS narrows it
 * to a copy under ⌥, others to a move under Shift. What it means here is told by {@link wantsMove} alone.
 */
export function acceptDrag(event: DragEvent<HTMLElement>): void {
  const { dataTransfer } = event;
  event.preventDefault();
  const wanted = wantsMove(event) ? 'move' : 'copy';
  const both = /^(all|copyMove|uninitialized)$/.test(dataTransfer.effectAllowed);
  const allowed = dataTransfer.effectAllowed === 'move' ? 'move' : 'copy';
  dataTransfer.dropEffect = both ? wanted : allowed;
  setMoving(wantsMove(event));
}
