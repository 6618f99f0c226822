import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Verification } from '../../../shared/models/image.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import { limited } from '../plan/limited.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { manifestOf } from './read-manifest.ts';
import { REQUESTS_AT_ONCE } from './tag-digests.ts';

/** Blobs are read in ranges of this many bytes: bounds memory at one range per blob in flight. */
const RANGE = 8 * 1024 * 1024;
const BLOBS_READ_AT_ONCE = 2;

/** Distinct blobs of an image with their sizes, the config among them. @throws AppError `manifest.invalid` for an index */
function blobsOf(found: RemoteManifest): Map<string, number> {
  const manifest = parseManifest(found.bytes, found.mediaType);
  if (manifest.kind === 'index') throw new AppError('manifest.invalid', { reason: 'index' });
  return new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
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
    blobsOf(found),
    () => (deep ? BLOBS_READ_AT_ONCE : REQUESTS_AT_ONCE),
    signal,
    async ([blob, size], stopped) => {
      blobs.push({ digest: blob, size, state: await blobState(client, repository, blob, size, deep, stopped) });
    },
  );
  return { reference: text, digest: found.digest, deep, ok: blobs.every(({ state }) => state === 'ok'), blobs };
}
