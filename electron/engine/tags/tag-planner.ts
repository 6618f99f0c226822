import { AppError, type ErrorData, toAppError } from '../../../shared/errors/app-error.ts';
import type { OfferedWay, PlannedTagChange, TagChange } from '../../../shared/models/tag-edit.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { parseManifest } from '../oci/parse-manifest.ts';
import { limited } from '../plan/limited.ts';
import { type DeleteAbilities, deletesByDigest, isExact, waysFor } from './delete-ways.ts';
import type { LookedTags, TagPlanParts } from './plan-tag-changes.ts';
import { TagsByDigest } from './tag-map.ts';
import { type TagStep, targetDigest } from './tag-step.ts';

const READS_AT_ONCE = 8;
/** Other tags of a digest that a plan names. */
const MOST_SHARED = 100;
const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPES.ociIndex, MEDIA_TYPES.dockerList]);

/** What is planned of a change before it is judged. */
type Planned = Omit<PlannedTagChange, 'state'>;

/** Plans the changes of one set: each is seen with all others made. */
export class TagPlanner {
  readonly #parts: TagPlanParts;
  readonly #steps: readonly TagStep[];
  readonly #points: LookedTags['points'];
  readonly #abilities: DeleteAbilities | AppError | null;
  /** Nobody knows all tags of a digest. */
  #unasked: boolean;
  readonly #now: TagsByDigest;
  /** What each tag points at once all is done. */
  readonly #after: ReadonlyMap<string, { readonly digest: string }>;
  readonly #later: TagsByDigest;
  /** Tags that are taken away. */
  readonly #taken: ReadonlySet<string>;
  /** Tags that are put somewhere. */
  readonly #put: ReadonlySet<string>;
  /** Tags of indexes, by the digest of each child. */
  readonly #parents = new Map<string, string[]>();
  readonly #ways = new Map<string, readonly OfferedWay[]>();

