/** How far a scrolling element is scrolled, and how high it is. CSS px. */
export interface ScrollView {
  readonly top: number;
  readonly height: number;
}

/** The rows to put into the document; `last` is exclusive, `before` and `after` are the room of the others in CSS px. */
export interface RowsInSight {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

const VIRTUAL_ABOVE = 200;
const OVERSCAN = 12;

/** All rows up to 200, else those in sight and a few around them. */
export function rowsInSight(count: number, rowHeight: number, view: ScrollView): RowsInSight {
  if (count <= VIRTUAL_ABOVE) return { first: 0, last: count, before: 0, after: 0 };
  const first = Math.max(0, Math.min(count, Math.floor(view.top / rowHeight)) - OVERSCAN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  return { first, last, before: first * rowHeight, after: (count - last) * rowHeight };
}
