import { type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TreemapPlace } from '../../../shared/layout/treemap-place.ts';
import type { ImageLayers, ImageName, RegistryImages } from '../../../shared/models/sharing.ts';
import { useElementSize } from '../../ui/use-element-size.ts';
import { SharedSwatch, UniqueSwatch } from './chart-patterns.tsx';
import { TreemapPicture } from './treemap-picture.tsx';
import { TreemapTable } from './treemap-table.tsx';
import { TreemapWay } from './treemap-way.tsx';
import { type ChartView, ViewSwitch } from './view-switch.tsx';

/** CSS px: of the picture, where there is more room, and from which width on. */
const HEIGHT = 276;
const MORE_HEIGHT = 400;
const WIDE = 900;

/** See {@link RegistryTreemap}. */
export interface RegistryTreemapProps {
  readonly images: RegistryImages;
  readonly place: TreemapPlace;
  readonly onPlace: (place: TreemapPlace) => void;
  /** Layers of the image that the place is; null while they are read. */
  readonly layers: ImageLayers | null;
  /** Images whose removal is considered, by key. */
  readonly chosen: ReadonlyMap<string, ImageName>;
  readonly onChoose: (image: ImageName) => void;
  /** A layer, to see what else uses it. */
  readonly layer: string | null;
  readonly onLayer: (digest: string) => void;
}

/**
 * What fills the registries: cells by packed size, unique bytes solid from below. A press goes one step down: registry,
 * repository, tag, layer; Ctrl, ⌘ or Space choose images; Escape goes up.
 */
export function RegistryTreemap(props: RegistryTreemapProps): ReactElement {
  const { images, place, onPlace } = props;
  const { t } = useTranslation('savings');
  const [view, setView] = useState<ChartView>('picture');
  const box = useRef<HTMLDivElement>(null);
  const width = useElementSize(box)?.width ?? 660;
  const height = width < WIDE ? HEIGHT : MORE_HEIGHT;
  return (
    <section className="savings-section" aria-label={t('whatFills')}>
      <div className="savings-head">
        <h2>{t('whatFills')}</h2>
        <ul className="savings-legend">
          <li>
            <UniqueSwatch />
            {t('unique')}
          </li>
          <li>
            <SharedSwatch />
            {t('sharedWithAnother')}
          </li>
        </ul>
        <ViewSwitch view={view} picture={t('map')} label={t('viewOf', { name: t('whatFills') })} onView={setView} />
      </div>
      <TreemapWay place={place} images={images} onPlace={onPlace} />
      <div ref={box} className="treemap" style={{ height }}>
        {view === 'picture' ? <TreemapPicture {...props} width={width} height={height} /> : <TreemapTable {...props} />}
      </div>
    </section>
  );
}
