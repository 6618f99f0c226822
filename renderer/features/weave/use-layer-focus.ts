import { useState } from 'react';
import type { CellKind } from './weave-cells.ts';

/** What weave, legend and table of the same layers point at for each other. */
export interface LayerFocus {
  /** The kind that the legend points at: other cells fade; null = none. */
  readonly highlighted: CellKind | null;
  readonly setHighlighted: (kind: CellKind | null) => void;
  /** `layer.index` of the cell and row that are marked; null = none. */
  readonly marked: number | null;
  readonly setMarked: (index: number | null) => void;
  /** A new object scrolls its row into sight. */
  readonly revealed: { readonly index: number } | null;
  /** Marks a layer and has its row in sight. */
  readonly open: (index: number) => void;
}

/** Holds what weave, legend and table point at. */
export function useLayerFocus(): LayerFocus {
  const [highlighted, setHighlighted] = useState<CellKind | null>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const [revealed, setRevealed] = useState<{ readonly index: number } | null>(null);
  return {
    highlighted,
    setHighlighted,
    marked,
    setMarked,
    revealed,
    open: (index) => {
      setMarked(index);
      setRevealed({ index });
    },
  };
}
