import { AppError } from '../../../shared/errors/app-error.ts';
import type { CopyRequest } from '../../../shared/models/copy.ts';
import { isLayoutPlace } from '../../../shared/models/image-location.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { sha256 } from '../oci/digest.ts';
import { claimedPairs } from '../plan/learn-target-manifests.ts';
import { limited } from '../plan/limited.ts';
import { accountName, type RemoteManifest } from '../registry/distribution-client.ts';
import type { CopyImage } from './copy-draft.ts';
import { type CopyPlanningParts, QUESTIONS_AT_ONCE } from './copy-parts.ts';
import {
  type CopySource,
  type CopyTargetPlace,
  copySourceOf,
  copyTargetsOf,
  repositoryPlaceOf,
} from './copy-source.ts';
import { type ImageTree, readImageTree } from './image-tree.ts';

/** Images whose manifests are read at once. */
const TREES_AT_ONCE = 8;

/** One source with the places that it goes to. */
export interface WantedCopy {
  readonly source: CopySource;
  readonly targets: readonly CopyTargetPlace[];
}

/**
 * What is copied where to, a whole repository as its tags.
 *
 * @throws AppError `reference.invalid`, `repository.notFound`, and what a source refuses
 */
export async function wantedCopies(
  parts: CopyPlanningParts,
  { images, repositories }: CopyRequest,
  signal: AbortSignal,
): Promise<WantedCopy[]> {
  const copies: WantedCopy[] = images.map(({ source, targets }) => ({
    source: copySourceOf(source),
    targets: copyTargetsOf(targets),
  }));
  for (const { source, targets } of repositories) {
    const from = repositoryPlaceOf(source);
    const places = targets.map(repositoryPlaceOf);
    parts.requests.manifest += 1;
    const { tags, complete } = await parts.clientOf(from.registry).listTags(from.repository, { signal });
    // A copy of all tags is no copy of some.
    if (!complete) throw new AppError('registry.protocol', { host: from.registry, reason: 'tags' });
    for (const tag of tags)
      copies.push({
        source: copySourceOf(from.referenceOf(tag)),
        targets: copyTargetsOf(places.map(({ referenceOf }) => referenceOf(tag))),
      });
  }
  return copies;
}

/** Asks each source which image it is now. @throws AppError `manifest.notFound`, `store.archiveInvalid` */
export async function findImages(
  parts: CopyPlanningParts,
  copies: readonly WantedCopy[],
  signal: AbortSignal,
): Promise<Map<WantedCopy, CopyImage>> {
  const found = new Map<WantedCopy, CopyImage>();
  await limited(
    copies,
    () => QUESTIONS_AT_ONCE,
    signal,
    async (copy, stopped) => {
      found.set(copy, await findImage(parts, copy.source, stopped));
    },
  );
  return found;
}

async function findImage(parts: CopyPlanningParts, source: CopySource, signal: AbortSignal): Promise<CopyImage> {
  const { registry, repository, reference, name } = source;
  if (isDigest(reference)) return { source, digest: reference, mediaType: '' };
  const client = parts.clientOf(registry);
  parts.requests.manifest += 1;
  const options = { signal, access: 'pull' } as const;
  // The only image of a layout is found by reading alone; that costs no request.
  const found = isLayoutPlace(registry)
    ? await client.getManifest(repository, reference, options)
    : await client.headManifest(repository, reference, options);
  if (found === null) throw new AppError('manifest.notFound', { host: client.host, reference: name });
  return { source, digest: found.digest, mediaType: found.mediaType };
}

/**
 * Reads images with everything below them, each once; the content index learns what they claim.
 *
 * @throws AppError `manifest.notFound`, `manifest.invalid`, and what a source refuses
 */
export async function readTrees(
  parts: CopyPlanningParts,
  images: readonly CopyImage[],
  signal: AbortSignal,
): Promise<Map<string, ImageTree>> {
  const trees = new Map<string, ImageTree>();
  const distinct = new Map(images.map((image) => [image.digest, image]));
  await limited(
    distinct,
    () => TREES_AT_ONCE,
    signal,
    async ([digest, { source }], stopped) => {
      trees.set(digest, await readTree(parts, source, digest, stopped));
    },
  );
  return trees;
}

/** Reads one manifest of a source with everything below it. @throws AppError as {@link readTrees} */
export async function readTree(
  parts: CopyPlanningParts,
  source: CopySource,
  digest: string,
  signal: AbortSignal,
): Promise<ImageTree> {
  const client = parts.clientOf(source.registry);
  const tree = await readImageTree({ ...source, client, reference: digest }, signal, {
    asked: () => {
      parts.requests.manifest += 1;
    },
    known: (child) => knownManifest(parts, child),
  });
  for (const manifest of tree.manifests)
    await parts.contentIndex.learnManifest(
      source,
      manifest,
      claimedPairs(manifest.bytes),
      accountName(parts.clientOf(source.registry)),
    );
  return tree;
}

/** The bytes of a manifest that was seen before, wherever: its digest says that they are the same. */
async function knownManifest({ contentIndex }: CopyPlanningParts, digest: string): Promise<RemoteManifest | null> {
  const [known] = await contentIndex.manifestsNamed([digest]);
  return known !== undefined && sha256(known.bytes) === digest ? known : null;
}
