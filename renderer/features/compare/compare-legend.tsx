import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { totalBytes } from '../../../shared/format/compared.ts';
import type { PlaceKind, PlaceTotal } from '../../../shared/models/differences.ts';
import { CompareSwatch } from './compare-swatch.tsx';

/** See {@link CompareLegend}. */
export interface CompareLegendProps {
  readonly totals: readonly PlaceTotal[];
  /** The kind that the picture and the table are filtered by; null = none is. */
  readonly filter: PlaceKind | null;
  /** Pointer or focus is on an entry; null: on none. */
  readonly onHighlight: (kind: PlaceKind | null) => void;
  /** A click; null takes the filter back. */
  readonly onFilter: (kind: PlaceKind | null) => void;
}

/** One entry for each kind that occurs: swatch, word, places, packed bytes of their distinct layers. A click filters by it. */
export function CompareLegend({ totals, filter, onHighlight, onFilter }: CompareLegendProps): ReactElement {
  const { t } = useTranslation('compare');
  return (
    <ul className="compare-legend" aria-label={t('legend')}>
      {totals.map(({ kind, ...total }) => (
        <li key={kind}>
          <button
            type="button"
            className="compare-legend-entry"
            aria-pressed={filter === kind}
            onPointerEnter={() => onHighlight(kind)}
            onPointerLeave={() => onHighlight(null)}
            onFocus={() => onHighlight(kind)}
            onBlur={() => onHighlight(null)}
            onClick={() => onFilter(filter === kind ? null : kind)}
          >
            <CompareSwatch kind={kind} />
            <b>{t(`kind.${kind}`)}</b>{' '}
            <span>{t('legendValue', { chunks: t('chunks', { count: total.chunks }), bytes: totalBytes(total) })}</span>{' '}
            {t(`hint.${kind}`) !== '' && <span>{t(`hint.${kind}`)}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
