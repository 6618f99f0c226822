import type { AlsoIn, ComparedCell, ComparedSide, ComparedTotal } from '../models/comparison.ts';
import type { CompareRow } from '../models/differences.ts';
import { formatBytes } from './bytes.ts';
import { shortDigest } from './digest.ts';
import { offsetUnit } from './disk-offset.ts';

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

/** `host/repository:tag`, without a tag the digest in short. */
export function referenceOf({ registry, repository, digest, tags }: AlsoIn['images'][number]): string {
  const [tag] = tags;
  return `${registry}/${repository}${tag === undefined ? `@${shortDigest(digest)}` : `:${tag}`}`;
}

/** `host/repository:14.4, latest` or a VM's name. */
export function sideName({ title, tags }: Pick<ComparedSide, 'title' | 'tags'>): string {
  return tags.length === 0 ? title : `${title}:${tags.join(', ')}`;
}
