import { accountName } from '../registry/distribution-client.ts';
import { askHome } from './ask-home.ts';
import { askNeighbours, neighbourWith } from './ask-neighbours.ts';
import { limited } from './limited.ts';
import type { AskingParts } from './planning-parts.ts';
import {
  ABSENT,
  type DraftLayer,
  type DraftTarget,
  isSentAgain,
  PRESENT,
  type PushDraft,
  SENT_AGAIN,
} from './push-draft.ts';

/** HEADs in flight per target: 16 parallel over HTTP/1.1 are within 2x of HTTP/2 (measured against distribution 2.8.2). */
const HEADS_AT_ONCE = 16;

/**
 * Asks each target once for every distinct digest of `layers` that it has not been asked for. A blob that a target
 * lacks while another target of the same registry has it, or will get it, or another repository there was seen to hold it, is
 * a mount. A digest that is being asked for is waited for: half an answer would be an upload in place of a mount.
 */
export async function askPresence(
  parts: AskingParts,
  draft: PushDraft,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<void> {
  const underWay = (): Promise<void>[] => layers.flatMap(({ digest }) => draft.asking.get(digest ?? '') ?? []);
  for (let waiting = underWay(); waiting.length > 0; waiting = underWay()) {
    await Promise.allSettled(waiting);
    signal.throwIfAborted();
  }
  const digests = layers.flatMap(({ digest }) => digest ?? []);
  const asking = askAll(parts, draft, layers, signal);
  for (const digest of digests) draft.asking.set(digest, asking);
  try {
    await asking;
  } finally {
    for (const digest of digests) draft.asking.delete(digest);
  }
}

async function askAll(
  parts: AskingParts,
  draft: PushDraft,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<void> {
  const asked = await Promise.all(draft.targets.map((target) => askTarget(parts, draft, target, layers, signal)));
  await askHomeForMounts(parts, draft, layers, signal);
  for (const target of draft.targets) await askNeighbours(parts, draft, target, layers, signal);
  for (const [at, target] of draft.targets.entries()) {
    // Only what was asked now: what was brought meanwhile stays what it is.
    if (parts.clientOf(target.registry).profile.mounts) preferMounts(draft, target, asked[at] ?? []);
  }
}

/** A cached image may lie in another repository of a target's registry: what that one has needs no upload. */
async function askHomeForMounts(
  parts: AskingParts,
  draft: PushDraft,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Map<string, number>();
  for (const target of draft.targets.filter((candidate) => isNeighbour(draft, candidate))) {
    for (const { digest, size } of layers) {
      if (digest !== null && size !== null && target.presence.get(digest)?.verdict === 'upload')
        wanted.set(digest, size);
    }
  }
  await askHome(parts, draft, wanted, signal);
}

/** Whether the target is another repository of the registry that a cached image came from. */
function isNeighbour(draft: PushDraft, target: DraftTarget): boolean {
  const home = draft.source.image?.home;
  return home?.registry === target.registry && home.repository !== target.repository;
}

/** Answers the digests that the target was asked for. */
async function askTarget(
  parts: AskingParts,
  draft: PushDraft,
  target: DraftTarget,
  layers: readonly DraftLayer[],
  signal: AbortSignal,
): Promise<string[]> {
  const wanted = new Map<string, number>();
  for (const { digest, size } of layers) {
    if (digest === null || size === null || target.presence.has(digest)) continue;
    if (isSentAgain(draft, digest)) target.presence.set(digest, SENT_AGAIN);
    else wanted.set(digest, size);
  }
  if (wanted.size === 0) return [];
  const client = parts.clientOf(target.registry);
  await limited(
    wanted,
    () => HEADS_AT_ONCE,
    signal,
    async ([digest, size], stopped) => {
      parts.requests.head += 1;
      const present = await client.headBlob(target.repository, digest, { size, signal: stopped });
      target.presence.set(digest, present ? PRESENT : ABSENT);
    },
  );
  const place = { registry: target.registry, repository: target.repository };
  const has = (digest: string): boolean => target.presence.get(digest)?.verdict === 'present';
  const asked = [...wanted.keys()];
  await parts.contentIndex.sawBlobs(place, asked.filter(has), accountName(client));
  // Whatever was seen there before: this account is told that they are not.
  await parts.contentIndex.lostBlobs(
    place,
    asked.filter((digest) => !has(digest)),
    accountName(client),
  );
  return asked;
}

/** Turns an upload into a mount where another target of the same registry has the blob, or gets it first. */
function preferMounts(draft: PushDraft, target: DraftTarget, digests: readonly string[]): void {
  for (const digest of digests) {
    if (target.presence.get(digest)?.verdict !== 'upload') continue;
    const source = draft.targets.find(
      (other) => other !== target && other.registry === target.registry && offers(draft, other, target, digest),
    );
    if (source === undefined) {
      const offered = offeredBy(draft, target, digest);
      const neighbour = neighbourWith(draft, target, digest);
      if (offered !== null)
        target.presence.set(digest, { verdict: 'mount', reason: 'mountable', mountedFrom: offered });
      else if (neighbour !== null)
        target.presence.set(digest, { verdict: 'mount', reason: 'mountUntried', mountedFrom: neighbour });
      continue;
    }
    const has = source.presence.get(digest)?.verdict === 'present';
    target.presence.set(digest, {
      verdict: 'mount',
      reason: has ? 'mountable' : 'sentByAnotherTarget',
      mountedFrom: source.repository,
    });
  }
}

/** The repository of a cached image, in the target's registry and not the target, that is known to have the blob. */
export function offeredBy(draft: PushDraft, target: DraftTarget, digest: string): string | null {
  const home = draft.offers.get(digest) ?? (draft.homeHas.get(digest) === true ? draft.source.image?.home : undefined);
  return home?.registry === target.registry && home.repository !== target.repository ? home.repository : null;
}

/** `other` has the blob already, or stands before `target` and uploads it. */
function offers(draft: PushDraft, other: DraftTarget, target: DraftTarget, digest: string): boolean {
  const verdict = other.presence.get(digest)?.verdict;
  if (verdict === 'present') return true;
  return verdict === 'upload' && draft.targets.indexOf(other) < draft.targets.indexOf(target);
}
