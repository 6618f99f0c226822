import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useState,
} from 'react';
import { chunkAt, type WeaveLayout } from '../../../shared/layout/weave-layout.ts';
import type { WeaveKey } from './weave-steps.ts';

/** What a band of cells does. */
export interface BandOptions {
  /** Cells of the band. */
  readonly count: number;
  readonly layout: WeaveLayout;
  /** Where a key leads from a cell; null = nowhere. */
  readonly step: (from: number, key: WeaveKey) => number | null;
  /** The pointer or the keyboard is on a cell; null: on none. */
  readonly onMark: (place: number | null) => void;
  /** Enter or a click on a cell. */
  readonly onOpen: (place: number) => void;
  /** The key `t`. */
  readonly onToggleTable: (() => void) | undefined;
}

/** The state of a band: one tab stop, arrows move inside, the pointer counts before the keyboard. */
export interface Band {
  /** The cell of the keyboard. */
  readonly active: number;
  readonly hovered: number | null;
  /** By the keyboard. */
  readonly focused: boolean;
  /** The cell that is told about. */
  readonly told: number | null;
  readonly handlers: {
    readonly onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLDivElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onClick: () => void;
    readonly onFocus: (event: FocusEvent<HTMLDivElement>) => void;
    readonly onBlur: () => void;
  };
}

/** Follows pointer and keyboard over a band of cells. */
export function useBand({ count, layout, step, onMark, onOpen, onToggleTable }: BandOptions): Band {
  const [current, setCurrent] = useState(0);
  const [focused, setFocused] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const active = Math.min(current, Math.max(0, count - 1));
  const go = (place: number): void => {
    setCurrent(place);
    onMark(place);
  };
  return {
    active,
    hovered,
    focused,
    told: hovered ?? (focused ? active : null),
    handlers: {
      onPointerMove: (event) => {
        const bounds = event.currentTarget.getBoundingClientRect();
        const found = chunkAt(layout, event.clientX - bounds.left, event.clientY - bounds.top);
        if (found === hovered) return;
        setHovered(found);
        onMark(found);
      },
      onPointerLeave: () => {
        setHovered(null);
        onMark(focused ? active : null);
      },
      onClick: () => {
        if (hovered === null) return;
        setCurrent(hovered);
        onOpen(hovered);
      },
      onFocus: (event) => {
        if (!event.currentTarget.matches(':focus-visible')) return;
        setFocused(true);
        onMark(active);
      },
      onBlur: () => {
        setFocused(false);
        onMark(null);
      },
      onKeyDown: (event) => {
        if (event.altKey) return;
        const key = { key: event.key, command: event.metaKey || event.ctrlKey };
        const next = step(active, key);
        if (next !== null) go(next);
        else if (key.key === 'Enter' && !key.command && count > 0) onOpen(active);
        else if (key.key === 't' && onToggleTable !== undefined) onToggleTable();
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}

/** What {@link WeaveBand} shows. */
export interface WeaveBandProps {
  /** Of the active cell's element: `id-PLACE`. */
  readonly id: string;
  readonly label: string;
  readonly count: number;
  readonly layout: WeaveLayout;
  readonly band: Band;
  readonly place: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** What lies over the cells. */
  readonly children: ReactNode;
  readonly tooltip: ReactNode;
}

/** A band of drawn cells as a grid for keyboard and screen readers. */
export function WeaveBand(props: WeaveBandProps): ReactElement {
  const { id, label, count, layout, band, place, canvas, children, tooltip } = props;
  return (
    <div className="weave" ref={place} style={{ height: layout.height }}>
      {/* biome-ignore lint/a11y/useSemanticElements: cells are drawn; the row inside stands for them, and the grid itself takes the keys */}
      <div
        className="weave-band"
        role="grid"
        aria-label={label}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        aria-activedescendant={count === 0 ? undefined : `${id}-${String(band.active)}`}
        tabIndex={0}
        style={{ width: layout.width, height: layout.height }}
        {...band.handlers}
      >
        <canvas ref={canvas} />
        {children}
      </div>
      {tooltip}
    </div>
  );
}
