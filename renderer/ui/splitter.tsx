import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from 'react';
import './splitter.css';

/** See {@link Splitter}. */
export interface SplitterProps {
  readonly label: string;
  /** Width of the pane left of it. CSS px. */
  readonly width: number;
  readonly least: number;
  readonly most: number;
  readonly onResize: (width: number) => void;
  /** A double click. */
  readonly onReset: () => void;
}

/** The line between two panes: dragged, or moved by 8 px a key (Shift: 40); a double click takes the usual width. */
export function Splitter({ label, width, least, most, onResize, onReset }: SplitterProps): ReactElement {
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null);

  function press(event: KeyboardEvent): void {
    const step = event.shiftKey ? 40 : 8;
    if (event.key === 'ArrowLeft') onResize(width - step);
    else if (event.key === 'ArrowRight') onResize(width + step);
    else if (event.key === 'Home') onResize(least);
    else if (event.key === 'End') onResize(most);
    else if (event.key === 'Enter') onReset();
    else return;
    event.preventDefault();
  }

  function grab(event: PointerEvent<HTMLDivElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={Math.max(least, most)}
      tabIndex={0}
      onKeyDown={press}
      onPointerDown={grab}
      onPointerMove={(event) => {
        if (start.current !== null) onResize(start.current.width + event.clientX - start.current.x);
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
