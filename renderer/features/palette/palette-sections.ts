import { PALETTE_GROUPS, type PaletteGroup, type PaletteItem } from './palette-items.ts';
import { search } from './palette-search.ts';

/** Rows of one group; of what is selected all. */
const MOST = 6;

/** A group of what was found. */
export interface PaletteSection {
  readonly group: PaletteGroup;
  readonly items: readonly PaletteItem[];
  /** Found as well, and not shown. */
  readonly rest: number;
}

/** What is shown for a text, by groups; for none what can be done. */
export function paletteSections(
  all: Readonly<Record<PaletteGroup, readonly PaletteItem[]>>,
  text: string,
): readonly PaletteSection[] {
  const typed = text.trim() !== '';
  // Without a search what can be done; what there is stands in the panes.
  const groups = typed ? PALETTE_GROUPS : (['selection', 'commands'] as const);
  return groups
    .map((group) => ({ group, ...search(all[group], text, typed ? MOST : all[group].length) }))
    .filter(({ items }) => items.length > 0);
}
