import { createStore } from 'zustand/vanilla';

/** An edit that is to be undone. */
export interface Undoing {
  readonly host: string;
  readonly repository: string;
  readonly id: string;
}

/** The edit that is being undone; null = none. */
export const undoStore = createStore<{ readonly undoing: Undoing | null }>(() => ({ undoing: null }));

/** Undoes an edit, wherever the person is by now; what has to be decided for it is asked. */
export function undoEdit(undoing: Undoing): void {
  undoStore.setState({ undoing: { ...undoing } });
}
