import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Verification } from '../../../shared/models/image.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import { loadCodecModule } from '../codec/codec-module.ts';
import { Decoder } from '../codec/decoder.ts';
import type { ContentIndex, LayerPair } from '../digests/content-index.ts';
import { parseManifest, tartImageOf } from '../oci/parse-manifest.ts';
import { limited } from '../plan/limited.ts';
import { accountName, type RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { manifestOf } from './read-manifest.ts';
import { REQUESTS_AT_ONCE } from './tag-digests.ts';

/** Blobs are read in ranges of this many bytes: bounds memory at one range per blob in flight. */
const RANGE = 8 * 1024 * 1024;
/** Packed bytes that are decoded and hashed before others have a turn: some milliseconds. */
const TURN = 512 * 1024;
const BLOBS_READ_AT_ONCE = 2;

/** What a verification works with. */
export interface VerifyingParts {
  readonly client: RegistryClient;
  readonly index: Pick<ContentIndex, 'sawBlobs' | 'lostBlobs' | 'refuteClaim'>;
  /** The built `codec.wasm`. */
  readonly wasmFile: string;
}

/** A blob of an image, and what its manifest claims that it decodes to. Bytes. */
interface NamedBlob {
  readonly digest: string;
  readonly size: number;
  readonly claim: Pick<LayerPair, 'rawDigest' | 'rawSize'> | null;
}

/** Distinct blobs of an image, the config among them. @throws AppError `manifest.invalid` for an index */
function blobsOf(found: RemoteManifest): NamedBlob[] {
  const manifest = parseManifest(found.bytes, found.mediaType);
  if (manifest.kind === 'index') throw new AppError('manifest.invalid', { reason: 'index' });
  const claims = new Map((tartImageOf(manifest)?.disk ?? []).map((layer) => [layer.digest, layer]));
  const blobs = new Map([manifest.config, ...manifest.layers].map(({ digest, size }) => [digest, size]));
  return [...blobs].map(([digest, size]) => ({ digest, size, claim: claims.get(digest) ?? null }));
}

type BlobState = Verification['blobs'][number]['state'];

/** Reads a blob; a layer of a disk is decoded, too, because only its raw bytes tell whether the manifest says what it is made of. */
async function deepState(
  client: RegistryClient,
  repository: string,
  { digest, size, claim }: NamedBlob,
  codec: WebAssembly.Module,
  signal: AbortSignal,
): Promise<BlobState> {
  const hash = createHash('sha256');
  const raw = createHash('sha256');
  const decoder = claim === null ? null : new Decoder(codec, claim.rawSize, (bytes) => raw.update(bytes));
  let decodes = true;
  for (let start = 0; start < size; start += RANGE) {
    const bytes = await client.readBlobRange(repository, digest, start, Math.min(size, start + RANGE), { signal });
    for (let at = 0; at < bytes.length; at += TURN) {
      const part = bytes.subarray(at, at + TURN);
      hash.update(part);
      if (decoder !== null && decodes) decodes = goesOn(() => decoder.push(part));
      await turn();
    }
  }
  if (`sha256:${hash.digest('hex')}` !== digest) return 'wrongDigest';
  if (decoder === null || claim === null) return 'ok';
  const whole = decodes && goesOn(() => decoder.end());
  return whole && `sha256:${raw.digest('hex')}` === claim.rawDigest ? 'ok' : 'wrongContent';
}

/** Whether decoding goes on: what cannot be decoded is not what was claimed. */
function goesOn(step: () => void): boolean {
  try {
    step();
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'codec.invalid') return false;
    throw thrown;
  }
}

async function blobState(
  client: RegistryClient,
  repository: string,
  blob: NamedBlob,
  codec: WebAssembly.Module | null,
  signal: AbortSignal,
): Promise<BlobState> {
  const { digest, size } = blob;
  try {
    if (!(await client.headBlob(repository, digest, { size, signal }))) return 'missing';
    return codec === null ? 'ok' : await deepState(client, repository, blob, codec, signal);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'blob.missing') return 'missing';
    if (thrown.code === 'blob.sizeMismatch') return 'wrongSize';
    if (signal.aborted || thrown.code.startsWith('auth.') || thrown.code === 'registry.unreachable') throw thrown;
    return 'unreadable';
  }
}

/**
 * Looks for every blob of an image; `deep` reads them all, checks their digests, and that layers of a disk decode to the raw
 * bytes that the manifest claims. The content index learns what is there, what is not, and which claim is untrue.
 */
export async function verifyImage(
  { client, index, wasmFile }: VerifyingParts,
  text: string,
  deep: boolean,
  signal: AbortSignal,
): Promise<Verification> {
  const { repository, tag, digest } = parseReference(text);
  const found = await manifestOf(client, repository, digest ?? tag ?? 'latest', signal);
  const named = blobsOf(found);
  const codec = deep ? await loadCodecModule(wasmFile) : null;
  const blobs: Verification['blobs'] = [];
  await limited(
    named,
    () => (deep ? BLOBS_READ_AT_ONCE : REQUESTS_AT_ONCE),
    signal,
    async (blob, stopped) => {
      const state = await blobState(client, repository, blob, codec, stopped);
      blobs.push({ digest: blob.digest, size: blob.size, state });
      if (state === 'wrongContent' && blob.claim !== null) await index.refuteClaim(blob.claim.rawDigest, blob.digest);
    },
  );
  const place = { registry: client.host, repository };
  const inState = (...states: BlobState[]): string[] =>
    blobs.flatMap((blob) => (states.includes(blob.state) ? [blob.digest] : []));
  await index.sawBlobs(place, inState('ok', 'wrongContent'), accountName(client));
  await index.lostBlobs(place, inState('missing', 'wrongSize', 'wrongDigest'), accountName(client));
  return { reference: text, digest: found.digest, deep, ok: blobs.every(({ state }) => state === 'ok'), blobs };
}
