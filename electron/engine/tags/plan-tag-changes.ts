import { AppError } from '../../../shared/errors/app-error.ts';
import type { PlannedTagChange, TagChange, TagPlan } from '../../../shared/models/tag-edit.ts';
import type { TagList } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { type AbilityMemory, deleteAbilities } from './delete-abilities.ts';
import { type DeleteAbilities, deletesByDigest } from './delete-ways.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { type TagPoint, tagPoints } from './tag-map.ts';
import { TagPlanner } from './tag-planner.ts';
import { namedTags, type TagStep, tagSteps, targetDigest } from './tag-step.ts';

/** Repositories with more tags are asked for all digests only where a deletion needs it. */
const MOST_TAGS_ASKED = 1000;

/** What planning works with. */
export interface TagPlanParts {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly manifests: ManifestReader;
  readonly memory: AbilityMemory;
  /** Tags that were at a digest when the repository was last read. */
  readonly remembered: (digest: string) => readonly string[];
  readonly nowMs: () => number;
}

/** A plan, and what it was made of. */
export interface TagDraft {
  readonly plan: TagPlan;
  readonly steps: readonly TagStep[];
  /** What tags point at now. */
  readonly points: ReadonlyMap<string, TagPoint>;
}

/**
 * Plans changes of a repository's tags: what each does, what shares the digests, how a tag can go. Writes nothing.
 *
 * @throws AppError `reference.invalid`, `input.invalid`, and what the registry refuses
 */
export async function planTagChanges(
  parts: TagPlanParts,
  changes: readonly TagChange[],
  signal: AbortSignal,
): Promise<TagDraft> {
  const steps = tagSteps(changes);
  const { client, repository, memory } = parts;
  const deletes = steps.some(({ take }) => take !== null);
  const abilities = deletes ? await abilitiesOrRefusal(client, repository, memory, signal) : null;
  const looked = await lookAtTags(parts, steps, abilities, signal);
  const planned = await new TagPlanner(parts, steps, looked, abilities).run(signal);
  return {
    steps,
    points: looked.points,
    plan: {
      host: client.host,
      repository,
      atMs: parts.nowMs(),
      changes: planned,
      complete: looked.complete,
      requests: planned.reduce((sum, change) => sum + requestsOf(change), 0),
    },
  };
}

/** What the registry deletes, or its refusal to delete anything for this account: what is only written can be made all the same. */
async function abilitiesOrRefusal(
  client: RegistryClient,
  repository: string,
  memory: AbilityMemory,
  signal: AbortSignal,
): Promise<DeleteAbilities | AppError> {
  try {
    return await deleteAbilities(client, repository, memory, signal);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'registry.denied') return thrown;
    throw thrown;
  }
}

function requestsOf({ state, change, ways, way }: PlannedTagChange): number {
  if (state === 'same') return 0;
  // Look, write, read back.
  const put = change.kind === 'remove' ? 0 : 3;
  const taken = ways.find((offered) => offered.way === way) ?? ways[0];
  return put + (taken?.requests ?? 0);
}

/** What was looked at. */
export interface LookedTags {
  readonly points: Map<string, TagPoint>;
  /** All tags were asked. */
  readonly complete: boolean;
  /** There are names that cannot be asked for, or the list broke off. */
  readonly unasked: boolean;
}

/** Asks the tags that matter for their digests: all of them where that is few, or a deletion by digest must know them. */
async function lookAtTags(
  { client, repository, remembered }: TagPlanParts,
  steps: readonly TagStep[],
  abilities: DeleteAbilities | AppError | null,
  signal: AbortSignal,
): Promise<LookedTags> {
  const named = steps.flatMap(namedTags);
  const byDigest = deletesByDigest(abilities);
  const { tags: all, invalid, complete } = await tagNames(client, repository, signal);
  const unasked = invalid.length > 0 || !complete;
  if (byDigest || all.length <= MOST_TAGS_ASKED) {
    return { points: await tagPoints(client, repository, [...all, ...named], signal), complete, unasked };
  }
  const points = await tagPoints(client, repository, named, signal);
  const digests = [
    ...steps.map((step) => targetDigest(step, points)),
    ...[...points.values()].map(({ digest }) => digest),
  ];
  const likely = digests.flatMap((digest) => (digest === null ? [] : remembered(digest)));
  const more = await tagPoints(
    client,
    repository,
    likely.filter((tag) => !points.has(tag)),
    signal,
  );
  return { points: new Map([...points, ...more]), complete: false, unasked };
}

/** All tags; none of a repository that is not there yet, or no more. */
export async function tagNames(client: RegistryClient, repository: string, signal: AbortSignal): Promise<TagList> {
  try {
    return await client.listTags(repository, { signal });
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'repository.notFound')
      return { tags: [], invalid: [], complete: true };
    throw thrown;
  }
}
