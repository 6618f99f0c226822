import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Capability } from '../../../../shared/models/capabilities.ts';
import { deleteScope } from '../auth/scopes.ts';
import { digestOf } from '../content-digest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { ask, can, cannot, refusal, statusOf, untold } from './probe-question.ts';
import type { ProbeBlob } from './probe-uploads.ts';

/** What is done after a test was given up ends in this time. */
const TIDY_MS = 10_000;
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** What was found, and what could not be taken away again. */
export interface ProbeDeletes {
  readonly tagDelete: Capability;
  readonly digestDelete: Capability;
  /** `host/repository:tag` */
  readonly left: readonly string[];
}

/**
 * Tags an image twice and takes the tags away again: the first by its name, the other by the digest.
 *
 * @param meanwhile what is tested while the image is there: some registries mount only what a manifest names
 */
export async function probeDeletes(
  client: RegistryClient,
  repository: string,
  layer: ProbeBlob,
  meanwhile: () => Promise<void>,
  signal: AbortSignal,
): Promise<ProbeDeletes> {
  const id = randomUUID().slice(0, 8);
  const [one, other] = [`probe-${id}-a`, `probe-${id}-b`];
  const written: string[] = [];
  let digest: string | null = null;
  try {
    const bytes = await writeImage(client, repository, layer, id, signal);
    digest = digestOf(bytes);
    for (const tag of [one, other]) {
      await client.putManifest(repository, tag, { bytes, mediaType: MANIFEST_TYPE }, { signal });
      written.push(tag);
    }
    await meanwhile();
    const tagDelete = await deleteTag(client, repository, one, other, signal);
    const digestDelete = await deleteDigest(client, repository, digest, other, signal);
    return { tagDelete, digestDelete, left: await takeAway(client, repository, digest, written, signal) };
  } catch (thrown) {
    // Also a test that was given up takes away what it made.
    const left = await takeAway(client, repository, digest, written, AbortSignal.timeout(TIDY_MS)).catch(() => written);
    signal.throwIfAborted();
    if (!(thrown instanceof AppError)) throw thrown;
    const { status } = thrown.params;
    const failed = untold('failed', { status: typeof status === 'number' ? status : null });
    return { tagDelete: failed, digestDelete: failed, left };
  }
}

/** An image of one layer that is there. @returns the bytes of its manifest */
async function writeImage(
  client: RegistryClient,
  repository: string,
  layer: ProbeBlob,
  id: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { 'org.opencontainers.image.title': `Test of a registry by Tartan, ${id}` } },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  await client.putSmallBlob(repository, config, digestOf(config), { signal });
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer.bytes)],
    }),
  );
}

async function deleteTag(
  client: RegistryClient,
  repository: string,
  tag: string,
  other: string,
  signal: AbortSignal,
): Promise<Capability> {
  const to = `${repository}/manifests/${tag}`;
  const asked = await ask(client, { method: 'DELETE', to, scopes: [deleteScope(repository)] }, signal);
  const status = statusOf(asked);
  if (status === null || status >= 300) return refusal(asked);
  const [gone, alone] = await Promise.all([
    client.headManifest(repository, tag, { signal }).then((found) => found === null),
    client.headManifest(repository, other, { signal }).then((found) => found !== null),
  ]);
  if (!gone) return untold('failed', { status });
  return alone ? can('alone', { status }) : cannot('withDigest', { status });
}

async function deleteDigest(
  client: RegistryClient,
  repository: string,
  digest: string,
  tag: string,
  signal: AbortSignal,
): Promise<Capability> {
  const to = `${repository}/manifests/${digest}`;
  const asked = await ask(client, { method: 'DELETE', to, scopes: [deleteScope(repository)] }, signal);
  const status = statusOf(asked);
  if (status === null || status >= 300) return refusal(asked);
  // Tags that outlive their digest point at it still.
  const gone = (await client.headManifest(repository, tag, { signal })) === null;
  return gone ? can('withDigest', { status }) : untold('failed', { status });
}

/** Takes away what is still there, in whichever way the registry takes. @returns references that stay */
async function takeAway(
  client: RegistryClient,
  repository: string,
  digest: string | null,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const left = await stillThere(client, repository, tags, signal);
  if (left.length === 0) return left;
  for (const reference of [...left, ...(digest === null ? [] : [digest])]) {
    const to = `${repository}/manifests/${reference}`;
    await ask(client, { method: 'DELETE', to, scopes: [deleteScope(repository)] }, signal);
  }
  const stays = await stillThere(client, repository, left, signal);
  return stays.map((tag) => `${client.host}/${repository}:${tag}`);
}

/** Which of the tags are there; one of which that cannot be told counts as there. */
async function stillThere(
  client: RegistryClient,
  repository: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const left: string[] = [];
  for (const tag of tags) {
    const found = await client.headManifest(repository, tag, { signal }).catch((thrown: unknown) => {
      signal.throwIfAborted();
      if (thrown instanceof AppError) return 'unknown';
      throw thrown;
    });
    if (found !== null) left.push(tag);
  }
  return left;
}
