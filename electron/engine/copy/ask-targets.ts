import { AppError } from '../../../shared/errors/app-error.ts';
import type { CopyRequest } from '../../../shared/models/copy.ts';
import { isLayoutPlace } from '../../../shared/models/image-location.ts';
import type { PlanReference } from '../../../shared/models/plan.ts';
import { MOST_MOUNT_CANDIDATES } from '../digests/blob-places.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { limited } from '../plan/limited.ts';
import { accountName } from '../registry/distribution-client.ts';
import {
  type CopyDraft,
  type CopyDraftTarget,
  type CopyImage,
  type CopyRow,
  type Outcome,
  PRESENT,
  SENT,
  type WantedTarget,
} from './copy-draft.ts';
import { type CopyPlanningParts, QUESTIONS_AT_ONCE } from './copy-parts.ts';
import { isListTag } from './place-belongings.ts';
import type { WantedCopy } from './read-images.ts';

/**
 * Groups what is wanted by target repository and looks at every tag there.
 *
 * @throws AppError `input.invalid` where two images are to get one tag; what a target refuses
 */
export async function askTags(
  parts: CopyPlanningParts,
  request: CopyRequest,
  images: ReadonlyMap<WantedCopy, CopyImage>,
  signal: AbortSignal,
): Promise<WantedTarget[]> {
  const targets = groupByTarget(images);
  await askStates(parts, request, targets, signal);
  return targets;
}

/** Looks at the tags of these targets. @throws AppError what a target refuses */
export async function askStates(
  parts: CopyPlanningParts,
  request: CopyRequest,
  targets: readonly WantedTarget[],
  signal: AbortSignal,
): Promise<void> {
  const questions = targets.flatMap((target) =>
    target.placements.flatMap(({ image, references }) => references.map((state) => ({ target, image, state }))),
  );
  await limited(
    questions,
    () => QUESTIONS_AT_ONCE,
    signal,
    async ({ target, image, state }, stopped) => {
      parts.requests.manifest += 1;
      const client = parts.clientOf(target.registry);
      const found = await client.headManifest(target.repository, state.tag, { signal: stopped });
      state.previousDigest = found?.digest ?? null;
      state.state = stateOf(state, image.digest, request);
    },
  );
}

function stateOf(
  { reference, tag, previousDigest }: PlanReference,
  digest: string,
  { existing, expectedTags = {} }: CopyRequest,
): PlanReference['state'] {
  if (previousDigest === digest) return 'same';
  const shown = expectedTags[reference];
  if (shown !== undefined && shown !== previousDigest) return 'conflict';
  if (previousDigest === null) return 'new';
  // A list is added to: what the target has in it stays.
  return existing === 'skip' && !isListTag(tag) ? 'kept' : 'moves';
}

function groupByTarget(images: ReadonlyMap<WantedCopy, CopyImage>): WantedTarget[] {
  type Placements = Map<string, { readonly image: CopyImage; readonly references: PlanReference[] }>;
  const targets = new Map<string, Omit<WantedTarget, 'placements'> & { readonly placements: Placements }>();
  /** Which image each reference gets. */
  const taken = new Map<string, string>();
  for (const [{ targets: wanted }, image] of images) {
    for (const { references, digests, ...place } of wanted) {
      for (const digest of digests) {
        if (digest !== image.digest)
          throw new AppError('input.invalid', {
            method: 'copy',
            field: digest,
            problem: 'It is not the digest of the source.',
          });
      }
      const key = `${place.registry}/${place.repository}`;
      const none: Placements = new Map();
      const target = targets.get(key) ?? { ...place, placements: none };
      targets.set(key, target);
      const placement = target.placements.get(image.digest) ?? { image, references: [] };
      target.placements.set(image.digest, placement);
      for (const { reference, tag } of references) {
        const before = taken.get(`${key} ${tag}`);
        if (before === image.digest) continue;
        if (before !== undefined)
          throw new AppError('input.invalid', {
            method: 'copy',
            field: reference,
            problem: 'Two images would get one tag.',
          });
        taken.set(`${key} ${tag}`, image.digest);
        placement.references.push({ reference, tag, state: 'new', previousDigest: null });
      }
    }
  }
  return [...targets.values()].map(({ placements, ...place }) => ({ ...place, placements: [...placements.values()] }));
}

/** Asks every target for every blob and manifest, and finds what can be mounted there. */
export async function askPresence(parts: CopyPlanningParts, draft: CopyDraft, signal: AbortSignal): Promise<void> {
  for (const target of draft.targets) await askTarget(parts, target, signal);
  for (const target of draft.targets) await preferMounts(parts, draft, target);
}

