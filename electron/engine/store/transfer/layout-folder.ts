import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { isDigest } from '../../../../shared/models/reference.ts';
import { sha256 } from '../../oci/digest.ts';
import { type LayoutEntry, parseIndex } from '../layout-index.ts';
import { layoutVersion } from '../layout-marker.ts';
import { MANIFEST_LIMIT, type ManifestFacts, manifestFacts } from '../manifest-facts.ts';
import { hexOf } from '../store-layout.ts';

/** An OCI image layout that some tool made. */
export interface LayoutFolder {
  readonly entries: readonly LayoutEntry[];
  pathOf(digest: string): string;
  /** A manifest of it; null where it is missing, damaged, or no manifest. */
  facts(digest: string): Promise<ManifestFacts | null>;
}

/** Opens a folder as an OCI image layout. @throws AppError `store.archiveInvalid`, `store.damaged` */
export async function openLayoutFolder(folder: string): Promise<LayoutFolder> {
  if ((await layoutVersion(join(folder, 'oci-layout'))) === null)
    throw new AppError('store.archiveInvalid', { path: folder, reason: 'notLayout' });
  const index = join(folder, 'index.json');
  const text = await readFile(index, 'utf8').catch((cause: unknown) => {
    throw new AppError('store.archiveInvalid', { path: folder, reason: 'noIndex' }, { cause });
  });
  const pathOf = (digest: string): string => join(folder, 'blobs', 'sha256', hexOf(digest));
  return {
    entries: parseIndex(text, index).manifests,
    pathOf,
    async facts(digest) {
      if (!isDigest(digest)) return null;
      try {
        const path = pathOf(digest);
        if ((await stat(path)).size > MANIFEST_LIMIT) return null;
        const bytes = await readFile(path);
        return sha256(bytes) === digest ? manifestFacts(bytes, digest, null) : null;
      } catch {
        return null;
      }
    },
  };
}
