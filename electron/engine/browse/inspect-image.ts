import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Image, ImageLayer, Verification } from '../../../shared/models/image.ts';
import { isDigest, parseReference } from '../../../shared/models/reference.ts';
import { MEDIA_TYPES, TART } from '../oci/media-types.ts';
import {
  type Descriptor,
  decimalBytes,
  type ImageManifest,
  parseManifest,
  tartImageOf,
} from '../oci/parse-manifest.ts';
import { checkPullRules } from '../oci/pull-rules.ts';
import { limited } from '../plan/limited.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { tagDigests } from './tag-digests.ts';

const REQUESTS_AT_ONCE = 16;
/** Tags that are asked for their digest when an image is looked at. */
const MOST_TAGS_ASKED = 100;
/** Blobs are read in ranges of this many bytes: bounds memory at one range per blob in flight. */
const RANGE = 8 * 1024 * 1024;
const BLOBS_READ_AT_ONCE = 2;

async function manifestOf(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<RemoteManifest> {
  const found = await client.getManifest(repository, reference, { signal });
  if (found === null)
    throw new AppError('manifest.notFound', { host: client.host, reference: `${repository}:${reference}` });
  return found;
}

function imageOf(found: RemoteManifest): ImageManifest {
  const manifest = parseManifest(found.bytes, found.mediaType);
  if (manifest.kind === 'index') throw new AppError('manifest.invalid', { reason: 'index' });
  return manifest;
}

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

function layerOf(layer: Descriptor, index: number): ImageLayer {
  const rawDigest = layer.annotations?.[TART.rawDigest] ?? '';
  return {
    index,
    kind: kindOf(layer.mediaType),
    mediaType: layer.mediaType,
    digest: layer.digest,
    size: layer.size,
    // Annotations may say anything.
    rawDigest: isDigest(rawDigest) ? rawDigest : null,
    rawSize: decimalBytes(layer.annotations?.[TART.rawSize]),
  };
}

/** Distinct blobs of an image with their sizes, the config among them. */
function blobsOf(manifest: ImageManifest): Map<string, number> {
  return new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
}

async function labelsOf(
  client: RegistryClient,
  repository: string,
  config: Descriptor,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  if (config.mediaType !== MEDIA_TYPES.ociConfig || config.size > 1_000_000) return {};
  const bytes = await client.getSmallBlob(repository, config.digest, { signal });
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const inner = member(member(document, 'config'), 'Labels');
    const entries = Object.entries(typeof inner === 'object' && inner !== null ? inner : {});
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    // Any other program's config may be anything.
    return {};
  }
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

async function inspectedTags(
  client: RegistryClient,
  repository: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const { tags } = await client.listTags(repository, { signal });
  return await tagDigests(client, repository, tags.slice(0, MOST_TAGS_ASKED), signal);
}

/**
 * Reads manifest, labels and, unless `askTags` is false, the tags that share the digest.
 *
 * @throws AppError `registry.*`, `manifest.*`
 */
export async function inspectImage(
  client: RegistryClient,
  text: string,
  askTags: boolean,
  signal: AbortSignal,
): Promise<Image> {
  const { registry, repository, tag, digest } = parseReference(text);
  const found = await manifestOf(client, repository, digest ?? tag ?? 'latest', signal);
  const manifest = imageOf(found);
  const [labels, tags] = await Promise.all([
    labelsOf(client, repository, manifest.config, signal),
    askTags ? inspectedTags(client, repository, signal) : new Map<string, string>(),
  ]);
  const tart = tartImageOf(manifest);
  let packedSize = 0;
  for (const size of blobsOf(manifest).values()) packedSize += size;
  return {
    reference: text,
    registry,
    repository,
    digest: found.digest,
    mediaType: manifest.mediaType,
    manifestSize: found.bytes.length,
    packedSize,
    diskSize: tart?.diskSize ?? null,
    uploadTime: tart?.uploadTime ?? null,
    labels,
    layers: manifest.layers.map(layerOf),
    tagsWithDigest: [...tags]
      .filter(([, other]) => other === found.digest)
      .map(([name]) => name)
      .sort(),
    pullProblem: checkPullRules(manifest),
  };
}

type BlobState = Verification['blobs'][number]['state'];

async function deepState(
  client: RegistryClient,
  repository: string,
  digest: string,
  size: number,
  signal: AbortSignal,
): Promise<BlobState> {
  const hash = createHash('sha256');
  for (let start = 0; start < size; start += RANGE) {
    hash.update(await client.readBlobRange(repository, digest, start, Math.min(size, start + RANGE), { signal }));
  }
  return `sha256:${hash.digest('hex')}` === digest ? 'ok' : 'wrongDigest';
}

async function blobState(
  client: RegistryClient,
  repository: string,
  digest: string,
  size: number,
  deep: boolean,
  signal: AbortSignal,
): Promise<BlobState> {
  try {
    if (!(await client.headBlob(repository, digest, { size, signal }))) return 'missing';
    return deep ? await deepState(client, repository, digest, size, signal) : 'ok';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'blob.missing') return 'missing';
    if (thrown.code === 'blob.sizeMismatch') return 'wrongSize';
    if (signal.aborted || thrown.code.startsWith('auth.') || thrown.code === 'registry.unreachable') throw thrown;
    return 'unreadable';
  }
}

/** Looks for every blob of an image; `deep` reads them all and checks their digests. */
export async function verifyImage(
  client: RegistryClient,
  text: string,
  deep: boolean,
  signal: AbortSignal,
): Promise<Verification> {
  const { repository, tag, digest } = parseReference(text);
  const found = await manifestOf(client, repository, digest ?? tag ?? 'latest', signal);
  const blobs: Verification['blobs'] = [];
  await limited(
    blobsOf(imageOf(found)),
    () => (deep ? BLOBS_READ_AT_ONCE : REQUESTS_AT_ONCE),
    signal,
    async ([blob, size], stopped) => {
      blobs.push({ digest: blob, size, state: await blobState(client, repository, blob, size, deep, stopped) });
    },
  );
  return { reference: text, digest: found.digest, deep, ok: blobs.every(({ state }) => state === 'ok'), blobs };
}
