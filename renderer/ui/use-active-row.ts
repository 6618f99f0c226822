import { type RefObject, useEffect, useState } from 'react';
import { revealRow } from './reveal-row.ts';

/** The row of a list that has the keys. */
export interface ActiveRow {
  /** Its place; -1 = there are no rows. */
  readonly at: number;
  readonly set: (key: string) => void;
  /** Makes a row the active one and brings it into view; unknown keys are kept for when they come. */
  readonly goTo: (key: string) => void;
}

/** See {@link useActiveRow}. */
export interface ActiveRowParts {
  readonly rows: readonly { readonly key: string }[];
  /** Key of the selected row. */
  readonly selected: string | null;
  readonly scroller: RefObject<HTMLElement | null>;
  /** CSS px */
  readonly rowHeight: number;
}

/** Holds which row has the keys: the last that was gone to, else the selected one, else the first. */
export function useActiveRow({ rows, selected, scroller, rowHeight }: ActiveRowParts): ActiveRow {
  const [current, setCurrent] = useState(selected);
  const placeOf = (key: string | null): number => (key === null ? -1 : rows.findIndex((row) => row.key === key));
  const reveal = (key: string): void => revealRow(scroller.current, placeOf(key), rowHeight);

  // The selection moves the active row along when it comes from elsewhere: a job's link, the other pane.
  const [followed, setFollowed] = useState(selected);
  if (selected !== followed) {
    setFollowed(selected);
    if (selected !== null) setCurrent(selected);
  }

  useEffect(() => {
    if (selected !== null) reveal(selected);
    // Only a change of the selection scrolls: rows that come and go leave the view where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  const at = [placeOf(current), placeOf(selected)].find((place) => place >= 0);
  return {
    at: at ?? Math.min(0, rows.length - 1),
    set: setCurrent,
    goTo: (key) => {
      setCurrent(key);
      reveal(key);
    },
  };
}
