import type { TFunction } from 'i18next';
import { cellDigest, cellSize, referenceOf } from '../../../shared/format/compared.ts';
import type { AlsoIn, ComparedCell } from '../../../shared/models/comparison.ts';
import type { CompareRow } from '../../../shared/models/differences.ts';

type Words = TFunction<'compare'>;

/** `Moved to 113`, `Only in A`, … */
export function rowWord(t: Words, { kind, at, chunk }: CompareRow): string {
  if (kind !== 'moved' || at === null) return t(`row.${kind}`);
  return chunk.a?.state === 'moved' ? t('movedTo', { place: at }) : t('movedFrom', { place: at });
}

/** Which other images need a chunk: the one, or how many. */
export function alsoInWords(t: Words, alsoIn: AlsoIn | null): string {
  if (alsoIn === null) return '';
  const [first] = alsoIn.images;
  if (first === undefined) return t('nowhereElse');
  return alsoIn.count > 1 ? t('images', { count: alsoIn.count }) : referenceOf(first);
}

/** What one side has at a place: `5f862…5af40 220 MB`, or in a word why there is no digest. */
export function sideWords(t: Words, cell: ComparedCell | null): string {
  if (cell === null) return t('ended');
  if (cell.state === 'zero') return t('zeros');
  const digest = cellDigest(cell);
  return digest === '' ? t('notRead') : `${digest} ${cellSize(cell)}`;
}
