import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { CellSwatch } from './cell-swatch.tsx';
import { type CellKind, isLive, tallyCells, type WeaveLayer } from './weave-cells.ts';
import './weave.css';
import { kindWord } from './weave-words.ts';

/** The kinds that occur, with count and bytes. */
export interface WeaveLegendProps {
  readonly layers: readonly WeaveLayer[];
  /** `two-line`: count and bytes under the word; `one-line`: the count beside it. */
  readonly form: 'two-line' | 'one-line';
  /** The kind that the table is filtered by. */
  readonly filter?: CellKind | null;
  /** Pointer or focus is on an entry; null: on none. */
  readonly onHighlight: (kind: CellKind | null) => void;
  /** A click; null takes the filter back. */
  readonly onFilter?: ((kind: CellKind | null) => void) | undefined;
}

/** One entry for each kind that occurs: swatch, word, count, bytes. */
export function WeaveLegend(props: WeaveLegendProps): ReactElement {
  const { layers, form, filter = null, onHighlight, onFilter } = props;
  const { t } = useTranslation('weave');
  const tallies = useMemo(() => tallyCells(layers), [layers]);
  const live = layers.some(isLive);
  return (
    <ul className={`weave-legend weave-legend-${form}`} aria-label={t('legend')}>
      {tallies.map(({ kind, count, bytes, estimated }) => {
        const word = kindWord(t, kind, live);
        const size = `${estimated && bytes > 0 ? '~ ' : ''}${formatBytes(bytes)}`;
        return (
          <li key={kind}>
            <button
              type="button"
              className="weave-legend-entry"
              aria-pressed={filter === kind}
              data-tip={form === 'one-line' ? size : undefined}
              onPointerEnter={() => {
                onHighlight(kind);
              }}
              onPointerLeave={() => {
                onHighlight(null);
              }}
              onFocus={() => {
                onHighlight(kind);
              }}
              onBlur={() => {
                onHighlight(null);
              }}
              onClick={() => onFilter?.(filter === kind ? null : kind)}
            >
              <CellSwatch kind={kind} />
              <span className="weave-legend-word">{word}</span>{' '}
              <span className="weave-legend-value">
                {form === 'one-line' ? count : t('legendValue', { count, bytes: size })}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
