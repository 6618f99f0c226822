import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useDeviceScale } from './use-device-scale.ts';
import { useElementSize } from './use-element-size.ts';
import { type CellKind, cellLook, chunksOf, type WeaveLayer } from './weave-cells.ts';
import './weave.css';
import { type Box, cellBox, chunkAt, groupOffsets, layOutWeave, rowOffsets, type WeaveLayout } from './weave-layout.ts';
import { createWeavePicture, type WeavePicture } from './weave-picture.ts';
import { WeaveRow } from './weave-row.tsx';
import { stepInWeave } from './weave-steps.ts';
import { WeaveTooltip } from './weave-tooltip.tsx';
import { offsetFigure, offsetUnit } from './weave-words.ts';

/** The cells of an image in disk order, and what is marked among them. */
export interface WeaveProps {
  readonly layers: readonly WeaveLayer[];
  /** Raw bytes of a chunk. */
  readonly chunkSize: number;
  /** Names the picture for screen readers. */
  readonly label: string;
  /** There is little height: tight cells. */
  readonly short?: boolean;
  /** Fades all cells but those of this kind. */
  readonly highlighted?: CellKind | null;
  /** `layer.index` of the marked row of the table. */
  readonly marked?: number | null;
  /** The pointer or the keyboard is on a cell; null: on none. */
  readonly onMark?: ((index: number | null) => void) | undefined;
  /** Enter or a click on a cell: go to the row of the table. */
  readonly onOpen?: ((index: number) => void) | undefined;
  /** The key `t`. */
  readonly onToggleTable?: (() => void) | undefined;
}

/** An image as a band of cells, one a chunk in disk order; one tab stop, arrows move inside. */
export function Weave(props: WeaveProps): ReactElement {
  const { layers, chunkSize, label, short = false, highlighted = null, marked = null } = props;
  const { onMark, onOpen, onToggleTable } = props;
  const { t } = useTranslation('weave');
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const size = useElementSize(place);
  const scale = useDeviceScale();
  const chunks = useMemo(() => chunksOf(layers), [layers]);
  const width = size?.width ?? 0;
  const layout = useMemo(
    () => layOutWeave({ count: chunks.length, width, scale, short }),
    [chunks.length, width, scale, short],
  );
  const [current, setCurrent] = useState(0);
  const [focused, setFocused] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const canvas = useWeaveCanvas(layout, chunks, chunkSize, highlighted);

  const active = Math.min(current, Math.max(0, chunks.length - 1));
  const markedChunk = marked === null ? -1 : chunks.findIndex((layer) => layer.index === marked);
  const framed = hovered ?? (focused ? active : markedChunk >= 0 ? markedChunk : null);
  const told = hovered ?? (focused ? active : null);
  const toldLayer = told === null ? undefined : chunks[told];

  function mark(chunk: number | null): void {
    onMark?.(chunk === null ? null : (chunks[chunk]?.index ?? null));
  }

  function hover(event: PointerEvent<HTMLDivElement>): void {
    const bounds = event.currentTarget.getBoundingClientRect();
    const chunk = chunkAt(layout, event.clientX - bounds.left, event.clientY - bounds.top);
    if (chunk === hovered) return;
    setHovered(chunk);
    mark(chunk);
  }

  function press(event: KeyboardEvent<HTMLDivElement>): void {
    if (event.altKey) return;
    const layer = chunks[active];
    const next = stepInWeave(chunks, layout.columns, active, {
      key: event.key,
      command: event.metaKey || event.ctrlKey,
    });
    if (next !== null) {
      setCurrent(next);
      mark(next);
    } else if (event.key === 'Enter' && layer !== undefined && !event.metaKey && !event.ctrlKey) onOpen?.(layer.index);
    else if (event.key === 't' && onToggleTable !== undefined) onToggleTable();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function leave(): void {
    setHovered(null);
    mark(focused ? active : null);
  }

  return (
    <div className="weave" ref={place} style={{ height: layout.height }}>
      {/* biome-ignore lint/a11y/useSemanticElements: cells are drawn; the row inside stands for them, and the grid itself takes the keys */}
      <div
        className="weave-band"
        role="grid"
        aria-label={label}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        aria-activedescendant={chunks.length === 0 ? undefined : `${id}-${String(active)}`}
        tabIndex={0}
        style={{ width: layout.width, height: layout.height }}
        onKeyDown={press}
        onPointerMove={hover}
        onPointerLeave={leave}
        onClick={() => {
          if (hovered === null) return;
          setCurrent(hovered);
          const layer = chunks[hovered];
          if (layer !== undefined) onOpen?.(layer.index);
        }}
        onFocus={(event) => {
          if (!event.currentTarget.matches(':focus-visible')) return;
          setFocused(true);
          mark(active);
        }}
        onBlur={() => {
          setFocused(false);
          mark(null);
        }}
      >
        <canvas ref={canvas} />
        <WeaveRow id={id} chunks={chunks} chunkSize={chunkSize} layout={layout} active={active} />
        <Offsets layout={layout} chunkSize={chunkSize} unit={t(`unit.${offsetUnit(chunkSize).name}`)} />
        {framed !== null && <CellFrame box={cellBox(layout, framed)} follow={hovered === null && focused} />}
      </div>
      {told !== null && toldLayer !== undefined && (
        <WeaveTooltip
          band={place}
          box={cellBox(layout, told)}
          layer={toldLayer}
          chunk={told}
          chunkSize={chunkSize}
          byKeyboard={hovered === null}
        />
      )}
    </div>
  );
}

/** Keeps the canvas's picture in step with the layers. */
function useWeaveCanvas(
  layout: WeaveLayout,
  chunks: readonly WeaveLayer[],
  chunkSize: number,
  highlighted: CellKind | null,
): React.RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<WeavePicture | null>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const made = createWeavePicture(canvas.current);
    picture.current = made;
    return () => {
      made.close();
      picture.current = null;
    };
  }, []);
  useEffect(() => {
    picture.current?.show(
      layout,
      chunks.map((layer) => cellLook(layer, chunkSize)),
    );
  }, [layout, chunks, chunkSize]);
  useEffect(() => picture.current?.highlight(highlighted), [highlighted]);
  return canvas;
}

function Offsets(props: { layout: WeaveLayout; chunkSize: number; unit: string }): ReactElement {
  const { layout, chunkSize, unit } = props;
  return (
    <div className="weave-offsets" aria-hidden="true">
      {groupOffsets(layout, chunkSize).map(({ x, offset }) => (
        <span key={`group-${String(offset)}`} style={{ left: x, top: 0 }}>
          {offset === 0 ? `0 ${unit}` : offsetFigure(offset, chunkSize)}
        </span>
      ))}
      {rowOffsets(layout, chunkSize).map(({ y, offset }) => (
        <span
          key={`row-${String(offset)}`}
          className="weave-row-offset"
          style={{ top: y, width: layout.left - 6, lineHeight: `${String(layout.cell.height)}px` }}
        >
          {offsetFigure(offset, chunkSize)}
        </span>
      ))}
    </div>
  );
}

/** The frame of the current cell; with the keyboard a large band scrolls along with it. */
function CellFrame({ box, follow }: { readonly box: Box; readonly follow: boolean }): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (follow) frame.current?.scrollIntoView({ block: 'nearest' });
  }, [follow, box.x, box.y]);
  return (
    <div
      ref={frame}
      className="weave-frame"
      style={{ left: box.x - 2, top: box.y - 2, width: box.width + 4, height: box.height + 4 }}
    />
  );
}
