import type { TFunction } from 'i18next';
import { cellDigest, cellSize } from '../../../shared/format/compared.ts';
import { shownName } from '../../../shared/format/shown-name.ts';
import type { AlsoIn, ComparedCell, ComparedSide } from '../../../shared/models/comparison.ts';
import type { CompareRow } from '../../../shared/models/differences.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import { momentWords } from '../../ui/moment.ts';

type Words = TFunction<'compare'>;

/** A VM's name, `host/repository`, or `base, snapshot of 20 Nov, 14:41`. */
export function sideTitle(
  t: Words,
  { title, madeMs }: Pick<ComparedSide, 'title' | 'madeMs'>,
  language: string,
): string {
  return madeMs === null ? shownName(title) : snapshotTitle(t, { vmName: title, madeMs }, language);
}

/** `base, snapshot of 20 Nov, 14:41` */
export function snapshotTitle(
  t: Words,
  { vmName, madeMs }: Pick<Snapshot, 'vmName' | 'madeMs'>,
  language: string,
): string {
  return t('snapshotOfVm', { name: shownName(vmName), time: momentWords(madeMs, language) });
}

/** `Moved to 113`, `Only in A`, … */
export function rowWord(t: Words, { kind, at, chunk }: CompareRow): string {
  if (kind !== 'moved' || at === null) return t(`row.${kind}`);
  return chunk.a?.state === 'moved' ? t('movedTo', { place: at }) : t('movedFrom', { place: at });
}

/** How many other images need a chunk. */
export function alsoInWords(t: Words, alsoIn: AlsoIn | null): string {
  if (alsoIn === null) return '';
  return alsoIn.count === 0 ? t('nowhereElse') : t('images', { count: alsoIn.count });
}

/** What one side has at a place: `5f862…5af40 220 MB`, or in a word why there is no digest. */
export function sideWords(t: Words, cell: ComparedCell | null): string {
  if (cell === null) return t('ended');
  if (cell.state === 'zero') return t('zeros');
  const digest = cellDigest(cell);
  return digest === '' ? t('notRead') : `${digest} ${cellSize(cell)}`;
}
