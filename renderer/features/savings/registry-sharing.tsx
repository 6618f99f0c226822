import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EVERYWHERE,
  findImage,
  imageKey,
  standingPlace,
  type TreemapPlace,
} from '../../../shared/layout/treemap-place.ts';
import type { ImageName, ImageSharing, RegistryImages } from '../../../shared/models/sharing.ts';
import { useClient } from '../../state/client.ts';
import { IS_MAC } from '../../ui/shortcut.ts';
import { LayerUsersPanel } from './layer-users.tsx';
import { RegistryTreemap } from './registry-treemap.tsx';
import { RemovalPanel } from './removal-panel.tsx';
import { SharingByRepository } from './sharing-by-repository.tsx';
import { SharingMatrix, type SharingMatrixProps } from './sharing-matrix.tsx';
import { useReading } from './use-reading.ts';

/** What makes other images, or other bytes, of what the registries hold. */
export const SHARING_TOPICS = ['registries.changed', 'report.changed', 'store.changed'] as const;

const NOBODY: ReadonlyMap<string, ImageName> = new Map();

/** What fills the registries: the map with what is asked of it, and the table by registry and repository. */
export function RegistrySharing({ images }: { readonly images: RegistryImages }): ReactElement {
  const { t } = useTranslation('savings');
  const client = useClient();
  const [wanted, setWanted] = useState<TreemapPlace>(EVERYWHERE);
  const [choice, setChoice] = useState(NOBODY);
  const [layer, setLayer] = useState<string | null>(null);
  const place = standingPlace(wanted, images);
  // What is gone is not removed any more.
  const chosen = new Map([...choice].filter(([, image]) => findImage(images, image) !== null));
  const image = place.kind === 'image' ? place : null;
  const layers = useReading(
    (signal) => {
      if (image === null) return Promise.resolve(null);
      const { registry, repository, digest } = image;
      return client.call('report.image', { registry, repository, digest }, { signal });
    },
    image === null ? null : imageKey(image),
    SHARING_TOPICS,
  );
  const registry = place.kind === 'all' ? null : place.registry;
  const users = useReading(
    (signal) => client.call('report.layer', { registry, digest: layer ?? '' }, { signal }),
    layer === null ? null : `${registry ?? ''} ${layer}`,
    SHARING_TOPICS,
  );
  const removal = useReading(
    (signal) => client.call('report.removal', { images: [...chosen.values()] }, { signal }),
    chosen.size === 0 ? null : [...chosen.keys()].join(' '),
    SHARING_TOPICS,
  );

  function goTo(next: TreemapPlace): void {
    setLayer(null);
    setWanted(next);
  }

  function toggle({ registry: host, repository, digest }: ImageName): void {
    const name = { registry: host, repository, digest };
    setChoice(() => {
      const next = new Map(chosen);
      if (!next.delete(imageKey(name))) next.set(imageKey(name), name);
      return next;
    });
  }

  return (
    <>
      <RegistryTreemap
        images={images}
        place={place}
        onPlace={goTo}
        layers={layers.value}
        chosen={chosen}
        onChoose={toggle}
        layer={layer}
        onLayer={setLayer}
      />
      {layer !== null && users.value?.digest === layer && (
        <LayerUsersPanel
          users={users.value}
          onImage={({ registry: host, repository, digest }) =>
            goTo({ kind: 'image', registry: host, repository, digest })
          }
          onClose={() => setLayer(null)}
        />
      )}
      {chosen.size > 0 && removal.value !== null ? (
        <RemovalPanel count={chosen.size} removal={removal.value} onClear={() => setChoice(NOBODY)} />
      ) : (
        place.kind !== 'image' && <p className="savings-hint">{t('chooseHint', { key: IS_MAC ? '⌘' : 'Ctrl' })}</p>
      )}
      <SharingByRepository images={images} onPlace={goTo} />
    </>
  );
}

/** The matrix of the largest images; nothing where there are no two. */
export function WhichShare(props: {
  readonly registry: string | null;
  readonly onCompare: SharingMatrixProps['onCompare'];
}): ReactElement | null {
  const { registry, onCompare } = props;
  const client = useClient();
  const sharing = useReading<ImageSharing>(
    (signal) => client.call('report.sharing', { images: null, registry }, { signal }),
    registry ?? '',
    SHARING_TOPICS,
  );
  if (sharing.value === null || sharing.value.images.length < 2) return null;
  return <SharingMatrix sharing={sharing.value} onCompare={onCompare} />;
}
