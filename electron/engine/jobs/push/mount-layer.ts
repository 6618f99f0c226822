import { hasBlob, neighbourWith } from '../../plan/ask-neighbours.ts';
import { offeredBy } from '../../plan/ask-presence.ts';
import { type DraftLayer, type DraftTarget, isSentAgain } from '../../plan/push-draft.ts';
import { accountName, type BlobUpload } from '../../registry/distribution-client.ts';
import type { PushContext } from './push-context.ts';

/** Tries of one blob for one target; each that is in vain costs a request. */
const MOST_TRIES = 4;

/** A mount that a registry answers with an open session leaves it here, for the upload. */
export interface MountOptions {
  readonly sessions: Map<DraftTarget, BlobUpload>;
  readonly signal: AbortSignal;
}

/** Mounts a layer from repositories of the same registry that have it; answers the targets that are still missing it. */
export async function mountLayer(
  run: PushContext,
  layer: DraftLayer,
  targets: readonly DraftTarget[],
  { sessions, signal }: MountOptions,
): Promise<DraftTarget[]> {
  if (layer.digest === null) return [...targets];
  const left: DraftTarget[] = [];
  for (const target of targets) {
    if (sessions.has(target) || !run.parts.clientOf(target.registry).profile.mounts) left.push(target);
    else if (!(await mountInto(run, layer, target, { sessions, signal }))) left.push(target);
  }
  return left;
}

/**
 * Tries one target's sources in turn. An open session in place of a mount is kept for the upload, and ends the trying: unless
 * the source turns out not to have the blob, which says nothing of the next one. Of two open sessions the later is given back.
 */
async function mountInto(
  run: PushContext,
  layer: DraftLayer,
  target: DraftTarget,
  { sessions, signal }: MountOptions,
): Promise<boolean> {
  const { digest, size } = layer;
  if (digest === null || size === null) return false;
  const { parts } = run;
  const client = parts.clientOf(target.registry);
  for (const from of mountSources(run, target, digest).slice(0, MOST_TRIES)) {
    run.progressOf(layer).move('mounting');
    parts.requests.mount += 1;
    const outcome = await client.mountBlob(target.repository, digest, from, { signal });
    if (outcome === 'mounted') {
      const opened = sessions.get(target);
      if (opened !== undefined) run.abandon(opened);
      sessions.delete(target);
      run.blobs.settle(layer, target, { verdict: 'mount', reason: 'mountable', mountedFrom: from });
      await parts.contentIndex.sawBlobs(target, [digest], accountName(client));
      return true;
    }
    if (outcome === null) continue;
    if (sessions.has(target)) run.abandon(outcome);
    else sessions.set(target, outcome);
    if (from === null) return false;
    const source = { registry: target.registry, repository: from };
    if (await hasBlob(parts, source, { digest, size }, signal)) return false;
    run.blobs.goneFrom(source, digest);
  }
  return false;
}

/**
 * Repositories of the target's registry that have the blob, the surest first: another target, another job's, a cached
 * image's own, one that answered that it has it; last, where the registry is known to look for it itself, none by name.
 */
function mountSources(run: PushContext, target: DraftTarget, digest: string): (string | null)[] {
  const { draft, blobs } = run;
  if (blobs.mistrusts(target, digest) || isSentAgain(draft, digest)) return [];
  const others = draft.targets
    .filter((other) => other !== target && other.registry === target.registry && blobs.has(other, digest))
    .map(({ repository }) => repository);
  const named = [
    ...others,
    blobs.nearby(target.registry, digest),
    offeredBy(draft, target, digest),
    neighbourWith(draft, target, digest),
  ].filter(
    (repository) =>
      repository !== null &&
      repository !== target.repository &&
      !blobs.isGoneFrom({ registry: target.registry, repository }, digest),
  );
  const { anonymousMounts } = run.parts.clientOf(target.registry).profile;
  return [...new Set([...named, ...(anonymousMounts ? [null] : [])])];
}
