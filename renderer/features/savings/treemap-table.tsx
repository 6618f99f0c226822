import { type ReactElement, useMemo } from 'react';
import { Button, CheckboxButton, CheckboxField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import { tagWords } from '../../../shared/layout/treemap-cells.ts';
import { imageKey } from '../../../shared/layout/treemap-place.ts';
import type { ImageLayers, SharingImage } from '../../../shared/models/sharing.ts';
import { FrontCut } from '../../ui/front-cut.tsx';
import { longName } from './pair-words.ts';
import type { RegistryTreemapProps } from './registry-treemap.tsx';
import { type SortedColumn, SortedTable } from './sorted-table.tsx';

/** The twin of the map: the images of its place, or the layers of its image. */
export function TreemapTable(props: RegistryTreemapProps): ReactElement {
  const { place, layers } = props;
  const { t } = useTranslation('savings');
  if (place.kind !== 'image') return <ImageRows {...props} />;
  if (layers === null || imageKey(layers) !== imageKey(place)) {
    return <p className="savings-nothing">{t('readingLayers')}</p>;
  }
  return <LayerRows {...props} layers={layers} />;
}

function ImageRows(props: RegistryTreemapProps): ReactElement {
  const { images, place, onPlace, chosen, onChoose } = props;
  const { t } = useTranslation('savings');
  const rows = useMemo(
    () =>
      images.registries
        .filter(({ host }) => place.kind === 'all' || host === place.registry)
        .flatMap(({ repositories }) => repositories)
        .filter(({ repository }) => !('repository' in place) || repository === place.repository)
        .flatMap((repository) => repository.images),
    [images, place],
  );
  const columns: readonly SortedColumn<SharingImage>[] = [
    {
      id: 'name',
      head: t('column.image'),
      figures: false,
      value: longName,
      cell: (image) => (
        <span className="treemap-row" data-tip={`${longName(image)}\n${image.tags.join(' ')}`}>
          <CheckboxField
            className="treemap-choice"
            aria-label={t('chooseImage', { name: longName(image) })}
            isSelected={chosen.has(imageKey(image))}
            onChange={() => onChoose(image)}
          >
            <CheckboxButton className="checkbox">
              <span className="checkbox-box" />
            </CheckboxButton>
          </CheckboxField>
          <Button
            className="row-link"
            onPress={() => {
              const { registry, repository, digest } = image;
              onPlace({ kind: 'image', registry, repository, digest });
            }}
          >
            <FrontCut path={`${image.registry}/${image.repository}`} end={tagWords(image)} />
          </Button>
        </span>
      ),
    },
    figure('packed', ({ packed }) => packed),
    figure('unique', ({ unique }) => unique),
    figure('shared', ({ packed, unique }) => (unique === null ? null : packed - unique)),
  ];
  function figure(
    id: 'packed' | 'unique' | 'shared',
    value: (image: SharingImage) => number | null,
  ): SortedColumn<SharingImage> {
    return {
      id,
      head: t(`column.${id}`),
      figures: true,
      value,
      cell: (image) => {
        const bytes = value(image);
        return bytes === null ? '' : formatBytes(bytes);
      },
    };
  }
  return (
    <SortedTable
      label={t('whatFills')}
      rows={rows}
      keyOf={imageKey}
      columns={columns}
      first={{ by: 'packed', descending: true }}
      empty={t('noImages')}
    />
  );
}

type Layer = ImageLayers['layers'][number];

function LayerRows(props: RegistryTreemapProps & { readonly layers: ImageLayers }): ReactElement {
  const { layers, onLayer } = props;
  const { t } = useTranslation('savings');
  const columns: readonly SortedColumn<Layer>[] = [
    {
      id: 'digest',
      head: t('column.digest'),
      figures: false,
      value: ({ digest }) => digest,
      cell: ({ digest }) => (
        <Button className="row-link savings-digest" data-tip={digest} onPress={() => onLayer(digest)}>
          {shortDigest(digest)}
        </Button>
      ),
    },
    {
      id: 'packed',
      head: t('column.packed'),
      figures: true,
      value: ({ size }) => size,
      cell: ({ size }) => formatBytes(size),
    },
    {
      id: 'usedBy',
      head: t('column.usedBy'),
      figures: true,
      value: ({ usedBy }) => usedBy,
      cell: ({ usedBy }) => (usedBy <= 1 ? t('onlyThisImage') : t('images', { count: usedBy })),
    },
  ];
  return (
    <SortedTable
      label={t('layersOf', { name: longName(layers) })}
      rows={layers.layers}
      keyOf={({ digest }) => digest}
      columns={columns}
      first={{ by: 'packed', descending: true }}
      empty={t('noImages')}
    />
  );
}
