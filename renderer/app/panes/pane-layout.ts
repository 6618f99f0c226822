/** The panes whose width a person sets; the detail takes the rest. */
export type SidePane = 'local' | 'registries';

/** Windows that share their widths: under 1280, under 1920, and wider. */
export type SizeClass = 'narrow' | 'usual' | 'wide';

/** Widths in CSS px, and which panes are folded to a rail. */
export interface PaneChoice {
  readonly local: number;
  readonly registries: number;
  readonly folded: readonly SidePane[];
}

/** Widths that are drawn. CSS px. */
export interface PaneWidths {
  readonly local: number;
  readonly registries: number;
}

/** Width of a folded pane. CSS px. */
export const RAIL = 40;
/** Least widths; a side pane that is made narrower folds. CSS px. */
export const LEAST = { local: 220, registries: 260, detail: 440 } as const;

const USUAL: Readonly<Record<SizeClass, PaneChoice>> = {
  narrow: { local: 264, registries: 284, folded: [] },
  usual: { local: 360, registries: 384, folded: [] },
  wide: { local: 440, registries: 480, folded: [] },
};

/** The size class of a window. */
export function sizeClassOf(windowWidth: number): SizeClass {
  if (windowWidth < 1280) return 'narrow';
  return windowWidth < 1920 ? 'usual' : 'wide';
}

/** The widths that a size class begins with, and that a double click brings back. */
export function usualChoice(sizeClass: SizeClass): PaneChoice {
  return USUAL[sizeClass];
}

/** What is drawn: the choice, as far as it leaves the detail its least width; registries give way before Local does. */
export function drawnWidths(choice: PaneChoice, windowWidth: number): PaneWidths {
  const room = Math.max(0, windowWidth - LEAST.detail);
  const wanted = (pane: SidePane): number =>
    choice.folded.includes(pane) ? RAIL : Math.max(LEAST[pane], choice[pane]);
  const least = (pane: SidePane): number => (choice.folded.includes(pane) ? RAIL : LEAST[pane]);
  const local = Math.max(least('local'), Math.min(wanted('local'), room - least('registries')));
  const registries = Math.max(least('registries'), Math.min(wanted('registries'), room - local));
  return { local, registries };
}

/** The choice after a pane was dragged to a width: much less than its least folds it. */
export function resized(choice: PaneChoice, pane: SidePane, width: number): PaneChoice {
  if (width < (LEAST[pane] + RAIL) / 2) return folded(choice, pane, true);
  return folded({ ...choice, [pane]: Math.max(LEAST[pane], Math.round(width)) }, pane, false);
}

/** The choice with a pane folded or not. */
export function folded(choice: PaneChoice, pane: SidePane, fold: boolean): PaneChoice {
  const others = choice.folded.filter((other) => other !== pane);
  return { ...choice, folded: fold ? [...others, pane] : others };
}
