import { AppError, type ErrorData } from '../../../shared/errors/app-error.ts';
import type { OfferedWay, PlannedTagChange, TagChange, TagPlan } from '../../../shared/models/tag-edit.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import { limited } from '../plan/limited.ts';
import type { TagList } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { type AbilityMemory, deleteAbilities } from './delete-abilities.ts';
import { type DeleteAbilities, isExact, waysFor } from './delete-ways.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { type TagPoint, tagPoints, tagsAt } from './tag-map.ts';
import { namedTags, type TagStep, tagSteps, targetDigest } from './tag-step.ts';

/** Repositories with more tags are asked for all digests only where a deletion needs it. */
const MOST_TAGS_ASKED = 1000;
const READS_AT_ONCE = 8;

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
  const abilities = steps.some(({ take }) => take !== null)
    ? await deleteAbilities(client, repository, memory, signal)
    : null;
  const looked = await lookAtTags(parts, steps, abilities, signal);
  const planner = new Planner(parts, steps, looked, abilities, signal);
  const planned = await planner.run();
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

function requestsOf({ state, change, ways, way }: PlannedTagChange): number {
  if (state === 'same') return 0;
  // Look, write, read back.
  const put = change.kind === 'remove' ? 0 : 3;
  const taken = ways.find((offered) => offered.way === way) ?? ways[0];
  return put + (taken?.requests ?? 0);
}

/** What was looked at. */
interface LookedTags {
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
  abilities: DeleteAbilities | null,
  signal: AbortSignal,
): Promise<LookedTags> {
  const named = steps.flatMap(namedTags);
  const byDigest = abilities !== null && (abilities.tagDelete === 'digest' || abilities.tagDelete === 'unknown');
  const { tags: all, invalid, complete } = await tagNames(client, repository, signal);
  const unasked = invalid.length > 0 || !complete;
  if (byDigest || all.length <= MOST_TAGS_ASKED) {
    return { points: await tagPoints(client, repository, [...all, ...named], signal), complete: true, unasked };
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

const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList]);

