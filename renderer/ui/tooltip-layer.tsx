import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from 'react';
import './tooltip-layer.css';

interface Shown {
  readonly text: string;
  readonly anchor: DOMRect;
}

/** ms before a tooltip comes, and while another was just open. */
const DELAY = 500;
const DELAY_AFTER_ANOTHER = 80;
const EDGE = 8;

/** Levels above the pointer at which a text may be cut: a letter stands in a word, the word in a cell. */
const MOST_ABOVE = 3;

/** The element that is cut under the pointer, of a text that ends in an ellipsis for want of room. */
function cutElement(target: Element): HTMLElement | null {
  let next: Element | null = target;
  for (let level = 0; level < MOST_ABOVE && next instanceof HTMLElement; level += 1) {
    if (next.scrollWidth > next.clientWidth && getComputedStyle(next).textOverflow === 'ellipsis') {
      return next.closest<HTMLElement>('.front-cut') ?? next;
    }
    next = next.parentElement;
  }
  return null;
}

/** What of an element a tooltip tells: its `data-tip`, else the whole of a text that is cut and has no other. */
function anchorOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element)) return null;
  const told = target.closest<HTMLElement>('[data-tip], [title]');
  if (told !== null) return told.dataset['tip'] === undefined ? null : told;
  return cutElement(target);
}

/**
 * One tooltip for every element with `data-tip`, on hover and on focus by keyboard; lines are divided by line breaks. A text that
 * is cut and has none is told whole. It says
 * nothing that a screen reader does not get from the element's own name.
 */
export function TooltipLayer(): ReactElement | null {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    let anchor: HTMLElement | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closedMs = 0;
    const hide = (): void => {
      clearTimeout(timer);
      setShown((before) => {
        if (before !== null) closedMs = performance.now();
        return null;
      });
    };
    const over = (next: HTMLElement | null): void => {
      if (next === anchor) return;
      anchor = next;
      hide();
      if (next === null) return;
      const delay = performance.now() - closedMs < DELAY_AFTER_ANOTHER * 4 ? DELAY_AFTER_ANOTHER : DELAY;
      timer = setTimeout(() => {
        const text = next.dataset['tip'] ?? next.textContent.trim();
        if (next.isConnected && text !== '') setShown({ text, anchor: next.getBoundingClientRect() });
      }, delay);
    };
    const hovered = (event: Event): void => over(anchorOf(event.target));
    const focused = (event: Event): void => {
      const target = anchorOf(event.target);
      if (target?.matches(':focus-visible') === true) over(target);
    };
    const left = (): void => over(null);
    const pressed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', hovered);
    document.addEventListener('focusin', focused);
    document.addEventListener('focusout', left);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('scroll', hide, true);
    document.addEventListener('keydown', pressed);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', hovered);
      document.removeEventListener('focusin', focused);
      document.removeEventListener('focusout', left);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('scroll', hide, true);
      document.removeEventListener('keydown', pressed);
    };
  }, []);
  return shown === null ? null : <Tooltip {...shown} />;
}

function Tooltip({ text, anchor }: Shown): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: anchor.left, top: anchor.bottom + 6 });
  useLayoutEffect(() => {
    const own = box.current;
    if (own === null) return;
    const { offsetWidth: width, offsetHeight: height } = own;
    const left = Math.max(EDGE, Math.min(anchor.left, window.innerWidth - width - EDGE));
    const below = anchor.bottom + 6;
    const top = below + height + EDGE > window.innerHeight ? anchor.top - height - 6 : below;
    setPlace({ left, top: Math.max(EDGE, top) });
  }, [anchor]);
  const [first = '', ...rest] = text.split('\n');
  return (
    <div ref={box} className="tooltip" role="tooltip" style={place}>
      <b>{first}</b>
      {rest.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  );
}
