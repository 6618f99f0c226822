import { AppError } from '../../../shared/errors/app-error.ts';
import type { LayerKind } from '../../../shared/models/plan.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import { MEDIA_TYPES, TART } from '../oci/media-types.ts';
import {
  type Descriptor,
  decimalBytes,
  type ImageIndex,
  type ImageManifest,
  parseManifest,
} from '../oci/parse-manifest.ts';
import type { DistributionClient, RemoteManifest } from '../registry/distribution-client.ts';

/** Indexes within indexes deeper than this are not followed. */
const DEEPEST = 8;
/** Manifests of one image, its children and theirs: with 8 MiB each at most, and 60 kB as a rule. */
const MOST_MANIFESTS = 1000;

/** A blob that an image needs. Sizes in bytes. */
export interface TreeBlob {
  readonly kind: LayerKind;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly rawDigest: string | null;
  readonly rawSize: number | null;
}

/** An image with everything below it, as the source has it. */
export interface ImageTree {
  readonly root: RemoteManifest;
  /** Each once, what is needed before what needs it: the root is the last. */
  readonly manifests: readonly RemoteManifest[];
  /** Each digest once, in the order of the image. */
  readonly blobs: readonly TreeBlob[];
}

/** Where an image is read. */
export interface TreeSource {
  readonly client: DistributionClient;
  readonly repository: string;
  /** A tag or digest; empty = the only image of a layout. */
  readonly reference: string;
  /** The reference as a person wrote it. */
  readonly name: string;
}

/** How the manifests of a tree are had. */
export interface TreeReading {
  /** Called once for each request. */
  readonly asked: () => void;
  /** A manifest that need not be read, by its digest; null = it has to be. */
  readonly known: (digest: string) => Promise<RemoteManifest | null>;
}

/**
 * Reads the manifests of an image: of an index its children, too. Bytes stay as they are.
 *
 * @throws AppError `manifest.notFound` (also of a child), `manifest.invalid`, and what the source refuses
 */
export async function readImageTree(source: TreeSource, signal: AbortSignal, reading: TreeReading): Promise<ImageTree> {
  const manifests = new Map<string, RemoteManifest>();
  const blobs = new Map<string, TreeBlob>();
  const visit = async (reference: string, depth: number): Promise<RemoteManifest> => {
    const known = isDigest(reference) ? await reading.known(reference) : null;
    const found = known ?? (await fetchManifest(source, reference, signal, reading.asked));
    const parsed = parseManifest(found.bytes, found.mediaType);
    if (depth > DEEPEST || manifests.size >= MOST_MANIFESTS)
      throw new AppError('manifest.invalid', { reason: 'depth' });
    for (const blob of blobsOf(parsed)) if (!blobs.has(blob.digest)) blobs.set(blob.digest, blob);
    for (const { digest } of parsed.kind === 'index' ? parsed.manifests : [])
      if (!manifests.has(digest)) await visit(digest, depth + 1);
    const manifest = { ...found, mediaType: parsed.mediaType };
    manifests.set(found.digest, manifest);
    return manifest;
  };
  const root = await visit(source.reference, 0);
  return { root, manifests: [...manifests.values()], blobs: [...blobs.values()] };
}

async function fetchManifest(
  { client, repository, name }: TreeSource,
  reference: string,
  signal: AbortSignal,
  asked: () => void,
): Promise<RemoteManifest> {
  asked();
  const found = await client.getManifest(repository, reference, { signal, access: 'pull' });
  if (found !== null) return found;
  throw new AppError('manifest.notFound', {
    host: client.host,
    reference: isDigest(reference) ? `${repository}@${reference}` : name,
  });
}

/** Config and layers; what no registry keeps (`urls`) stays where it is. */
function blobsOf(manifest: ImageManifest | ImageIndex): TreeBlob[] {
  if (manifest.kind === 'index') return [];
  const kept = ({ urls = [] }: Descriptor): boolean => urls.length === 0;
  const config = { ...blobOf(manifest.config), kind: 'config' as const };
  return [...(kept(manifest.config) ? [config] : []), ...manifest.layers.filter(kept).map(blobOf)];
}

function blobOf({ mediaType, digest, size, annotations = {} }: Descriptor): TreeBlob {
  const rawDigest = annotations[TART.rawDigest] ?? '';
  return {
    kind: KINDS[mediaType] ?? 'layer',
    mediaType,
    digest,
    size,
    // Annotations may say anything.
    rawDigest: isDigest(rawDigest) ? rawDigest : null,
    rawSize: decimalBytes(annotations[TART.rawSize]),
  };
}

const KINDS: Readonly<Partial<Record<string, LayerKind>>> = {
  [MEDIA_TYPES.tartConfig]: 'config',
  [MEDIA_TYPES.tartDisk]: 'disk',
  [MEDIA_TYPES.tartNvram]: 'nvram',
  [MEDIA_TYPES.tartOverlay]: 'overlay',
};
