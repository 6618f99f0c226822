import type { MouseEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { linesThatFit, type TreemapCell, uniqueHeight } from '../../../shared/layout/treemap-cells.ts';
import { remPx, textWidth } from '../../ui/text-width.ts';
import { CHART_FILL } from './chart-patterns.tsx';
import { longName } from './pair-words.ts';

/** Height of a line in a cell, in rem. */
const LINE = 0.875;

function useCellWords(): (cell: TreemapCell) => string {
  const { t } = useTranslation('savings');
  return ({ subject, bytes, unique }) => {
    const own =
      unique === null ? t('notCounted') : t('uniqueOf', { unique: formatBytes(unique), bytes: formatBytes(bytes) });
    switch (subject.kind) {
      case 'image':
        return `${longName(subject.image)}\n${own}`;
      case 'layer':
        return `${t('layerName', { digest: shortDigest(subject.digest) })}\n${formatBytes(bytes)}, ${
          subject.usedBy <= 1 ? t('onlyThisImage') : t('usedBy', { count: subject.usedBy })
        }`;
      case 'rest':
        return `${t('restOf', { count: subject.count })}\n${own}`;
    }
  };
}

/** A cell of the map; its name says what its tooltip does. */
export function TreemapCellShape(props: {
  readonly cell: TreemapCell;
  readonly stop: boolean;
  readonly chosen: boolean;
  readonly onFocus: () => void;
  readonly onPress: (event: MouseEvent) => void;
}): ReactElement {
  const { cell, stop, chosen, onFocus, onPress } = props;
  const words = useCellWords()(cell);
  const { x, y, width, height, subject } = cell;
  const solid = uniqueHeight(cell);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button of HTML cannot be part of a picture
    <g
      className="treemap-cell"
      role="button"
      tabIndex={stop ? 0 : -1}
      aria-label={words.replaceAll('\n', ', ')}
      aria-pressed={subject.kind === 'rest' ? undefined : chosen}
      data-tip={words}
      data-cell={cell.key}
      onFocus={onFocus}
      onClick={onPress}
    >
      <rect className="treemap-ground" fill={CHART_FILL.shared} x={x} y={y} width={width} height={height} />
      {solid > 0 && <rect className="chart-unique" x={x} y={y + height - solid} width={width} height={solid} />}
      <rect
        className="treemap-edge"
        x={x + 0.5}
        y={y + 0.5}
        width={Math.max(0, width - 1)}
        height={Math.max(0, height - 1)}
      />
      <rect
        className="treemap-mark"
        x={x + 1}
        y={y + 1}
        width={Math.max(0, width - 2)}
        height={Math.max(0, height - 2)}
      />
    </g>
  );
}

/** What is written into a cell, where it fits whole. Beside the cells, not in them: their own names say more. */
export function CellLabel({ cell }: { readonly cell: TreemapCell }): ReactElement {
  const { t } = useTranslation('savings');
  const { x, y, width, height, bytes, subject } = cell;
  const solid = uniqueHeight(cell);
  const whole = solid === height;
  const line = LINE * remPx();
  const lines =
    subject.kind === 'rest'
      ? [t('rest', { count: subject.count }), formatBytes(bytes)]
      : [...cell.lines, formatBytes(bytes)];
  const room = { width, height: whole ? height : height - solid };
  const fitting = linesThatFit(room, lines, (text) => textWidth(text, 12), line);
  const unique = t('uniqueShort', { bytes: formatBytes(cell.unique ?? 0) });
  const labelled = !whole && solid >= line + 4 && width >= 60 && textWidth(unique, 12) + 12 <= width;
  return (
    <>
      {fitting.map((words, at) => (
        <text
          key={words}
          className={whole ? 'treemap-words treemap-on-unique' : 'treemap-words'}
          data-first={at === 0 || undefined}
          x={x + 6}
          y={y + line * (at + 1)}
        >
          {words}
        </text>
      ))}
      {labelled && (
        <text className="treemap-words treemap-on-unique" x={x + 6} y={y + height - 6}>
          {unique}
        </text>
      )}
    </>
  );
}
