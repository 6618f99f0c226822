import { type KeyboardEvent, type PointerEvent, type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';

const LEAST = 240;
const USUAL = 520;
const FREE_ABOVE = 200;

interface DrawerEdgeProps {
  readonly height: number;
  readonly onResize: (height: number) => void;
}

/** Keeps a drawer's height between 240 px and the window's less 200. */
export function drawerHeight(wanted: number, windowHeight: number): number {
  return Math.round(Math.max(LEAST, Math.min(wanted, windowHeight - FREE_ABOVE)));
}

/** The upper edge of the drawer: dragged, or moved by 8 px a key (Shift: 40); a double click takes the usual height. */
export function DrawerEdge({ height, onResize }: DrawerEdgeProps): ReactElement {
  const { t } = useTranslation('transfers');
  const start = useRef<{ y: number; height: number } | null>(null);
  const resize = (wanted: number): void => {
    onResize(drawerHeight(wanted, window.innerHeight));
  };

  function press(event: KeyboardEvent): void {
    const step = event.shiftKey ? 40 : 8;
    if (event.key === 'ArrowUp') resize(height + step);
    else if (event.key === 'ArrowDown') resize(height - step);
    else if (event.key === 'Home') resize(LEAST);
    else if (event.key === 'End') resize(window.innerHeight);
    else return;
    event.preventDefault();
  }

  function grab(event: PointerEvent<HTMLDivElement>): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { y: event.clientY, height };
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      className="drawer-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label={t('drawerHeight')}
      aria-valuenow={height}
      aria-valuemin={LEAST}
      aria-valuemax={Math.max(LEAST, window.innerHeight - FREE_ABOVE)}
      tabIndex={0}
      onKeyDown={press}
      onPointerDown={grab}
      onPointerMove={(event) => {
        if (start.current !== null) resize(start.current.height + start.current.y - event.clientY);
      }}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => {
        resize(USUAL);
      }}
    />
  );
}
