import { type ReactElement, type RefObject, useEffect, useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { offsetFigure, offsetUnit } from '../../../shared/format/disk-offset.ts';
import { type CompareLayout, layOutComparison, sideBox } from '../../../shared/layout/compare-layout.ts';
import { cellBox, groupOffsets, rowOffsets } from '../../../shared/layout/weave-layout.ts';
import type { ComparedChunk, Comparison } from '../../../shared/models/comparison.ts';
import { isCommon, type PlaceKind } from '../../../shared/models/differences.ts';
import { useElementSize } from '../../ui/use-element-size.ts';
import { useDeviceScale } from '../weave/use-device-scale.ts';
import { useBand, WeaveBand } from '../weave/weave-band.tsx';
import { onPaletteChange, readPalette } from '../weave/weave-palette.ts';
import { findInBand, stepInBand } from '../weave/weave-steps.ts';
import { makeWeaveTools } from '../weave/weave-tools.ts';
import { CellTooltip } from '../weave/weave-tooltip.tsx';
import { paintComparison } from './compare-paint.ts';
import { sideTitle, sideWords } from './compare-words.ts';

/** See {@link CompareWeave}. */
export interface CompareWeaveProps {
  readonly comparison: Comparison;
  /** Fades all cells but those of this kind. */
  readonly highlighted: PlaceKind | null;
  /** The place of the marked row of the table. */
  readonly marked: number | null;
  readonly onMark: (place: number | null) => void;
  /** Enter or a click: go to the row of the table. */
  readonly onOpen: (place: number) => void;
  /** The key `t`. */
  readonly onToggleTable: () => void;
}

/** Keeps the canvas's picture in step with what is compared, and with the colours of the window. */
function useCanvas(
  layout: CompareLayout,
  chunks: readonly ComparedChunk[],
  highlighted: PlaceKind | null,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null) return;
    const { width, height, scale } = layout.pairs;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    element.style.width = `${String(width)}px`;
    element.style.height = `${String(height)}px`;
    const paint = (): void => {
      context.setTransform(scale, 0, 0, scale, 0, 0);
      const tools = makeWeaveTools(context, readPalette(element), scale);
      paintComparison(context, { layout, tools, chunks, highlighted });
    };
    paint();
    return onPaletteChange(element, paint);
  }, [layout, chunks, highlighted]);
  return canvas;
}

/** Two images as bands, A above B, wrapped together: one tab stop, arrows move inside, `n` and `N` go to differences. */
export function CompareWeave(props: CompareWeaveProps): ReactElement {
  const { comparison, highlighted, marked, onMark, onOpen, onToggleTable } = props;
  const { chunks, chunkSize } = comparison;
  const { t, i18n } = useTranslation('compare');
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const width = useElementSize(place)?.width ?? 0;
  const scale = useDeviceScale();
  const layout = useMemo(() => layOutComparison({ count: chunks.length, width, scale }), [chunks.length, width, scale]);
  const { pairs } = layout;
  const canvas = useCanvas(layout, chunks, highlighted);
  const band = useBand({
    count: chunks.length,
    layout: pairs,
    step: (from, key) => {
      const step = key.key === 'n' ? 1 : key.key === 'N' ? -1 : null;
      return step === null
        ? stepInBand(chunks.length, pairs.columns, from, key)
        : findInBand(chunks, from, step, (chunk) => !isCommon(chunk));
    },
    onMark,
    onOpen,
    onToggleTable,
  });
  const { active, hovered, told } = band;
  const framed = told ?? marked;
  const toldChunk = told === null ? undefined : chunks[told];

  return (
    <WeaveBand
      id={id}
      label={t('weaveOf', {
        a: sideTitle(t, comparison.a, i18n.language),
        b: sideTitle(t, comparison.b, i18n.language),
      })}
      count={chunks.length}
      layout={pairs}
      band={band}
      place={place}
      canvas={canvas}
      tooltip={
        told !== null &&
        toldChunk !== undefined && (
          <CellTooltip band={place} box={cellBox(pairs, told)} chunk={told} byKeyboard={hovered === null}>
            <PairTooltip chunk={toldChunk} place={told} chunkSize={chunkSize} />
          </CellTooltip>
        )
      }
    >
      <PairRow id={id} comparison={comparison} columns={pairs.columns} active={active} />
      <Offsets layout={layout} chunkSize={chunkSize} />
      {framed !== null && <PairFrame layout={layout} place={framed} />}
    </WeaveBand>
  );
}

