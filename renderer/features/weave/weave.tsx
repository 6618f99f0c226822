import { type ReactElement, useEffect, useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useElementSize } from '../../ui/use-element-size.ts';
import { useDeviceScale } from './use-device-scale.ts';
import { useBand, WeaveBand } from './weave-band.tsx';
import { type CellKind, cellLook, chunksOf, type WeaveLayer } from './weave-cells.ts';
import './weave.css';
import { offsetFigure, offsetUnit } from '../../../shared/format/disk-offset.ts';
import {
  type Box,
  cellBox,
  groupOffsets,
  layOutWeave,
  rowOffsets,
  type WeaveLayout,
} from '../../../shared/layout/weave-layout.ts';
import { createWeavePicture, type WeavePicture } from './weave-picture.ts';
import { WeaveRow } from './weave-row.tsx';
import { stepInWeave } from './weave-steps.ts';
import { WeaveTooltip } from './weave-tooltip.tsx';

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
  const canvas = useWeaveCanvas(layout, chunks, chunkSize, highlighted);
  const band = useBand({
    count: chunks.length,
    layout,
    step: (from, key) => stepInWeave(chunks, layout.columns, from, key),
    onMark: (chunk) => onMark?.(chunk === null ? null : (chunks[chunk]?.index ?? null)),
    onOpen: (chunk) => {
      const layer = chunks[chunk];
      if (layer !== undefined) onOpen?.(layer.index);
    },
    onToggleTable,
  });
  const { active, hovered, focused, told } = band;
  const markedChunk = marked === null ? -1 : chunks.findIndex((layer) => layer.index === marked);
  const framed = told ?? (markedChunk >= 0 ? markedChunk : null);
  const toldLayer = told === null ? undefined : chunks[told];

  return (
    <WeaveBand
      id={id}
      label={label}
      count={chunks.length}
      layout={layout}
      band={band}
      place={place}
      canvas={canvas}
      tooltip={
        told !== null &&
        toldLayer !== undefined && (
          <WeaveTooltip
            band={place}
            box={cellBox(layout, told)}
            layer={toldLayer}
            chunk={told}
            chunkSize={chunkSize}
            byKeyboard={hovered === null}
          />
        )
      }
    >
      <WeaveRow id={id} chunks={chunks} chunkSize={chunkSize} layout={layout} active={active} />
      <Offsets layout={layout} chunkSize={chunkSize} unit={t(`unit.${offsetUnit(chunkSize).name}`)} />
      {framed !== null && <CellFrame box={cellBox(layout, framed)} follow={hovered === null && focused} />}
    </WeaveBand>
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
