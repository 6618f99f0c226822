import type { MouseEvent } from 'react';

/** Where a context menu opens. CSS px of the window. */
export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** How far from the left of its rows a menu of the keyboard opens. CSS px */
const INDENT = 32;

/** Where the menu of the pointer opens. */
export function pointerPlace({ clientX, clientY }: MouseEvent): MenuPlace {
  return { x: clientX, y: clientY };
}

/** Where the menu of a row opens that was asked for with the menu key, which names no place. `bottom`: of the row, in CSS px from the top of all rows. */
export function rowMenuPlace(scroller: HTMLElement, bottom: number): MenuPlace {
  const { left, top } = scroller.getBoundingClientRect();
  return { x: left + INDENT, y: top + bottom - scroller.scrollTop };
}
