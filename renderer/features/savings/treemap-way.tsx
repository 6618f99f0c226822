import { ChevronRight } from 'lucide-react';
import { Fragment, type ReactElement } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { tagWords } from '../../../shared/layout/treemap-cells.ts';
import { findImage, type TreemapPlace, wayTo } from '../../../shared/layout/treemap-place.ts';
import type { RegistryImages } from '../../../shared/models/sharing.ts';

/** `All registries › ghcr.io › acme/sonoma › :14.4.1`; at the top it says what is stored. */
export function TreemapWay(props: {
  readonly place: TreemapPlace;
  readonly images: RegistryImages;
  readonly onPlace: (place: TreemapPlace) => void;
}): ReactElement {
  const { place, images, onPlace } = props;
  const { t } = useTranslation('savings');
  const words = (step: TreemapPlace): string => {
    switch (step.kind) {
      case 'all':
        return t('allRegistries');
      case 'registry': {
        const own = images.registries.find(({ host }) => host === step.registry)?.thisComputer === true;
        return own ? t('thisComputer') : step.registry;
      }
      case 'repository':
        return step.repository;
      case 'image':
        return tagWords(findImage(images, step) ?? { tags: [], digest: step.digest });
    }
  };
  const way = wayTo(place);
  return (
    <nav className="treemap-way" aria-label={t('way')}>
      {way.map((step, at) => (
        <Fragment key={words(step)}>
          {at > 0 && <ChevronRight size={12} strokeWidth={1.75} aria-hidden="true" />}
          {at === way.length - 1 ? (
            <span aria-current="location">{words(step)}</span>
          ) : (
            <Button className="row-link" onPress={() => onPlace(step)}>
              {words(step)}
            </Button>
          )}
        </Fragment>
      ))}
      <span className="space" />
      {place.kind === 'all' && images.stored !== null && (
        <span className="savings-head-note">
          {t('storedOnce', { stored: formatBytes(images.stored), counted: formatBytes(images.counted) })}
        </span>
      )}
      {images.unread > 0 && (
        <span className="savings-head-note" data-tip={t('unreadTip')}>
          {t('unread', { count: images.unread })}
        </span>
      )}
    </nav>
  );
}
