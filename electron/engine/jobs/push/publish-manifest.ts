import { AppError } from '../../../../shared/errors/app-error.ts';
import type { PlanReference } from '../../../../shared/models/plan.ts';
import { claimedPairs } from '../../plan/learn-target-manifests.ts';
import { limited } from '../../plan/limited.ts';
import { type DraftTarget, isSentAgain } from '../../plan/push-draft.ts';
import { type ManifestChoice, newOciConfig, type SettledManifest } from '../../plan/settle-manifest.ts';
import { singleLayer } from '../../plan/small-layers.ts';
import { homeOf, ociConfigOf } from '../../plan/supply-verbatim.ts';
import { accountName } from '../../registry/distribution-client.ts';
import type { PushContext } from './push-context.ts';

const HEADS_AT_ONCE = 16;

/** The blob that a manifest names as its config; `bytes` null where nobody had them. */
interface OciConfigBlob {
  readonly digest: string;
  readonly bytes: Uint8Array | null;
}

/**
 * Puts OCI config and manifest into every target and moves its tags: last, after every blob is known to be there; then
 * reads back. A tag that moved since it was asked is a conflict, not overwritten unless forced. What goes wrong with one
 * target keeps no other from its tags.
 *
 * @throws AppError `tag.conflict`, `verify.failed`, `blob.missing`, and what the registry refuses, of the last target left
 */
export async function publishManifest(run: PushContext, manifest: SettledManifest, signal: AbortSignal): Promise<void> {
  for (const target of run.outcomes.live) {
    if (run.outcomes.isPublished(target)) continue;
    if (await run.outcomes.attempt(target, signal, () => publishTo(run, target, manifest, signal)))
      run.outcomes.publish(target);
  }
}

async function publishTo(
  run: PushContext,
  target: DraftTarget,
  manifest: SettledManifest,
  signal: AbortSignal,
): Promise<void> {
  // Where every tag has the manifest already there is nothing to name, unless blobs were to be sent again or read back.
  const named = target.states.every(({ state }) => state === 'same');
  const moves = !named || run.readsBack || run.draft.sendAgain.length > 0;
  await allOf([
    putOciConfig(run, target, configBlobOf(run, manifest), signal),
    moves ? checkBlobs(run, target, signal) : Promise.resolve(),
  ]);
  if (moves) await moveTags(run, target, manifest, signal);
  const { digest: config } = singleLayer(run.draft, 'config');
  const place = { registry: target.registry, repository: target.repository };
  const { digest, mediaType, bytes } = manifest;
  const account = accountName(run.parts.clientOf(target.registry));
  await Promise.all([
    config === null ? undefined : run.parts.contentIndex.learnVmConfig(config, run.draft.configBytes),
    run.parts.contentIndex.learnManifest(place, { digest, mediaType, bytes }, claimedPairs(bytes), account),
  ]);
}

/**
 * Puts the OCI config into every target beside the layers: a push does not end with it. What goes wrong is told when the
 * manifest is published, which tries again.
 */
export async function putOciConfigAhead(run: PushContext, choice: ManifestChoice, signal: AbortSignal): Promise<void> {
  // A cached image's own may have been read from one of the targets: the manifest that names it says whether it is needed.
  if (run.draft.source.verbatim !== null) return;
  const config = newOciConfig(run.draft, choice);
  await Promise.allSettled(run.outcomes.live.map((target) => putOciConfig(run, target, config, signal)));
}

/** Waits for all, also where one fails: nothing is under way any more when this returns. @throws what failed first in the order given */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(works)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

async function putOciConfig(
  run: PushContext,
  target: DraftTarget,
  { digest, bytes }: OciConfigBlob,
  signal: AbortSignal,
): Promise<void> {
  const client = run.parts.clientOf(target.registry);
  if (run.blobs.brought(target, digest)) return;
  const again = run.blobs.mistrusts(target, digest) || isSentAgain(run.draft, digest);
  if (!again && (run.blobs.has(target, digest) || (await hasBlob(run, target, digest, signal)))) {
    run.blobs.find(target, digest);
    return;
  }
  // Planning looked for the bytes where a target lacked it; this one lost it meanwhile, or never had it.
  const places = [...run.draft.targets.filter((other) => other !== target), ...homeOf(run.draft)];
  const found = bytes ?? (await ociConfigOf(run.parts, run.draft, places, signal));
  if (found === null) throw new AppError('blob.missing', { host: target.registry, digest });
  run.draft.ociConfig ??= found;
  run.parts.requests.upload += 1;
  await client.putSmallBlob(target.repository, found, digest, { signal });
  run.blobs.bring(target, digest);
}

