import type { Comparison } from '../../../shared/models/comparison.ts';
import type { ComparedDisk } from './compare-disks.ts';

/** What is known of a repository for an estimate. */
export interface EstimatedTarget {
  readonly registry: string;
  readonly repository: string;
  /** Layers that the repository is known to have. */
  readonly present: ReadonlySet<string>;
  /** Layers that other repositories of the registry are known to have. */
  readonly elsewhere: ReadonlySet<string>;
}

/** The digests of an image's layers that are known. */
export function layerDigests({ chunks, nvram }: ComparedDisk): string[] {
  return [...new Set([...chunks.flatMap(({ digest }) => digest ?? []), ...(nvram === null ? [] : [nvram.digest])])];
}

/** What sending an image to a repository would do, by what is known of both. Each layer counts once. */
export function pushEstimate(disk: ComparedDisk, target: EstimatedTarget): NonNullable<Comparison['pushing']> {
  const sums = { sends: 0, mounts: 0, present: 0 };
  let estimated = false;
  let unknown = 0;
  const seen = new Set<string>();
  const count = (digest: string | null, size: number): void => {
    if (digest !== null && target.present.has(digest)) sums.present += size;
    else if (digest !== null && target.elsewhere.has(digest)) sums.mounts += size;
    else sums.sends += size;
  };
  for (const { rawDigest, rawSize, digest, size, estimatedSize, zero } of disk.chunks) {
    const name = digest ?? (zero ? `zeros of ${String(rawSize)}` : rawDigest);
    if (name === null) {
      unknown += 1;
      continue;
    }
    if (seen.has(name)) continue;
    seen.add(name);
    estimated ||= size === null;
    count(digest, size ?? estimatedSize ?? 0);
  }
  if (disk.nvram !== null && !seen.has(disk.nvram.digest)) count(disk.nvram.digest, disk.nvram.size);
  const { registry, repository } = target;
  return { registry, repository, ...sums, estimated, unknown };
}
