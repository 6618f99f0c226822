import { Ellipsis, FileArchive, FolderOutput, Hash, PackageOpen, Tag, Tags, Trash2 } from 'lucide-react';
import { type ReactElement, type RefObject, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { StoreImage } from '../../../shared/models/store.ts';
import { useCopy } from '../../state/use-copy.ts';
import type { MenuGroups } from '../../ui/context-menu.tsx';
import { MenuButton } from '../../ui/menu-button.tsx';
import { sentenceGap } from '../../ui/sentence-gap.ts';
import { useRowWindow } from '../weave/use-row-window.ts';
import type { StoreTasks } from './use-store-tasks.ts';

/** See {@link StoreImages}. */
export interface StoreImagesProps {
  readonly images: readonly StoreImage[];
  /** Of the registry while it is on; null = off. */
  readonly address: string | null;
  readonly tasks: StoreTasks;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Selects a row of the tree. */
  readonly onSelect: (key: string) => void;
  readonly onTag: (image: StoreImage) => void;
  readonly onUntag: (image: StoreImage) => void;
}

/** Height of a table row in CSS px at 100 % text. */
const ROW_HEIGHT = 26;

/** The images of the store by name, with the commands of each. */
export function StoreImages(props: StoreImagesProps): ReactElement {
  const { images, scroller } = props;
  const { t, i18n } = useTranslation('store');
  const sorted = useMemo(
    () =>
      [...images].sort((left, right) =>
        (left.name ?? left.digest).localeCompare(right.name ?? right.digest, 'en', { numeric: true }),
      ),
    [images],
  );
  const { first, last, before, after } = useRowWindow(scroller, sorted.length, ROW_HEIGHT);
  return (
    <section>
      <h2 className="section-title">
        {t('imagesHead')} {images.length > 0 && <span>{t('images', { count: images.length })}</span>}
      </h2>
      {images.length === 0 ? (
        <p className="nothing">
          {t('noImages')}
          {sentenceGap(i18n.language)}
          {t('noImagesMore')}
        </p>
      ) : (
        <table className="table store-images" aria-label={t('imagesHead')}>
          <thead>
            <tr>
              <th>{t('column.name')}</th>
              <th className="optional">{t('column.digest')}</th>
              <th className="end">{t('column.packed')}</th>
              <th className="end optional">{t('column.disk')}</th>
              <th className="end" aria-label={t('column.state')} />
            </tr>
          </thead>
          <tbody>
            <tr className="rows-away" style={{ height: before }} />
            {sorted.slice(first, last).map((image) => (
              <ImageRow key={`${image.name ?? ''} ${image.digest}`} image={image} parts={props} />
            ))}
            <tr className="rows-away" style={{ height: after }} />
          </tbody>
        </table>
      )}
    </section>
  );
}

function ImageRow({ image, parts }: { readonly image: StoreImage; readonly parts: StoreImagesProps }): ReactElement {
  const { t } = useTranslation('store');
  const commands = useImageCommands(parts);
  const name = image.name ?? t('noName');
  const key = treeKey(image, parts.address);
  return (
    <tr>
      <td>
        <span className="store-image-name">
          {key === null ? (
            <span data-tip={name}>{name}</span>
          ) : (
            <Button className="row-link" data-tip={name} onPress={() => parts.onSelect(key)}>
              {name}
            </Button>
          )}
          {!image.complete && (
            <span className="badge" data-kind="fail" data-tip={t('incompleteTip')}>
              {t('incomplete')}
            </span>
          )}
        </span>
      </td>
      <td className="optional">
        <code className="digest" data-tip={image.digest}>
          {shortDigest(image.digest)}
        </code>
      </td>
      <td className="end">{formatBytes(image.size)}</td>
      <td className="end optional quiet-cell">{image.diskSize === null ? '' : formatBytes(image.diskSize)}</td>
      <td className="end store-image-end">
        <MenuButton
          className="icon-button store-image-more"
          label={t('commandsOf', { name })}
          groups={commands(image)}
          edge="end"
          bare
        >
          <Ellipsis size={14} strokeWidth={1.75} aria-hidden="true" />
        </MenuButton>
      </td>
    </tr>
  );
}

/** The row of the tree that shows an image; null where none does. */
function treeKey({ repository, tag, digest }: StoreImage, address: string | null): string | null {
  return address === null || repository === null || tag === null ? null : `${address}/${repository}@${digest}`;
}

function useImageCommands(parts: StoreImagesProps): (image: StoreImage) => MenuGroups {
  const { address, tasks, onSelect, onTag, onUntag } = parts;
  const { t } = useTranslation('store');
  const copy = useCopy();
  return (image) => {
    const { name, repository, tag, digest, complete } = image;
    const named = repository === null || tag === null ? null : `${repository}:${tag}`;
    const key = treeKey(image, address);
    const exported = [name ?? digest];
    return [
      key === null ? [] : [{ id: 'show', label: t('show'), icon: PackageOpen, act: () => onSelect(key) }],
      named === null
        ? []
        : [
            { id: 'tag', label: t('addTag'), icon: Tags, act: () => onTag(image) },
            { id: 'untag', label: t('untag'), icon: Trash2, act: () => onUntag(image) },
          ],
      tasks.task !== null || !complete
        ? []
        : [
            {
              id: 'exportFolder',
              label: t('exportFolder'),
              icon: FolderOutput,
              act: () => tasks.exportTo('folder', exported),
            },
            {
              id: 'exportArchive',
              label: t('exportArchive'),
              icon: FileArchive,
              act: () => tasks.exportTo('archive', exported),
            },
          ],
      [
        ...(named === null
          ? []
          : [
              address === null
                ? { id: 'copyName', label: t('copyName'), icon: Tag, act: () => copy(named) }
                : { id: 'copy', label: t('copyReference'), icon: Tag, act: () => copy(`${address}/${named}`) },
            ]),
        { id: 'copyDigest', label: t('copyDigest'), icon: Hash, act: () => copy(digest) },
      ],
    ];
  };
}