  constructor(
    parts: TagPlanParts,
    steps: readonly TagStep[],
    { points, unasked }: LookedTags,
    abilities: DeleteAbilities | AppError | null,
  ) {
    this.#parts = parts;
    this.#steps = steps;
    this.#points = points;
    this.#unasked = unasked;
    this.#abilities = abilities;
    this.#taken = new Set(steps.flatMap(({ take }) => (take === null ? [] : [take.tag])));
    this.#put = new Set(steps.flatMap(({ put }) => (put === null ? [] : [put.tag])));
    const after = new Map<string, { readonly digest: string }>(points);
    for (const tag of this.#taken) after.delete(tag);
    for (const step of steps) {
      const digest = targetDigest(step, points);
      if (step.put !== null && digest !== null) after.set(step.put.tag, { digest });
    }
    this.#after = after;
    this.#now = new TagsByDigest(points);
    this.#later = new TagsByDigest(after);
  }

  async run(signal: AbortSignal): Promise<PlannedTagChange[]> {
    if (deletesByDigest(this.#abilities)) await this.#readParents(signal);
    const planned: PlannedTagChange[] = [];
    for (const step of this.#steps) {
      const plain = this.#plan(step);
      planned.push({ ...plain, ...(await this.#judge(step, plain, signal)) });
    }
    return planned;
  }

  /** Reads the indexes that tags point at. */
  async #readParents(signal: AbortSignal): Promise<void> {
    const indexes = [...this.#points].filter(([, { mediaType }]) => INDEX_TYPES.has(mediaType));
    const { manifests } = this.#parts;
    await limited(
      indexes,
      () => READS_AT_ONCE,
      signal,
      async ([tag, { digest }], ended) => {
        const found = await manifests.find(digest, ended);
        if (found === null) return;
        for (const child of this.#childrenOf(found.bytes, found.mediaType)) {
          this.#parents.set(child, [...(this.#parents.get(child) ?? []), tag]);
        }
      },
    );
  }

  #childrenOf(bytes: Uint8Array, mediaType: string): string[] {
    try {
      const manifest = parseManifest(bytes, mediaType);
      return manifest.kind === 'index' ? manifest.manifests.map(({ digest }) => digest) : [];
    } catch (thrown) {
      // What cannot be read may need any of them.
      if (toAppError(thrown).code !== 'manifest.invalid') throw thrown;
      this.#unasked = true;
      return [];
    }
  }

  #digestOf(tag: string | undefined): string | null {
    return tag === undefined ? null : (this.#points.get(tag)?.digest ?? null);
  }

  #plan(step: TagStep): Planned {
    const { change, put, take } = step;
    const found = this.#digestOf(change.tag);
    const becomes = targetDigest(step, this.#points);
    const left = found !== null && this.#after.get(change.tag)?.digest !== found ? found : null;
    const taken = take === null ? null : found;
    const ways = taken === null ? [] : this.#waysFor(taken);
    return {
      change,
      found,
      foundTo: take === null ? null : this.#digestOf(put?.tag),
      becomes,
      sharedOld: left === null ? [] : this.#othersAt(left, change.tag),
      sharedNew: becomes === null ? [] : this.#othersAt(becomes, put?.tag),
      untags: left !== null && this.#later.at(left).length === 0,
      neededBy: taken === null ? [] : this.#neededBy(taken),
      ways: [...ways],
      way: chosenWay(change, ways, this.#put),
      error: null,
    };
  }

  #othersAt(digest: string, tag: string | undefined): string[] {
    return this.#now
      .at(digest)
      .filter((other) => other !== tag)
      .slice(0, MOST_SHARED);
  }

  async #judge(
    { put, take }: TagStep,
    { found, foundTo, becomes, ways, way }: Planned,
    signal: AbortSignal,
  ): Promise<{ state: PlannedTagChange['state']; error?: ErrorData }> {
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
    if ((await this.#parts.manifests.find(becomes, signal)) === null) return this.#missing(becomes);
    return { state: 'ready' };
  }

  #missing(name: string): { state: 'refused'; error: ErrorData } {
    const { client, repository } = this.#parts;
    const separator = name.includes(':') ? '@' : ':';
    const reference = `${repository}${separator}${name}`;
    return { state: 'refused', error: new AppError('manifest.notFound', { host: client.host, reference }).toData() };
  }

  #cannotDelete(tag: string): ErrorData {
    if (this.#abilities instanceof AppError) return this.#abilities.toData();
    return new AppError('tag.deleteUnsupported', { host: this.#parts.client.host, tag }).toData();
  }

  /** The ways to take tags from a manifest: the same for all that go from it. */
  #waysFor(digest: string): readonly OfferedWay[] {
    if (this.#abilities === null || this.#abilities instanceof AppError) return [];
    const known = this.#ways.get(digest);
    if (known !== undefined) return known;
    const staying = this.#later.at(digest);
    const ways = waysFor(this.#abilities, {
      going: this.#now.at(digest).filter((tag) => this.#taken.has(tag)),
      staying,
      written: staying.filter((tag) => this.#put.has(tag)),
      neededBy: this.#neededBy(digest),
      unasked: this.#unasked,
    });
    this.#ways.set(digest, ways);
    return ways;
  }

  /** Tags of indexes that stay and need the manifest. */
  #neededBy(digest: string): string[] {
    const tags = this.#parents.get(digest) ?? [];
    return tags.filter((tag) => this.#after.get(tag)?.digest === this.#points.get(tag)?.digest).sort();
  }
}

/** The way that a change takes: the one that was chosen, if all it touches was shown; else one that touches nothing more. */
function chosenWay(
  { way, shown = [] }: TagChange,
  ways: readonly OfferedWay[],
  written: ReadonlySet<string>,
): PlannedTagChange['way'] {
  const chosen = ways.find((offered) => offered.way === way);
  if (chosen !== undefined) {
    const agreed = new Set(shown);
    const touched = [...chosen.alsoRemoved, ...chosen.putBack];
    return touched.every((tag) => agreed.has(tag) || written.has(tag)) ? chosen.way : null;
  }
  return way === undefined ? (ways.find((offered) => isExact(offered, written))?.way ?? null) : null;
}
