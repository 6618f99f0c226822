import type { ImageKind } from '../../../shared/models/image-kind.ts';
import { manifestSummary } from '../browse/manifest-summary.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { BlobNumbers } from './blob-numbers.ts';

/** Manifests that are in memory at once: a few megabytes, and a few milliseconds until others get their turn. */
const BATCH = 10;
/** Manifests whose contents are kept: about a kilobyte each. */
const MOST_MANIFESTS = 20_000;
/** Indexes within indexes are followed so deep. */
const DEEPEST = 8;

/** What a manifest is made of; it never changes. */
export interface ManifestContent {
  readonly kind: ImageKind;
  readonly uploadTime: string | null;
  /** Distinct blobs by number, the config first, then the layers in their order. */
  readonly blobs: Uint32Array;
  /** Packed bytes of them; where they have no number, of an index each child's for itself. */
  readonly packed: number;
  /** Manifests of an index. */
  readonly children: readonly string[];
  /** Some blobs have no number: there are too many. Then `blobs` is empty. */
  readonly uncounted: boolean;
}

/** Where the bytes of known manifests are. */
export type KnownManifests = (digests: readonly string[]) => Promise<readonly KnownManifest[]>;

/** What known manifests are made of: each is read once, for a manifest of a digest is always the same. */
export class ImageContents {
  readonly #known: KnownManifests;
  readonly blobs: BlobNumbers;
  readonly #contents = new Map<string, ManifestContent>();
  #overfull = false;

  constructor(known: KnownManifests, blobs = new BlobNumbers()) {
    this.#known = known;
    this.blobs = blobs;
  }

  /** Reads what is not read yet, with what indexes name; what is not known is left out. */
  async read(digests: Iterable<string>, signal: AbortSignal): Promise<void> {
    let wanted = [...new Set(digests)];
    for (let depth = 0; depth <= DEEPEST && wanted.length > 0; depth += 1) {
      const unread = wanted.filter((digest) => !this.#contents.has(digest));
      for (let from = 0; from < unread.length; from += BATCH) {
        signal.throwIfAborted();
        for (const manifest of await this.#known(unread.slice(from, from + BATCH))) {
          this.#contents.set(manifest.digest, this.#contentOf(manifest));
        }
      }
      wanted = [...new Set(wanted.flatMap((digest) => this.#contents.get(digest)?.children ?? []))];
    }
  }

  #contentOf(manifest: KnownManifest): ManifestContent {
    const { kind, uploadTime, blobs, children } = manifestSummary(manifest);
    const numbers: number[] = [];
    let packed = 0;
    for (const [digest, size] of blobs) {
      const number = this.blobs.numberOf(digest, size);
      packed += size;
      if (number !== null) numbers.push(number);
    }
    const uncounted = numbers.length < blobs.size;
    this.#overfull ||= uncounted;
    return {
      kind: kind ?? 'artifact',
      uploadTime,
      blobs: Uint32Array.from(uncounted ? [] : numbers),
      packed,
      children: children.map(({ digest }) => digest),
      uncounted,
    };
  }

  /** What a manifest is made of, of an index with its children; null where one of them is not known. */
  of(digest: string): ManifestContent | null {
    const content = this.#contents.get(digest);
    if (content === undefined || content.children.length === 0) return content ?? null;
    const numbers = new Set<number>();
    const done = new Set<string>();
    let uncounted = false;
    let each = 0;
    let level: readonly string[] = [digest];
    for (let depth = 0; depth <= DEEPEST && level.length > 0; depth += 1) {
      const next: string[] = [];
      for (const current of level) {
        const found = this.#contents.get(current);
        if (found === undefined) return null;
        if (done.has(current)) continue;
        done.add(current);
        for (const number of found.blobs) numbers.add(number);
        uncounted ||= found.uncounted;
        each += found.packed;
        next.push(...found.children);
      }
      level = next;
    }
    if (uncounted) return { ...content, blobs: new Uint32Array(), packed: each, uncounted };
    return { ...content, blobs: Uint32Array.from(numbers), packed: this.blobs.total(numbers), uncounted };
  }

  /** There are more blobs or manifests than may be kept: who goes on counting begins anew. */
  get full(): boolean {
    return this.#contents.size >= MOST_MANIFESTS || this.#overfull;
  }

  /** The manifests that an index names. */
  childrenOf(digest: string): readonly string[] {
    return this.#contents.get(digest)?.children ?? [];
  }
}
