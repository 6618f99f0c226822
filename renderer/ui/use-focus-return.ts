import { useEffect, useRef } from 'react';

/** After this long whoever closed has given the focus back, if it could. ms */
const SETTLED_MS = 60;

/**
 * When a menu or dialog has closed and the focus was lost with it (its opener is gone, or was itself in a menu), gives it to
 * the row that it belongs to.
 */
export function useFocusReturn(open: boolean, giveBack: () => void): void {
  const wasOpen = useRef(open);
  const give = useRef(giveBack);
  useEffect(() => {
    give.current = giveBack;
  });
  useEffect(() => {
    if (wasOpen.current && !open) {
      const timer = setTimeout(() => {
        if (document.activeElement === null || document.activeElement === document.body) give.current();
      }, SETTLED_MS);
      wasOpen.current = open;
      return () => {
        clearTimeout(timer);
      };
    }
    wasOpen.current = open;
    return undefined;
  }, [open]);
}
