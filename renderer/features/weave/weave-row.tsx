import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { WeaveLayout } from '../../../shared/layout/weave-layout.ts';
import type { WeaveLayer } from './weave-cells.ts';
import { chunkSentence, describeChunk } from './weave-words.ts';

interface WeaveRowProps {
  readonly id: string;
  readonly chunks: readonly WeaveLayer[];
  readonly chunkSize: number;
  readonly layout: WeaveLayout;
  readonly active: number;
}

/**
 * The row of the grid that holds the current cell, for screen readers. Only this one is in the document: 4000 named
 * cells that change ten times a second would cost more than the picture.
 */
export function WeaveRow({ id, chunks, chunkSize, layout, active }: WeaveRowProps): ReactElement {
  const row = Math.floor(active / layout.columns);
  const first = row * layout.columns;
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows stand for a drawn band, which is no table
    <div className="visually-hidden" role="row" tabIndex={-1} aria-rowindex={row + 1}>
      {chunks.slice(first, first + layout.columns).map((layer, column) => (
        <WeaveCell
          key={layer.index}
          id={`${id}-${String(first + column)}`}
          layer={layer}
          chunk={first + column}
          column={column}
          chunkSize={chunkSize}
          selected={first + column === active}
        />
      ))}
    </div>
  );
}

interface WeaveCellProps {
  readonly id: string;
  readonly layer: WeaveLayer;
  readonly chunk: number;
  readonly column: number;
  readonly chunkSize: number;
  readonly selected: boolean;
}

const WeaveCell = memo(function WeaveCell(props: WeaveCellProps): ReactElement {
  const { id, layer, chunk, column, chunkSize, selected } = props;
  const { t, i18n } = useTranslation('weave');
  return (
    // biome-ignore lint/a11y/useSemanticElements: the cells stand for drawn ones
    <div
      id={id}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={column + 1}
      aria-selected={selected}
      aria-label={chunkSentence(describeChunk(t, layer, chunk, { chunkSize, language: i18n.language }))}
    />
  );
});
