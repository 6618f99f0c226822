import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import type { SharedPair } from '../../../shared/layout/shared-pairs.ts';
import { lastName, tagWords } from '../../../shared/layout/treemap-cells.ts';
import type { SharingImage } from '../../../shared/models/sharing.ts';

/** `sonoma:14.4.1` */
export function shortName(image: SharingImage): string {
  return `${lastName(image.repository)}${tagWords(image)}`;
}

/** The whole name, for tooltips and screen readers. */
export function longName(image: Pick<SharingImage, 'registry' | 'repository' | 'tags' | 'digest'>): string {
  const [tag] = image.tags;
  return `${image.registry}/${image.repository}${tag === undefined ? `@${image.digest}` : `:${tag}`}`;
}

/** What two images share; null = nothing. */
export function pairWords(t: TFunction<'savings'>, pair: SharedPair | null): string {
  return pair === null ? t('shareNothing') : t('share', { count: pair.layers, bytes: formatBytes(pair.bytes) });
}
