/**
 * Scrolls rows of one height as little as it takes to have row `at` in sight. Does nothing without an element or for a row before
 * the first. Lengths in CSS px; `head` is the height of what stays above the rows.
 */
export function revealRow(scroller: HTMLElement | null, at: number, rowHeight: number, head = 0): void {
  if (scroller === null || at < 0) return;
  const top = at * rowHeight;
  const room = scroller.clientHeight - head;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowHeight > scroller.scrollTop + room) scroller.scrollTop = top + rowHeight - room;
}
