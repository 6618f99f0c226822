import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { shortDigest } from '../../../shared/format/digest.ts';
import type { AlsoIn, ComparedCell, ComparedTotal } from '../../../shared/models/comparison.ts';
import { offsetUnit } from '../weave/weave-words.ts';
import type { CompareRow } from './differences.ts';

type Words = TFunction<'compare'>;

/** `220 MB`, `~ 220 MB` for an estimate, empty while nothing is known. */
export function cellSize(cell: ComparedCell | null): string {
  if (cell === null) return '';
  if (cell.size !== null) return formatBytes(cell.size);
  return cell.estimatedSize === null ? '' : `~ ${formatBytes(cell.estimatedSize)}`;
}

/** `29.1 GB`, with `~` before an estimate. */
export function totalBytes({ bytes, estimated }: Pick<ComparedTotal, 'bytes' | 'estimated'>): string {
  return `${estimated && bytes > 0 ? '~ ' : ''}${formatBytes(bytes)}`;
}

/** What names a chunk: the digest of its layer, else of its raw bytes; empty while neither is known. */
export function cellDigest(cell: ComparedCell | null): string {
  const digest = cell?.digest ?? cell?.rawDigest ?? null;
  return digest === null ? '' : shortDigest(digest);
}

/** `21.0–21.5`: where a place lies on the disk. */
export function placeRange({ chunk, a, b }: CompareRow, chunkSize: number): string {
  const { bytes } = offsetUnit(chunkSize);
  const length = Math.max(chunk.a?.rawSize ?? 0, chunk.b?.rawSize ?? 0, a?.rawSize ?? 0, b?.rawSize ?? 0);
  return `${(chunk.offset / bytes).toFixed(1)}–${((chunk.offset + length) / bytes).toFixed(1)}`;
}

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

/** `host/repository:tag`, without a tag the digest in short. */
export function referenceOf({ registry, repository, digest, tags }: AlsoIn['images'][number]): string {
  const [tag] = tags;
  return `${registry}/${repository}${tag === undefined ? `@${shortDigest(digest)}` : `:${tag}`}`;
}

/** What one side has at a place: `5f862…5af40 220 MB`, or in a word why there is no digest. */
export function sideWords(t: Words, cell: ComparedCell | null): string {
  if (cell === null) return t('ended');
  if (cell.state === 'zero') return t('zeros');
  const digest = cellDigest(cell);
  return digest === '' ? t('notRead') : `${digest} ${cellSize(cell)}`;
}
