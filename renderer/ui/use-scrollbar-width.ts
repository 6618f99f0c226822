import { type RefObject, useEffect, useState } from 'react';
import type { TreeHandle } from './tree-list.tsx';

/**
 * Width in CSS px that a scrollbar takes from the rows of a tree now: 0 where it lies over them or nothing scrolls. What stands
 * above the rows in their columns keeps the same room free. The tree has to come into the document with who asks.
 */
export function useScrollbarWidth(tree: RefObject<TreeHandle | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const target = tree.current?.element ?? null;
    if (target === null) return;
    const look = (): void => setWidth(target.offsetWidth - target.clientWidth);
    look();
    // A scrollbar that comes or goes changes the size of the content box.
    const observer = new ResizeObserver(look);
    observer.observe(target);
    return () => {
      observer.disconnect();
    };
  }, [tree]);
  return width;
}
