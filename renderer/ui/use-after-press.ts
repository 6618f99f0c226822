import { useCallback, useEffect, useRef } from 'react';

/**
 * While a pointer is pressed: true, and `act` is called when that press is over and was heard; else false, and it is not. What
 * changes a layout under a press would move away what is pressed.
 */
export function useAfterPress(): (act: () => void) => boolean {
  const pressed = useRef(false);
  const waiting = useRef<(() => void) | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const down = (): void => {
      pressed.current = true;
    };
    const up = (): void => {
      pressed.current = false;
      // The click comes behind it.
      timer = setTimeout(() => {
        const act = waiting.current;
        waiting.current = null;
        act?.();
      });
    };
    document.addEventListener('pointerdown', down, true);
    document.addEventListener('pointerup', up, true);
    document.addEventListener('pointercancel', up, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerdown', down, true);
      document.removeEventListener('pointerup', up, true);
      document.removeEventListener('pointercancel', up, true);
    };
  }, []);
  return useCallback((act) => {
    if (pressed.current) waiting.current = act;
    return pressed.current;
  }, []);
}
