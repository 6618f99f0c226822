import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { sha256 } from '../oci/digest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { type Descriptor, parseManifest } from '../oci/parse-manifest.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { fallbackTagOf, findReferrers, type Referrer } from '../registry/referrers.ts';
import type { CopyPlanningParts } from './copy-parts.ts';
import type { CopySource } from './copy-source.ts';
import type { ImageTree } from './image-tree.ts';

/** What refers to what refers to an image: deeper is not followed. */
const DEEPEST = 4;
/** Manifests that belong to one image; more are not copied. */
const MOST = 1000;

/** What belongs to one manifest of an image. */
export interface Belongings {
  /** Digest of the manifest. */
  readonly subject: string;
  /** What refers to it: signatures, attestations, bills of materials. */
  readonly referrers: readonly ImageTree[];
  /** The list of them for registries without the referrers API; null = there are none. */
  readonly list: RemoteManifest | null;
  /** What cosign keeps under tags of its own. */
  readonly tagged: readonly { readonly tag: string; readonly tree: ImageTree }[];
}

/**
 * Reads what belongs to an image and to what it consists of, and what belongs to that in turn: each manifest once, so that
 * a circle ends.
 *
 * @param readTree reads a manifest of the source with everything below it
 * @throws AppError what the source refuses
 */
export async function readBelongings(
  parts: CopyPlanningParts,
  source: CopySource,
  image: ImageTree,
  readTree: (digest: string) => Promise<ImageTree>,
  signal: AbortSignal,
): Promise<Belongings[]> {
  const found: Belongings[] = [];
  const visited = new Set<string>();
  let count = 0;
  let subjects = image.manifests.map(({ digest }) => digest);
  for (let depth = 0; depth < DEEPEST && subjects.length > 0; depth += 1) {
    const next: string[] = [];
    for (const subject of subjects) {
      if (visited.has(subject) || count >= MOST) continue;
      visited.add(subject);
      const own = await belongingsOf(parts, source, subject, readTree, signal);
      if (own === null) continue;
      found.push(own);
      const trees = [...own.referrers, ...own.tagged.map(({ tree }) => tree)];
      count += trees.length;
      next.push(...trees.map(({ root }) => root.digest));
    }
    subjects = next;
  }
  return found;
}

async function belongingsOf(
  parts: CopyPlanningParts,
  source: CopySource,
  subject: string,
  readTree: (digest: string) => Promise<ImageTree>,
  signal: AbortSignal,
): Promise<Belongings | null> {
  const client = parts.clientOf(source.registry);
  // The list, and a tag for each of the three things that cosign keeps.
  parts.requests.manifest += 4;
  const { referrers } = await findReferrers(client, source.repository, subject, signal);
  const read: { readonly referrer: Referrer; readonly tree: ImageTree }[] = [];
  for (const referrer of referrers) {
    const tree = await readOne(readTree, referrer.digest);
    if (tree !== null) read.push({ referrer, tree });
  }
  if (read.length === 0) return null;
  const listed = read.filter(({ referrer }) => referrer.found !== 'cosign');
  return {
    subject,
    referrers: listed.map(({ tree }) => tree),
    list: listed.length === 0 ? null : await listOf(parts, source, subject, listed, signal),
    tagged: read.flatMap(({ referrer: { found, tag }, tree }) =>
      found === 'cosign' && tag !== null ? [{ tag, tree }] : [],
    ),
  };
}

/** A list may name what is gone, or is of a kind that no client reads: the others come along. */
async function readOne(readTree: (digest: string) => Promise<ImageTree>, digest: string): Promise<ImageTree | null> {
  try {
    return await readTree(digest);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code.startsWith('manifest.')) return null;
    throw thrown;
  }
}

/** The source's own list where everything that it names is there, else one of what is. */
async function listOf(
  parts: CopyPlanningParts,
  { registry, repository }: CopySource,
  subject: string,
  listed: readonly { readonly referrer: Referrer }[],
  signal: AbortSignal,
): Promise<RemoteManifest> {
  if (listed.some(({ referrer }) => referrer.found === 'fallbackTag')) {
    parts.requests.manifest += 1;
    const options = { signal, access: 'pull' } as const;
    const own = await parts.clientOf(registry).getManifest(repository, fallbackTagOf(subject), options);
    const names = own === null ? [] : descriptorsOf(own);
    const whole = names.every(({ digest }) => listed.some(({ referrer }) => referrer.digest === digest));
    if (own !== null && whole) return { ...own, mediaType: MEDIA_TYPES.ociIndex };
  }
  return makeList(listed.map(({ referrer }) => descriptorOf(referrer)));
}

function descriptorOf({ mediaType, digest, size, artifactType, annotations }: Referrer): object {
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === null ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function makeList(manifests: readonly object[]): RemoteManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }));
  return { digest: sha256(bytes), mediaType: MEDIA_TYPES.ociIndex, bytes };
}

function descriptorsOf({ bytes, mediaType }: RemoteManifest): readonly Descriptor[] {
  const parsed = parseManifest(bytes, mediaType);
  return parsed.kind === 'index' ? parsed.manifests : [];
}

const listSchema = z.object({ manifests: z.array(z.looseObject({ digest: z.string() })) });

/** Entries of a list as they are written there: members that this program does not know stay. */
function entriesOf({ bytes }: RemoteManifest): z.infer<typeof listSchema>['manifests'] {
  return listSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).manifests;
}

/**
 * The list that a target has with what it lacks of another: nobody's signatures are lost. Null where it has them all.
 *
 * @throws AppError `manifest.invalid` where the target's is no list
 */
export function mergedList(there: RemoteManifest, ours: RemoteManifest): RemoteManifest | null {
  if (parseManifest(there.bytes, there.mediaType).kind !== 'index')
    throw new AppError('manifest.invalid', { reason: 'mediaType' });
  const held = entriesOf(there);
  const missing = entriesOf(ours).filter(({ digest }) => held.every((entry) => entry.digest !== digest));
  return missing.length === 0 ? null : makeList([...held, ...missing]);
}
