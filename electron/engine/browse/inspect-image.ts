import { AppError } from '../../../shared/errors/app-error.ts';
import type { Image, ImageLayer } from '../../../shared/models/image.ts';
import { isDigest, parseReference } from '../../../shared/models/reference.ts';
import type { ContentIndex } from '../digests/content-index.ts';
import { imageKindOf, uploadTimeIn } from '../oci/image-kind.ts';
import { MEDIA_TYPES, TART } from '../oci/media-types.ts';
import {
  type Descriptor,
  decimalBytes,
  type ImageIndex,
  type ImageManifest,
  parseManifest,
  tartImageOf,
} from '../oci/parse-manifest.ts';
import { checkPullRules } from '../oci/pull-rules.ts';
import { claimedPairs } from '../plan/learn-target-manifests.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { accountName } from '../registry/distribution-client.ts';
import { type FoundReferrers, findReferrers } from '../registry/referrers.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { configFacts } from './image-config.ts';
import { indexContent, MOST_CHILDREN_READ } from './index-children.ts';
import { manifestOf } from './read-manifest.ts';
import { tagDigests } from './tag-digests.ts';

/** Tags that are asked for their digest when an image is looked at. */
const MOST_TAGS_ASKED = 1000;
/** Annotations of a layer that name the bytes and the digest of what it unpacks to, by the programs that write them. */
const RAW_SIZES = [
  TART.rawSize,
  'org.cirruslabs.vetu.uncompressed-size',
  'org.trycua.lume.content.uncompressed-size',
  'org.trycua.lume.uncompressed-size',
] as const;
const RAW_DIGESTS = [
  TART.rawDigest,
  'org.cirruslabs.vetu.uncompressed-digest',
  'org.trycua.lume.content.uncompressed-digest',
] as const;

function kindOf(mediaType: string): ImageLayer['kind'] {
  switch (mediaType) {
    case MEDIA_TYPES.tartConfig:
      return 'config';
    case MEDIA_TYPES.tartDisk:
      return 'disk';
    case MEDIA_TYPES.tartNvram:
      return 'nvram';
    case MEDIA_TYPES.tartOverlay:
      return 'overlay';
    default:
      return 'layer';
  }
}

function layerOf({ mediaType, digest, size, annotations = {} }: Descriptor, index: number): ImageLayer {
  // Annotations may say anything.
  const rawDigest = RAW_DIGESTS.map((name) => annotations[name] ?? '').find(isDigest);
  const rawSize = RAW_SIZES.map((name) => decimalBytes(annotations[name])).find((bytes) => bytes !== null);
  return {
    index,
    kind: kindOf(mediaType),
    mediaType,
    digest,
    size,
    rawDigest: rawDigest ?? null,
    rawSize: rawSize ?? null,
  };
}

/** What looking at an image takes. */
export interface InspectingParts {
  readonly client: RegistryClient;
  readonly index: ContentIndex;
  /** The digest that a tag was last seen to point at; null = never seen. */
  readonly digestOfTag: (repository: string, tag: string) => string | null;
}

/** What is asked besides the manifest. */
export interface InspectChoice {
  /** The tags that share the digest. */
  readonly tags: boolean;
  /** Signatures, attestations and whatever else belongs to the image. */
  readonly referrers: boolean;
}

async function tagsOfDigest(
  client: RegistryClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { tags } = await client.listTags(repository, { signal });
  const digests = await tagDigests(client, repository, tags.slice(0, MOST_TAGS_ASKED), signal);
  return [...digests]
    .filter(([, other]) => other === digest)
    .map(([name]) => name)
    .sort();
}

/** What belongs to an image; null where the registry refuses to tell: no reason not to show the image. */
async function toldReferrers(
  client: RegistryClient,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<FoundReferrers | null> {
  try {
    return await findReferrers(client, repository, digest, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

type Content = Pick<Image, 'packedSize' | 'diskSize' | 'labels' | 'config' | 'layers' | 'children' | 'pullProblem'>;

async function imageContent(
  client: RegistryClient,
  repository: string,
  manifest: ImageManifest,
  signal: AbortSignal,
): Promise<Content> {
  const blobs = new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
  return {
    packedSize: [...blobs.values()].reduce((sum, size) => sum + size, 0),
    diskSize: tartImageOf(manifest)?.diskSize ?? null,
    ...(await configFacts(client, repository, manifest.config, signal)),
    layers: manifest.layers.map(layerOf),
    children: [],
    pullProblem: checkPullRules(manifest),
  };
}

async function contentOfIndex(
  { client, index }: InspectingParts,
  repository: string,
  manifest: ImageIndex,
  signal: AbortSignal,
): Promise<Content> {
  const place = { registry: client.host, repository };
  const source = { client, index, place, budget: MOST_CHILDREN_READ };
  const { children, packedSize } = await indexContent(source, manifest, signal);
  // Tart asks for image manifests only.
  const pullProblem = { old: 'mediaType', new: 'mediaType' };
  return { packedSize, children, diskSize: null, labels: {}, config: null, layers: [], pullProblem };
}

/** What is known of the manifest behind a reference; nothing comes where it was never seen. */
async function knownManifest(
  { index, digestOfTag }: InspectingParts,
  repository: string,
  { tag, digest }: { readonly tag: string; readonly digest: string | null },
): Promise<RemoteManifest | undefined> {
  const seen = digest ?? digestOfTag(repository, tag);
  return seen === null ? undefined : (await index.manifestsNamed([seen]))[0];
}

/**
 * Reads manifest, config and labels, of an index its children, and what else is chosen. What is known by its digest is asked
 * for with If-None-Match, and learned where it is new.
 *
 * @throws AppError `registry.*`, `auth.*`, `manifest.*`
 */
export async function inspectImage(
  parts: InspectingParts,
  text: string,
  choice: InspectChoice,
  signal: AbortSignal,
): Promise<Image> {
  const { client, index } = parts;
  const { registry, repository, tag, digest } = parseReference(text);
  const wanted = { tag: tag ?? 'latest', digest };
  const known = await knownManifest(parts, repository, wanted);
  const found = await manifestOf(client, repository, digest ?? wanted.tag, signal, known);
  const manifest = parseManifest(found.bytes, found.mediaType);
  if (known?.digest !== found.digest) {
    const place = { registry: client.host, repository };
    await index.learnManifest(place, found, claimedPairs(found.bytes), accountName(client));
  }
  const [content, tagsWithDigest, belonging] = await Promise.all([
    manifest.kind === 'index'
      ? contentOfIndex(parts, repository, manifest, signal)
      : imageContent(client, repository, manifest, signal),
    choice.tags ? tagsOfDigest(client, repository, found.digest, signal) : [],
    choice.referrers ? toldReferrers(client, repository, found.digest, signal) : null,
  ]);
  return {
    reference: text,
    registry,
    repository,
    digest: found.digest,
    mediaType: manifest.mediaType,
    kind: imageKindOf(manifest),
    artifactType: manifest.artifactType,
    annotations: { ...manifest.annotations },
    subject: manifest.subject?.digest ?? null,
    manifestSize: found.bytes.length,
    uploadTime: uploadTimeIn(manifest.annotations),
    ...content,
    tagsWithDigest,
    referrers:
      belonging?.referrers.map(({ annotations = {}, ...referrer }) => ({
        digest: referrer.digest,
        mediaType: referrer.mediaType,
        size: referrer.size,
        artifactType: referrer.artifactType,
        found: referrer.found,
        tag: referrer.tag,
        annotations,
      })) ?? null,
    referrersApi: belonging?.api ?? null,
  };
}
