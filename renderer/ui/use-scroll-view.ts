import { type RefObject, useEffect, useState } from 'react';
import type { ScrollView } from './rows-in-sight.ts';

/** Follows how far an element is scrolled, in steps of half its height or less, with the size of a rem. */
export function useScrollView(element: RefObject<HTMLElement | null>): ScrollView & { readonly rem: number } {
  const [view, setView] = useState({ top: 0, height: 800, rem: 16 });
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const look = (): void => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      const step = rem * 6;
      const top = Math.floor(target.scrollTop / step) * step;
      const height = target.clientHeight + step;
      setView((before) =>
        before.top === top && before.height === height && before.rem === rem ? before : { top, height, rem },
      );
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(target);
    // The text size is the root's font size.
    observer.observe(document.documentElement);
    target.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      target.removeEventListener('scroll', look);
    };
  }, [element]);
  return view;
}
