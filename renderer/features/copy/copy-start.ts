import { createStore } from 'zustand/vanilla';
import type { CopyDocument } from '../../../shared/models/copy.ts';
import type { ImageCargo } from '../drag/cargo.ts';

/** What a copy's dialog begins with. */
export interface CopyStart {
  readonly cargo: ImageCargo;
  /** What stands in the field at first: `host/repository`, `host/`, or nothing. */
  readonly place: string;
  /** The source gives its tags up. */
  readonly moving: boolean;
  /** A plan of this very copy that was made before; null = none. */
  readonly plan: CopyDocument | null;
}

/** The copy that the window asks about; null = none. Asked for from wherever images are shown. */
export const copyStart = createStore<{ readonly start: CopyStart | null }>(() => ({ start: null }));

/** Opens the dialog of a copy. */
export function askCopy(start: CopyStart): void {
  copyStart.setState({ start });
}

/** Opens `Copy to…` with nothing filled in. */
export function copyTo(cargo: ImageCargo): void {
  askCopy({ cargo, place: '', moving: false, plan: null });
}

/** Closes the dialog. */
export function closeCopy(): void {
  copyStart.setState({ start: null });
}
