import type { DraftLayer, DraftTarget, PushDraft } from '../plan/push-draft.ts';
import type { UploadSession } from '../registry/upload-session.ts';
import type { PushRun } from './push-run.ts';

/** A mount that a registry answers with an open session leaves it here, for the upload. */
export interface MountOptions {
  readonly sessions: Map<DraftTarget, UploadSession>;
  readonly signal: AbortSignal;
}

/** Mounts a layer from repositories of the same registry that have it; answers the targets that are still missing it. */
export async function mountLayer(
  run: PushRun,
  layer: DraftLayer,
  targets: readonly DraftTarget[],
  { sessions, signal }: MountOptions,
): Promise<DraftTarget[]> {
  const { digest } = layer;
  if (digest === null) return [...targets];
  const left: DraftTarget[] = [];
  for (const target of targets) {
    const from = mountSource(run.draft, target, digest, (other) => run.has(other, digest));
    if (from === null || sessions.has(target)) {
      left.push(target);
      continue;
    }
    run.progressOf(layer).move('mounting');
    run.parts.requests.mount += 1;
    const client = run.parts.clientOf(target.registry);
    const outcome = await client.mountBlob(target.repository, digest, from, { signal });
    if (outcome === 'mounted') {
      run.settled(layer, target, { verdict: 'mount', reason: 'mountable', mountedFrom: from });
    } else {
      if (outcome !== null) sessions.set(target, outcome);
      left.push(target);
    }
  }
  return left;
}

/** A repository of the target's registry that has the blob: another target, or where a cached image came from. */
function mountSource(
  draft: PushDraft,
  target: DraftTarget,
  digest: string,
  has: (other: DraftTarget) => boolean,
): string | null {
  const other = draft.targets.find(
    (candidate) => candidate !== target && candidate.registry === target.registry && has(candidate),
  );
  if (other !== undefined) return other.repository;
  const home = draft.source.image?.home;
  const neighbour = home?.registry === target.registry && home.repository !== target.repository;
  return neighbour && draft.homeHas.get(digest) === true ? home.repository : null;
}
