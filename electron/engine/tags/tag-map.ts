import { limited } from '../plan/limited.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

const REQUESTS_AT_ONCE = 16;

/** What a tag points at. */
export interface TagPoint {
  readonly digest: string;
  readonly mediaType: string;
}

/** Asks tags for their digests, 16 at a time; one that is not there is left out. */
export async function tagPoints(
  client: RegistryClient,
  repository: string,
  tags: Iterable<string>,
  signal: AbortSignal,
): Promise<Map<string, TagPoint>> {
  const points = new Map<string, TagPoint>();
  await limited(
    new Set(tags),
    () => client.atOnce(REQUESTS_AT_ONCE),
    signal,
    async (tag, ended) => {
      const found = await client.headManifest(repository, tag, { signal: ended });
      if (found !== null) points.set(tag, found);
    },
  );
  return points;
}

/** Tags by digest: made once for many questions. */
export class TagsByDigest {
  readonly #tags = new Map<string, string[]>();

  constructor(points: ReadonlyMap<string, Pick<TagPoint, 'digest'>>) {
    for (const [tag, { digest }] of points) {
      const known = this.#tags.get(digest);
      if (known === undefined) this.#tags.set(digest, [tag]);
      else known.push(tag);
    }
    for (const tags of this.#tags.values()) tags.sort();
  }

  /** Tags at a digest, sorted. */
  at(digest: string): readonly string[] {
    return this.#tags.get(digest) ?? [];
  }
}