async function askTarget(parts: CopyPlanningParts, target: CopyDraftTarget, signal: AbortSignal): Promise<void> {
  const client = parts.clientOf(target.registry);
  const { repository } = target;
  // What a tag names is there: its registry would not have taken the tag otherwise.
  const named = new Set(
    target.placements.flatMap(({ image, references }) =>
      references.some(({ state }) => state === 'same') ? [image.digest] : [],
    ),
  );
  await limited(
    target.rows,
    () => QUESTIONS_AT_ONCE,
    signal,
    async ({ index, digest, size, manifest }, stopped) => {
      const options = { signal: stopped };
      let found = manifest !== null && named.has(digest);
      if (manifest !== null && !found) {
        parts.requests.manifest += 1;
        found = (await client.headManifest(repository, digest, options)) !== null;
      } else if (manifest === null) {
        parts.requests.head += 1;
        found = await client.headBlob(repository, digest, { ...options, size });
      }
      target.outcomes.set(index, found ? PRESENT : SENT);
      if (found) target.settled.add(index);
    },
  );
  const place = { registry: target.registry, repository };
  const blobs = target.rows.filter(({ manifest }) => manifest === null);
  const has = ({ index }: CopyRow): boolean => target.outcomes.get(index) === PRESENT;
  const digestsOf = (rows: readonly CopyRow[]): string[] => rows.map(({ digest }) => digest);
  await parts.contentIndex.sawBlobs(place, digestsOf(blobs.filter(has)), accountName(client));
  await parts.contentIndex.lostBlobs(place, digestsOf(blobs.filter((row) => !has(row))), accountName(client));
}

async function preferMounts(parts: CopyPlanningParts, draft: CopyDraft, target: CopyDraftTarget): Promise<void> {
  const missing = missingBlobs(target);
  const mounts = parts.mountsAt(target.registry);
  if (missing.length === 0 || mounts === 'no' || isLayoutPlace(target.registry)) return;
  const elsewhere = await elsewhereOf(
    parts,
    draft,
    target,
    missing.map(({ digest }) => digest),
  );
  for (const row of missing) {
    const [from] = mountCandidates(draft, target, row, elsewhere.get(row.digest) ?? []);
    if (from === undefined) continue;
    const outcome: Outcome = {
      verdict: 'mount',
      reason: mounts === 'yes' ? from.reason : 'mountUntried',
      mountedFrom: from.repository,
    };
    target.outcomes.set(row.index, outcome);
  }
}

/** Other repositories of a target's registry that were seen to hold blobs, by blob: those first that hold more of what is copied. */
export async function elsewhereOf(
  parts: CopyPlanningParts,
  draft: CopyDraft,
  { registry, repository }: RepositoryName,
  digests: readonly string[],
): Promise<Map<string, string[]>> {
  return await parts.contentIndex.mountCandidates({
    registry,
    account: accountName(parts.clientOf(registry)),
    digests,
    image: draft.rows.flatMap(({ digest, manifest }) => (manifest === null ? [digest] : [])),
    except: [repository],
  });
}

/** Blobs of a target that are to be brought. */
export function missingBlobs({ rows, settled }: CopyDraftTarget): CopyRow[] {
  return rows.filter(({ index, manifest }) => manifest === null && !settled.has(index));
}

interface MountCandidate {
  readonly repository: string;
  readonly reason: 'mountable' | 'sentByAnotherTarget';
}

/**
 * Repositories of the target's registry that have a blob, the surest first: the source, other targets of this copy, then
 * whatever was seen to hold it.
 *
 * @param elsewhere repositories of the registry that were seen to hold the blob
 */
export function mountCandidates(
  draft: CopyDraft,
  target: CopyDraftTarget,
  row: CopyRow,
  elsewhere: readonly string[],
): MountCandidate[] {
  const candidates = new Map<string, MountCandidate['reason']>();
  const add = ({ registry, repository }: RepositoryName, reason: MountCandidate['reason']): void => {
    const own = registry !== target.registry || repository === target.repository;
    if (!own && !candidates.has(repository)) candidates.set(repository, reason);
  };
  for (const source of row.sources) add(source, 'mountable');
  const before = draft.targets.indexOf(target);
  for (const [at, other] of draft.targets.entries()) {
    if (other.settled.has(row.index)) add(other, 'mountable');
    else if (at < before && other.outcomes.has(row.index)) add(other, 'sentByAnotherTarget');
  }
  for (const repository of elsewhere) add({ registry: target.registry, repository }, 'mountable');
  return [...candidates].map(([repository, reason]) => ({ repository, reason })).slice(0, MOST_MOUNT_CANDIDATES);
}