/** HEAD 200 is no proof of bytes: with `verify`, or once the registry was found to be wrong, a byte is read. */
async function hasBlob(run: PushContext, target: DraftTarget, digest: string, signal: AbortSignal): Promise<boolean> {
  const client = run.parts.clientOf(target.registry);
  run.parts.requests.head += 1;
  return run.readsBack
    ? await client.readsBlob(target.repository, digest, { signal })
    : await client.headBlob(target.repository, digest, { signal });
}

function configBlobOf({ draft }: PushContext, { ociConfig }: SettledManifest): OciConfigBlob {
  if (ociConfig !== null) return ociConfig;
  return { digest: draft.source.verbatim?.config.digest ?? '', bytes: draft.ociConfig };
}

/** HEADs every blob that this push brought; with `verify` reads a byte of each blob. */
async function checkBlobs(run: PushContext, target: DraftTarget, signal: AbortSignal): Promise<void> {
  const client = run.parts.clientOf(target.registry);
  const verify = run.readsBack;
  const gone: string[] = [];
  const wanted = new Map<string, number>();
  for (const { digest, size } of run.draft.layers) {
    if (digest === null || size === null) throw new AppError('internal', { message: 'a layer is not known' });
    if (verify || target.presence.get(digest)?.verdict !== 'present') wanted.set(digest, size);
  }
  await limited(
    wanted,
    () => HEADS_AT_ONCE,
    signal,
    async ([digest, size], ended) => {
      run.parts.requests.head += 1;
      const there = verify
        ? await client.readsBlob(target.repository, digest, { size, signal: ended })
        : await client.headBlob(target.repository, digest, { size, signal: ended });
      if (!there) gone.push(digest);
    },
  );
  const [digest] = gone;
  if (digest === undefined) return;
  const { registry: host, repository } = target;
  throw new AppError('verify.failed', { host, repository, digest, digests: gone.join(' ') });
}

async function moveTags(
  run: PushContext,
  target: DraftTarget,
  manifest: SettledManifest,
  signal: AbortSignal,
): Promise<void> {
  const client = run.parts.clientOf(target.registry);
  for (const state of target.states) {
    if (state.state === 'same') continue;
    run.parts.requests.manifest += 3;
    const now = (await client.headManifest(target.repository, state.tag, { signal }))?.digest ?? null;
    if (now !== state.previousDigest && now !== manifest.digest && !run.request.force) {
      state.state = 'conflict';
      throw new AppError('tag.conflict', { reference: state.reference, digest: now });
    }
    const put = (): Promise<void> => putTag(run, target, manifest, state, signal);
    const { registry, repository } = target;
    const { insecure } = run.request;
    const moved = { registry, repository, tag: state.tag, before: now, after: manifest.digest, insecure };
    await run.parts.movedTags.move(client, moved, put, signal);
  }
}

async function putTag(
  run: PushContext,
  { registry, repository }: DraftTarget,
  manifest: SettledManifest,
  state: PlanReference,
  signal: AbortSignal,
): Promise<void> {
  const client = run.parts.clientOf(registry);
  try {
    await client.putManifest(repository, state.tag, manifest, { signal });
  } catch (thrown) {
    state.state = 'failed';
    const missing = thrown instanceof AppError && thrown.code === 'blob.missing';
    throw missing ? new AppError(thrown.code, { ...thrown.params, repository }) : thrown;
  }
  const written = await client.headManifest(repository, state.tag, { signal });
  if (written?.digest !== manifest.digest) {
    state.state = 'failed';
    throw new AppError('verify.failed', { host: registry, digest: manifest.digest });
  }
  state.state = 'written';
}
