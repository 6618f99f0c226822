import type { ImageChild } from '../../../shared/models/image.ts';
import type { ImageIndex } from '../oci/parse-manifest.ts';
import { eachManifest, type ManifestSource } from './known-manifests.ts';
import { type ManifestSummary, manifestSummary } from './manifest-summary.ts';

/** Children of an index whose manifests are read when it is looked at. */
export const MOST_CHILDREN_READ = 100;
/** BuildKit's mark of a child that only says things about another one. */
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';

/** The children of an index, and the packed bytes of all of them together; null where one is not known. */
export interface IndexContent {
  readonly children: ImageChild[];
  readonly packedSize: number | null;
}

function sumOf(blobs: ReadonlyMap<string, number>): number {
  return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

/** Reads what an index names: its children in their order, with kind and packed size. Indexes within it are named, not opened. */
export async function indexContent(
  source: ManifestSource,
  index: ImageIndex,
  signal: AbortSignal,
): Promise<IndexContent> {
  const summaries = new Map<string, ManifestSummary>();
  const digests = [...new Set(index.manifests.map(({ digest }) => digest))];
  await eachManifest(source, digests, signal, (found) => summaries.set(found.digest, manifestSummary(found)));
  const all = new Map<string, number>();
  for (const { blobs } of summaries.values()) for (const [digest, size] of blobs) all.set(digest, size);
  const known = digests.every((digest) => {
    const summary = summaries.get(digest);
    return summary !== undefined && summary.children.length === 0;
  });
  const children = index.manifests.map(({ digest, mediaType, size, platform, annotations = {} }): ImageChild => {
    const summary = summaries.get(digest);
    const { os, architecture, variant } = platform ?? {};
    return {
      digest,
      mediaType,
      size,
      platform:
        platform === undefined ? null : [os, architecture, variant].filter((part) => part !== undefined).join('/'),
      kind: summary?.kind ?? null,
      packedSize: summary === undefined || summary.children.length > 0 ? null : sumOf(summary.blobs),
      attests: annotations[REFERENCE_TYPE] === 'attestation-manifest' ? (annotations[REFERENCE_DIGEST] ?? '') : null,
    };
  });
  return { children, packedSize: known ? sumOf(all) : null };
}
