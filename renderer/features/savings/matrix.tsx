import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SharedPair } from '../../../shared/layout/shared-pairs.ts';
import { lastName, tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { SharingImage } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { remPx } from '../../ui/text-width.ts';
import { CHART_FILL } from './chart-patterns.tsx';
import { MATRIX_CELL } from './matrix-room.ts';
import { longName, pairWords, shortName } from './pair-words.ts';

/** The picture of the pairs: one tab stop, arrows walk, Home and End go along the row, Enter or Space chooses. */
export function Matrix(props: {
  readonly images: readonly SharingImage[];
  readonly pairs: readonly SharedPair[];
  readonly words: (bytes: number) => string;
  /** Room for the names of the images. rem */
  readonly names: number;
  readonly chosen: SharedPair | null;
  readonly onChoose: (pair: SharedPair) => void;
}): ReactElement {
  const { images, pairs, words, names, chosen, onChoose } = props;
  const named = { width: `${String(names)}rem`, maxWidth: `${String(names)}rem` };
  const { t } = useTranslation('savings');
  const grid = useRef<HTMLTableElement>(null);
  const [stop, setStop] = useState<readonly [number, number]>([1, 0]);
  const byKeys = useMemo(() => {
    const both = new Map<string, SharedPair>();
    for (const pair of pairs) {
      both.set(`${imageKey(pair.a)}\n${imageKey(pair.b)}`, pair);
      both.set(`${imageKey(pair.b)}\n${imageKey(pair.a)}`, pair);
    }
    return both;
  }, [pairs]);
  const most = images.length - 1;
  const [row, column] = [Math.min(stop[0], most), Math.min(stop[1], most)];

  function press(event: KeyboardEvent): void {
    const to = stepFrom(event.key, row, column, most);
    if (to === null) return;
    event.preventDefault();
    const [down, along] = to;
    setStop(to);
    grid.current?.querySelector<HTMLElement>(`[data-at="${String(down)} ${String(along)}"]`)?.focus();
  }

  return (
    <table
      ref={grid}
      className="matrix"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: pairs are chosen, so it is a grid
      role="grid"
      aria-label={t('whichShare')}
      onKeyDown={press}
    >
      <thead className="for-readers">
        <tr>
          <td />
          {images.map((image) => (
            <th key={imageKey(image)} scope="col">
              {shortName(image)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {images.map((image, down) => (
          <tr key={imageKey(image)}>
            <th scope="row" style={named} data-tip={longName(image)}>
              <FrontCut path={lastName(image.repository)} end={tagWords(image)} />
            </th>
            {images.map((other, along) => (
              <MatrixCell
                key={imageKey(other)}
                at={[down, along]}
                image={image}
                other={other}
                pair={byKeys.get(`${imageKey(image)}\n${imageKey(other)}`) ?? null}
                chosen={chosen}
                words={words}
                stop={down === row && along === column}
                onFocus={() => setStop([down, along])}
                onChoose={onChoose}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where a key leads in a square of `most + 1` rows and columns; null = it is for somebody else. */
function stepFrom(key: string, row: number, column: number, most: number): readonly [number, number] | null {
  switch (key) {
    case 'ArrowUp':
      return [Math.max(0, row - 1), column];
    case 'ArrowDown':
      return [Math.min(most, row + 1), column];
    case 'ArrowLeft':
      return [row, Math.max(0, column - 1)];
    case 'ArrowRight':
      return [row, Math.min(most, column + 1)];
    case 'Home':
      return [row, 0];
    case 'End':
      return [row, most];
    default:
      return null;
  }
}

/** An image and another: below the diagonal a square, above it a figure, on it the size of the image. */
function MatrixCell(props: {
  /** Row and column. */
  readonly at: readonly [number, number];
  readonly image: SharingImage;
  readonly other: SharingImage;
  /** What they share; null = nothing. */
  readonly pair: SharedPair | null;
  readonly chosen: SharedPair | null;
  readonly words: (bytes: number) => string;
  /** The tab stop of the matrix. */
  readonly stop: boolean;
  readonly onFocus: () => void;
  readonly onChoose: (pair: SharedPair) => void;
}): ReactElement {
  const { at, image, other, pair, chosen, words, stop, onFocus, onChoose } = props;
  const { t } = useTranslation('savings');
  const [down, along] = at;
  const tip =
    down === along
      ? `${longName(image)}\n${formatBytes(image.packed)}`
      : `${shortName(image)} – ${shortName(other)}\n${pairWords(t, pair)}`;
  return (
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of the grid, which can be chosen
      role="gridcell"
      className={down === along ? 'matrix-own' : down > along ? 'matrix-area' : undefined}
      data-at={`${String(down)} ${String(along)}`}
      data-tip={tip}
      tabIndex={stop ? 0 : -1}
      aria-label={tip.replace('\n', ', ')}
      aria-selected={pair !== null && pair === chosen}
      onFocus={onFocus}
      onClick={() => {
        if (pair !== null) onChoose(pair);
      }}
      onKeyDown={({ key }) => {
        if ((key === 'Enter' || key === ' ') && pair !== null) onChoose(pair);
      }}
    >
      {down === along && <b>{words(image.packed)}</b>}
      {down < along && pair !== null && words(pair.bytes)}
      {down > along && pair !== null && <AreaSquare part={pair.part} />}
    </td>
  );
}

/** Its area is the part of the smaller image that both use. */
function AreaSquare({ part }: { readonly part: number }): ReactElement {
  const side = Math.max(2, Math.round(Math.sqrt(Math.min(1, part)) * (MATRIX_CELL * remPx() - 6)));
  return (
    <svg width={side} height={side} aria-hidden="true">
      <rect className="chart-part" fill={CHART_FILL.present} width={side} height={side} />
    </svg>
  );
}