function rangeWords(chunk: ComparedChunk, chunkSize: number): string {
  const unit = offsetUnit(chunkSize);
  const length = Math.max(chunk.a?.rawSize ?? 0, chunk.b?.rawSize ?? 0);
  const figures = [chunk.offset, chunk.offset + length].map((bytes) => (bytes / unit.bytes).toFixed(1));
  return `${figures.join('–')} ${unit.name}`;
}

function PairTooltip(props: { readonly chunk: ComparedChunk; readonly place: number; readonly chunkSize: number }) {
  const { chunk, place, chunkSize } = props;
  const { t } = useTranslation('compare');
  return (
    <>
      <div>
        <b>{t('chunk', { place })}</b> <span>{t('ofDisk', { range: rangeWords(chunk, chunkSize) })}</span>
      </div>
      {(['a', 'b'] as const).map((side) => (
        <div key={side}>
          {side.toUpperCase()} <b className="compare-code">{sideWords(t, chunk[side])}</b>
        </div>
      ))}
    </>
  );
}

/** The row of the grid that holds the current place, for screen readers. */
function PairRow(props: {
  readonly id: string;
  readonly comparison: Comparison;
  readonly columns: number;
  readonly active: number;
}): ReactElement {
  const { id, comparison, columns, active } = props;
  const { t } = useTranslation('compare');
  const row = Math.floor(active / columns);
  const first = row * columns;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows stand for a drawn band, which is no table
    <div className="visually-hidden" role="row" tabIndex={-1} aria-rowindex={row + 1}>
      {comparison.chunks.slice(first, first + columns).map((chunk, column) => {
        const place = first + column;
        const range = rangeWords(chunk, comparison.chunkSize);
        const sides = isCommon(chunk)
          ? t('sameInBoth', { words: sideWords(t, chunk.a) })
          : t('sides', { a: sideWords(t, chunk.a), b: sideWords(t, chunk.b) });
        return (
          // biome-ignore lint/a11y/useSemanticElements: the cells stand for drawn ones
          <div
            key={place}
            id={`${id}-${String(place)}`}
            role="gridcell"
            tabIndex={-1}
            aria-colindex={column + 1}
            aria-selected={place === active}
            aria-label={`${t('chunk', { place })}, ${t('ofDisk', { range })}. ${sides}`}
          />
        );
      })}
    </div>
  );
}

function Offsets({ layout, chunkSize }: { readonly layout: CompareLayout; readonly chunkSize: number }): ReactElement {
  const { t } = useTranslation('weave');
  const { pairs, cellHeight } = layout;
  const unit = t(`unit.${offsetUnit(chunkSize).name}`);
  const line = (height: number): string => `${String(height)}px`;
  return (
    <div className="weave-offsets compare-offsets" aria-hidden="true">
      {groupOffsets(pairs, chunkSize).map(({ x, offset }) => (
        <span key={`group-${String(offset)}`} style={{ left: x, top: 0 }}>
          {offset === 0 ? `0 ${unit}` : offsetFigure(offset, chunkSize)}
        </span>
      ))}
      {rowOffsets(pairs, chunkSize).map(({ y, offset }, row) => (
        <span key={`row-${String(offset)}`}>
          <span style={{ left: 0, top: y, lineHeight: line(pairs.cell.height) }}>
            {offsetFigure(offset, chunkSize)}
          </span>
          {(['a', 'b'] as const).map((side) => {
            const { y: top } = sideBox(layout, row * pairs.columns, side);
            return (
              <b key={side} style={{ left: pairs.left - 4, top, lineHeight: line(cellHeight) }}>
                {side.toUpperCase()}
              </b>
            );
          })}
        </span>
      ))}
    </div>
  );
}

function PairFrame({ layout, place }: { readonly layout: CompareLayout; readonly place: number }): ReactElement {
  const { x, y, width, height } = cellBox(layout.pairs, place);
  return <div className="weave-frame" style={{ left: x - 2, top: y - 4, width: width + 4, height: height + 8 }} />;
}
