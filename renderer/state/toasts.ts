import { createStore } from 'zustand';

/** The result of something that is not in sight. */
export interface Toast {
  readonly id: number;
  readonly title: string;
  readonly more: string;
  /** A word and what it does. */
  readonly action: { readonly label: string; readonly act: () => void } | null;
}

/** How long a toast stays. ms */
export const TOAST_MS = 6000;
const MOST = 3;

interface Toasts {
  readonly toasts: readonly Toast[];
}

let lastId = 0;

/** The toasts of the window; the oldest goes when a fourth comes. */
export const toastStore = createStore<Toasts>(() => ({ toasts: [] }));

/** Shows a toast. Never for an error that leaves a choice. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  lastId += 1;
  const added = { ...toast, id: lastId };
  toastStore.setState(({ toasts }) => ({ toasts: [...toasts, added].slice(-MOST) }));
}

/** Takes a toast away. */
export function dropToast(id: number): void {
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}
