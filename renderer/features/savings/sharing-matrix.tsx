import { type ReactElement, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sharedPairs, shownImages } from '../../../shared/layout/shared-pairs.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageName, ImageSharing } from '../../../shared/models/sharing.ts';
import { remPx, textWidth } from '../../ui/text-width.ts';
import { useElementSize } from '../../ui/use-element-size.ts';
import { fixedUnit } from './figure-words.ts';
import { Matrix } from './matrix.tsx';
import { namesWidth, shownCount } from './matrix-room.ts';
import { PairFacts } from './pair-facts.tsx';
import { PairTable } from './pair-table.tsx';
import { shortName } from './pair-words.ts';
import { type ChartView, ViewSwitch } from './view-switch.tsx';
import './matrix.css';

/** Size of a name and what is free behind it. CSS px */
const NAME_SIZE = 12;
const NAME_GAP = 10;
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
  const images = shownImages(sharing, shownCount(rem));
  const longest = Math.max(...images.map((image) => textWidth(shortName(image), NAME_SIZE))) + NAME_GAP;
  const names = namesWidth(rem, images.length, longest / remPx());
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
            names={names}
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
