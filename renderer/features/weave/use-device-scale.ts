import { useSyncExternalStore } from 'react';

function subscribe(changed: () => void): () => void {
  let query = window.matchMedia(`(resolution: ${String(window.devicePixelRatio)}dppx)`);
  const moved = (): void => {
    query.removeEventListener('change', moved);
    query = window.matchMedia(`(resolution: ${String(window.devicePixelRatio)}dppx)`);
    query.addEventListener('change', moved);
    changed();
  };
  query.addEventListener('change', moved);
  return () => {
    query.removeEventListener('change', moved);
  };
}

/** Device pixels to a CSS px: changes when the window goes to another screen or is zoomed. */
export function useDeviceScale(): number {
  return useSyncExternalStore(subscribe, () => window.devicePixelRatio || 1);
}
