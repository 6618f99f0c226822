import { type KeyboardEvent, type ReactElement, useMemo, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { type SharedPair, sharedPairs, shownImages } from '../../../shared/layout/shared-pairs.ts';
import { lastName, tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageName, ImageSharing, SharingImage } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { remPx } from '../../ui/text-width.ts';
import { useElementSize } from '../weave/use-element-size.ts';
import { CHART_FILL } from './chart-patterns.tsx';
import { fixedUnit } from './figure-words.ts';
import { type SortedColumn, SortedTable } from './sorted-table.tsx';
import { type ChartView, ViewSwitch } from './view-switch.tsx';

/** In rem: a cell of the matrix, the room that its labels and the facts of a pair take at least. */
const CELL = 2;
const LABELS = 7;
const FACTS = 15;
/** More rows than so many are no picture any more; the table has them all. */
const MOST_SHOWN = 16;
const LEAST_SHOWN = 4;

/** `sonoma:14.4.1` */
function shortName(image: SharingImage): string {
  return `${lastName(image.repository)}${tagWords(image)}`;
}

/** The whole name, for tooltips and screen readers. */
export function longName(image: Pick<SharingImage, 'registry' | 'repository' | 'tags' | 'digest'>): string {
  const [tag] = image.tags;
  return `${image.registry}/${image.repository}${tag === undefined ? `@${image.digest}` : `:${tag}`}`;
}

/** See {@link SharingMatrix}. */
export interface SharingMatrixProps {
  readonly sharing: ImageSharing;
  /** Compares two images; null where there is nothing to compare them with. */
  readonly onCompare: ((a: ImageName, b: ImageName) => void) | null;
}

/** Which images share how much: squares by area below the diagonal, the same as figures above it. */
export function SharingMatrix({ sharing, onCompare }: SharingMatrixProps): ReactElement {
  const { t } = useTranslation('savings');
  const [view, setView] = useState<ChartView>('picture');
  const [chosen, setChosen] = useState<readonly [string, string] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useElementSize(box)?.width ?? 660;
  const rem = width / remPx();
  const fitting = Math.floor((rem - LABELS - (rem > 30 ? FACTS : 0)) / CELL);
  const images = shownImages(sharing, Math.max(LEAST_SHOWN, Math.min(MOST_SHOWN, fitting)));
  const pairs = useMemo(() => sharedPairs(sharing), [sharing]);
  const unit = fixedUnit(images.map(({ packed }) => packed));
  const standing = pairs.find(({ a, b }) => chosen !== null && imageKey(a) === chosen[0] && imageKey(b) === chosen[1]);
  // Until one is chosen: the pair that shares the most of what is in sight.
  const keys = new Set(images.map(imageKey));
  const pair = standing ?? pairs.find(({ a, b }) => keys.has(imageKey(a)) && keys.has(imageKey(b))) ?? null;
  return (
    <section className="savings-section" aria-label={t('whichShare')}>
      <div className="savings-head">
        <h2>{t('whichShare')}</h2>
        {view === 'picture' && <span className="savings-head-note">{t('whichShareNote', { unit: unit.unit })}</span>}
        <span className="space" />
        <ViewSwitch view={view} picture={t('matrix')} label={t('viewOf', { name: t('whichShare') })} onView={setView} />
      </div>
      <div ref={box} className="sharing-matrix">
        {view === 'picture' ? (
          <Matrix
            images={images}
            pairs={pairs}
            words={unit.words}
            chosen={pair}
            onChoose={({ a, b }) => setChosen([imageKey(a), imageKey(b)])}
          />
        ) : (
          <PairTable pairs={pairs} onChoose={({ a, b }) => setChosen([imageKey(a), imageKey(b)])} />
        )}
        {pair !== null && <PairFacts pair={pair} onCompare={onCompare} />}
      </div>
    </section>
  );
}

function Matrix(props: {
  readonly images: readonly SharingImage[];
  readonly pairs: readonly SharedPair[];
  readonly words: (bytes: number) => string;
  readonly chosen: SharedPair | null;
  readonly onChoose: (pair: SharedPair) => void;
}): ReactElement {
  const { images, pairs, words, chosen, onChoose } = props;
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
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, most],
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const at = to.map((place) => Math.max(0, Math.min(most, place)));
    const [down = 0, along = 0] = at;
    setStop([down, along]);
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
            <th scope="row" data-tip={longName(image)}>
              <FrontCut path={lastName(image.repository)} end={tagWords(image)} />
            </th>
            {images.map((other, along) => {
              const pair = byKeys.get(`${imageKey(image)}\n${imageKey(other)}`) ?? null;
              const tip =
                down === along
                  ? `${longName(image)}\n${formatBytes(image.packed)}`
                  : `${shortName(image)} – ${shortName(other)}\n${pairWords(t, pair)}`;
              return (
                <td
                  key={imageKey(other)}
                  // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of the grid, which can be chosen
                  role="gridcell"
                  className={down === along ? 'matrix-own' : down > along ? 'matrix-area' : undefined}
                  data-at={`${String(down)} ${String(along)}`}
                  data-tip={tip}
                  tabIndex={down === row && along === column ? 0 : -1}
                  aria-label={tip.replace('\n', ', ')}
                  aria-selected={pair !== null && pair === chosen}
                  onFocus={() => setStop([down, along])}
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
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function pairWords(t: ReturnType<typeof useTranslation<'savings'>>['t'], pair: SharedPair | null): string {
  return pair === null ? t('shareNothing') : t('share', { count: pair.layers, bytes: formatBytes(pair.bytes) });
}

/** Its area is the part of the smaller image that both use. */
function AreaSquare({ part }: { readonly part: number }): ReactElement {
  const side = Math.max(2, Math.round(Math.sqrt(Math.min(1, part)) * (CELL * remPx() - 6)));
  return (
    <svg width={side} height={side} aria-hidden="true">
      <rect className="chart-part" fill={CHART_FILL.present} width={side} height={side} />
    </svg>
  );
}

/** What a pair shares, and what deleting either would free. */
function PairFacts(props: {
  readonly pair: SharedPair;
  readonly onCompare: SharingMatrixProps['onCompare'];
}): ReactElement {
  const { pair, onCompare } = props;
  const { a, b } = pair;
  const { t } = useTranslation('savings');
  return (
    <div className="pair-facts" role="status">
      <p>
        <b data-tip={`${longName(a)}\n${longName(b)}`}>{t('pair', { a: shortName(a), b: shortName(b) })}</b>
        <span>{pairWords(t, pair)}</span>
      </p>
      {[a, b].map((image) => (
        <p key={imageKey(image)} data-tip={longName(image)}>
          <span>{t('deletingFrees', { name: shortName(image) })}</span>
          <b>
            {image.unique === null
              ? t('notCounted')
              : t('xOfY', { part: formatBytes(image.unique), whole: formatBytes(image.packed) })}
          </b>
        </p>
      ))}
      {onCompare !== null && (
        <Button className="link-button" onPress={() => onCompare(a, b)}>
          {t('compareTwo')}
        </Button>
      )}
    </div>
  );
}

function PairTable(props: {
  readonly pairs: readonly SharedPair[];
  readonly onChoose: (pair: SharedPair) => void;
}): ReactElement {
  const { pairs, onChoose } = props;
  const { t } = useTranslation('savings');
  const name = (id: 'a' | 'b'): SortedColumn<SharedPair> => ({
    id,
    head: t(id === 'a' ? 'column.image' : 'column.otherImage'),
    figures: false,
    value: (pair) => longName(pair[id]),
    cell: (pair) => (
      <Button className="row-link" data-tip={longName(pair[id])} onPress={() => onChoose(pair)}>
        <FrontCut path={pair[id].repository} end={tagWords(pair[id])} />
      </Button>
    ),
  });
  const columns: readonly SortedColumn<SharedPair>[] = [
    name('a'),
    name('b'),
    {
      id: 'layers',
      head: t('column.layers'),
      figures: true,
      value: (pair) => pair.layers,
      cell: (pair) => pair.layers,
    },
    {
      id: 'bytes',
      head: t('column.shared'),
      figures: true,
      value: (pair) => pair.bytes,
      cell: (pair) => formatBytes(pair.bytes),
    },
    {
      id: 'part',
      head: t('column.ofSmaller'),
      figures: true,
      value: (pair) => pair.part,
      cell: (pair) => `${String(Math.round(pair.part * 100))} %`,
    },
  ];
  return (
    <SortedTable
      label={t('whichShare')}
      rows={pairs}
      keyOf={({ a, b }) => `${imageKey(a)} ${imageKey(b)}`}
      columns={columns}
      first={{ by: 'bytes', descending: true }}
      empty={t('noPairs')}
    />
  );
}
