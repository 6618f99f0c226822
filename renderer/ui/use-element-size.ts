import { type RefObject, useEffect, useState } from 'react';

/** Lengths in CSS px, as an element is laid out now. */
export interface ElementSize {
  /** Inside the edge, without scrollbars. */
  readonly width: number;
  readonly height: number;
  /** Width that a scrollbar takes from what is inside: 0 where it lies over it or nothing scrolls. */
  readonly scrollbar: number;
}

/** An element, or what stands for one as the handle of a tree does. */
type Measured = HTMLElement | { readonly element: HTMLElement | null };

/** Size of an element, kept up to date; null before it is laid out. It has to come into the document with who asks. */
export function useElementSize(measured: RefObject<Measured | null>): ElementSize | null {
  const [size, setSize] = useState<ElementSize | null>(null);
  useEffect(() => {
    const found = measured.current;
    const target = found instanceof HTMLElement ? found : (found?.element ?? null);
    if (target === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height, offsetWidth } = target;
      const scrollbar = offsetWidth - width;
      setSize((before) =>
        before?.width === width && before.height === height && before.scrollbar === scrollbar
          ? before
          : { width, height, scrollbar },
      );
    };
    measure();
    // A scrollbar that comes or goes changes the size of the content box.
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => {
      observer.disconnect();
    };
  }, [measured]);
  return size;
}