class Planner {
  readonly #parts: TagPlanParts;
  readonly #steps: readonly TagStep[];
  readonly #points: ReadonlyMap<string, TagPoint>;
  readonly #unasked: boolean;
  readonly #abilities: DeleteAbilities | null;
  readonly #signal: AbortSignal;
  /** What each tag points at once all is done. */
  readonly #after: Map<string, { readonly digest: string }>;
  /** Tags that are taken away. */
  readonly #taken: ReadonlySet<string>;
  /** Tags that are put somewhere. */
  readonly #put: readonly string[];
  /** Tags of indexes, by the digest of each child. */
  #parents: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(
    parts: TagPlanParts,
    steps: readonly TagStep[],
    { points, unasked }: LookedTags,
    abilities: DeleteAbilities | null,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#steps = steps;
    this.#points = points;
    this.#unasked = unasked;
    this.#abilities = abilities;
    this.#signal = signal;
    this.#taken = new Set(steps.flatMap(({ take }) => (take === null ? [] : [take.tag])));
    this.#put = steps.flatMap(({ put }) => (put === null ? [] : [put.tag]));
    this.#after = new Map([...points].filter(([tag]) => !this.#taken.has(tag)));
    for (const step of steps) {
      const digest = targetDigest(step, points);
      if (step.put !== null && digest !== null) this.#after.set(step.put.tag, { digest });
    }
  }

  async run(): Promise<PlannedTagChange[]> {
    const { tagDelete } = this.#abilities ?? { tagDelete: 'tag' };
    if (tagDelete === 'digest' || tagDelete === 'unknown') this.#parents = await this.#readParents();
    const planned: PlannedTagChange[] = [];
    for (const step of this.#steps) planned.push(await this.#plan(step));
    return planned;
  }

  /** Reads the indexes that tags point at. */
  async #readParents(): Promise<Map<string, string[]>> {
    const parents = new Map<string, string[]>();
    const indexes = [...this.#points].filter(([, { mediaType }]) => INDEX_TYPES.has(mediaType));
    const { manifests } = this.#parts;
    await limited(
      indexes,
      () => READS_AT_ONCE,
      this.#signal,
      async ([tag, { digest }], ended) => {
        const found = await manifests.find(digest, ended);
        if (found === null) return;
        const manifest = parseManifest(found.bytes, found.mediaType);
        if (manifest.kind !== 'index') return;
        for (const child of manifest.manifests) parents.set(child.digest, [...(parents.get(child.digest) ?? []), tag]);
      },
    );
    return parents;
  }

  #digestOf(tag: string | undefined): string | null {
    return tag === undefined ? null : (this.#points.get(tag)?.digest ?? null);
  }

  async #plan(step: TagStep): Promise<PlannedTagChange> {
    const { change, put, take } = step;
    const found = this.#digestOf(change.tag);
    const foundTo = take === null ? null : this.#digestOf(put?.tag);
    const becomes = targetDigest(step, this.#points);
    const left = found !== null && this.#after.get(change.tag)?.digest !== found ? found : null;
    const ways = take === null || found === null ? [] : this.#waysFor(found);
    const plain = {
      change,
      found,
      foundTo,
      becomes,
      sharedOld: left === null ? [] : tagsAt(this.#points, left).filter((tag) => tag !== change.tag),
      sharedNew: becomes === null ? [] : tagsAt(this.#points, becomes).filter((tag) => tag !== put?.tag),
      untags: left !== null && tagsAt(this.#after, left).length === 0,
      neededBy: take === null || found === null ? [] : this.#neededBy(found),
      ways,
      way: chosenWay(change, ways, this.#put),
      error: null,
    };
    return { ...plain, ...(await this.#judge(step, plain)) };
  }

  async #judge(
    { put, take }: TagStep,
    plain: Pick<PlannedTagChange, 'found' | 'foundTo' | 'becomes' | 'ways' | 'way'>,
  ): Promise<{ state: PlannedTagChange['state']; error?: ErrorData }> {
    const { found, foundTo, becomes, ways, way } = plain;
    if (take !== null) {
      if (found === null) return take.seen === undefined ? this.#missing(take.tag) : { state: 'same' };
      if (take.seen !== undefined && take.seen !== found) return { state: 'conflict' };
      if (put !== null && foundTo !== null && foundTo !== becomes && foundTo !== put.seen) return { state: 'conflict' };
      if (ways.length === 0) return { state: 'refused', error: this.#cannotDelete(take.tag) };
      return { state: way === null ? 'needsWay' : 'ready' };
    }
    if (put === null) return { state: 'same' };
    if (becomes === null) return this.#missing('from' in put.target ? put.target.from : put.tag);
    if (found === becomes) return { state: 'same' };
    if (put.seen !== undefined && put.seen !== found) return { state: 'conflict' };
    if ((await this.#parts.manifests.find(becomes, this.#signal)) === null) return this.#missing(becomes);
    return { state: 'ready' };
  }

  #missing(name: string): { state: 'refused'; error: ErrorData } {
    const { client, repository } = this.#parts;
    const separator = name.includes(':') ? '@' : ':';
    const reference = `${repository}${separator}${name}`;
    return { state: 'refused', error: new AppError('manifest.notFound', { host: client.host, reference }).toData() };
  }

  #cannotDelete(tag: string): ErrorData {
    return new AppError('tag.deleteUnsupported', { host: this.#parts.client.host, tag }).toData();
  }

  #waysFor(digest: string): OfferedWay[] {
    if (this.#abilities === null) return [];
    return waysFor(this.#abilities, {
      going: tagsAt(this.#points, digest).filter((tag) => this.#taken.has(tag)),
      staying: tagsAt(this.#after, digest),
      written: tagsAt(this.#after, digest).filter((tag) => this.#put.includes(tag)),
      neededBy: this.#neededBy(digest),
      unasked: this.#unasked,
    });
  }

  /** Tags of indexes that stay and need the manifest. */
  #neededBy(digest: string): string[] {
    const tags = this.#parents.get(digest) ?? [];
    return tags.filter((tag) => this.#after.get(tag)?.digest === this.#points.get(tag)?.digest);
  }
}

/** The way that a change takes: the one that was chosen, if all it touches was shown; else one that touches nothing more. */
function chosenWay(
  { way, shown = [] }: TagChange,
  ways: readonly OfferedWay[],
  written: readonly string[],
): PlannedTagChange['way'] {
  const chosen = ways.find((offered) => offered.way === way);
  if (chosen !== undefined) {
    const agreed = new Set([...shown, ...written]);
    return [...chosen.alsoRemoved, ...chosen.putBack].every((tag) => agreed.has(tag)) ? chosen.way : null;
  }
  return way === undefined ? (ways.find((offered) => isExact(offered, written))?.way ?? null) : null;
}
