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

function anchorOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
}

/**
 * One tooltip for every element with `data-tip`, on hover and on focus by keyboard; lines are divided by line breaks. It says
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
        const text = next.dataset['tip'] ?? '';
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
