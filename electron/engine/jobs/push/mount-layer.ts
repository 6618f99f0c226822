import { neighbourWith } from '../../plan/ask-neighbours.ts';
import { offeredBy } from '../../plan/ask-presence.ts';
import type { DraftLayer, DraftTarget } from '../../plan/push-draft.ts';
import type { BlobUpload } from '../../registry/distribution-client.ts';
import type { PushContext } from './push-context.ts';

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
  const { digest } = layer;
  if (digest === null) return [...targets];
  const left: DraftTarget[] = [];
  for (const target of targets) {
    const client = run.parts.clientOf(target.registry);
    const from = client.profile.mounts ? mountSource(run, target, digest) : null;
    if (from === null || sessions.has(target)) {
      left.push(target);
      continue;
    }
    run.progressOf(layer).move('mounting');
    run.parts.requests.mount += 1;
    const outcome = await client.mountBlob(target.repository, digest, from, { signal });
    if (outcome === 'mounted') {
      run.blobs.settle(layer, target, { verdict: 'mount', reason: 'mountable', mountedFrom: from });
    } else {
      if (outcome !== null) sessions.set(target, outcome);
      left.push(target);
    }
  }
  return left;
}

/** A repository of the target's registry that has the blob: another target, another push's, a cached image's own, or any other. */
function mountSource(run: PushContext, target: DraftTarget, digest: string): string | null {
  const { draft } = run;
  if (run.blobs.mistrusts(target, digest)) return null;
  const other = draft.targets.find(
    (candidate) => candidate !== target && candidate.registry === target.registry && run.blobs.has(candidate, digest),
  );
  if (other !== undefined) return other.repository;
  const nearby = run.blobs.nearby(target.registry, digest);
  if (nearby !== null && nearby !== target.repository) return nearby;
  return offeredBy(draft, target, digest) ?? neighbourWith(draft, target, digest);
}
