import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from 'react';
import './splitter.css';

/** See {@link Splitter}. */
export interface SplitterProps {
  readonly label: string;
  /** Which edge of its pane it is: `right` is moved sideways, `top` up and down. */
  readonly edge: 'right' | 'top';
  /** Width or height of that pane. CSS px. */
  readonly size: number;
  readonly least: number;
  readonly most: number;
  readonly onResize: (size: number) => void;
  /** A double click. */
  readonly onReset: () => void;
}

/** Keys that make the pane smaller and larger. */
const KEYS = { right: ['ArrowLeft', 'ArrowRight'], top: ['ArrowDown', 'ArrowUp'] } as const;

/** The edge of a pane: dragged, or moved by 8 px a key (Shift: 40); a double click or Enter takes the usual size. */
export function Splitter({ label, edge, size, least, most, onResize, onReset }: SplitterProps): ReactElement {
  const start = useRef<{ readonly at: number; readonly size: number } | null>(null);
  const [smaller, larger] = KEYS[edge];
  /** Grows with the size of the pane. */
  const placeOf = ({ clientX, clientY }: PointerEvent): number => (edge === 'right' ? clientX : -clientY);

  function press(event: KeyboardEvent): void {
    const step = event.shiftKey ? 40 : 8;
    if (event.key === smaller) onResize(size - step);
    else if (event.key === larger) onResize(size + step);
    else if (event.key === 'Home') onResize(least);
    else if (event.key === 'End') onResize(most);
    else if (event.key === 'Enter') onReset();
    else return;
    event.preventDefault();
  }

  function grab(event: PointerEvent<HTMLDivElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { at: placeOf(event), size };
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      className="splitter"
      data-edge={edge}
      role="separator"
      aria-orientation={edge === 'right' ? 'vertical' : 'horizontal'}
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={Math.max(least, most)}
      tabIndex={0}
      onKeyDown={press}
      onPointerDown={grab}
      onPointerMove={(event) => {
        if (start.current !== null) onResize(start.current.size + placeOf(event) - start.current.at);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onDoubleClick={onReset}
    />
  );
}
