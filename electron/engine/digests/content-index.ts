import type { RepositoryName } from '../../../shared/models/vm-knowledge.ts';
import type { StateDatabase } from '../state/state-database.ts';
import {
  BlobPlaces,
  type LayerHolder,
  type MountQuestion,
  oldPlacesStatements,
  readerStatement,
} from './blob-places.ts';
import {
  claimStatements,
  type LayerPair,
  LayerPairs,
  oldClaimsStatement,
  type SoundProof,
  type UsablePair,
} from './layer-pairs.ts';
import { type KnownManifest, ManifestIndex, manifestStatements, type StatedPlace } from './manifest-index.ts';

export type { KnownManifest, LayerHolder, LayerPair, RepositoryName, SoundProof, UsablePair };

/** A manifest and what it claims. */
export interface LearnedManifest {
  readonly manifest: KnownManifest;
  readonly pairs: readonly LayerPair[];
}

/** Claims and places of blobs that no manifest and no answer has repeated for this long are forgotten. */
const KEEP_CLAIMS_MS = 180 * 24 * 3600 * 1000;
const CONTENT_TABLES = [
  'layer_pairs',
  'claimed_pairs',
  'known_raw_sizes',
  'blob_locations',
  'absent_blobs',
  'repository_readers',
  'manifest_layers',
  'manifest_places',
  'manifests',
  'vm_configs',
];
/** Rows of each kind that are forgotten at one go: what is left goes when the next manifest is learned. */
const FORGOTTEN_AT_ONCE = 500;

/**
 * What is known of content: which layer a raw chunk encodes to ({@link LayerPairs}), which manifests say what
 * ({@link ManifestIndex}), and which repositories hold which blobs ({@link BlobPlaces}). Accounts are names, '' = nobody's.
 */
export class ContentIndex {
  readonly #state: StateDatabase;
  readonly #nowMs: () => number;
  readonly #pairs: LayerPairs;
  readonly #manifests: ManifestIndex;
  readonly #places: BlobPlaces;

  constructor(state: StateDatabase, nowMs: () => number) {
    this.#state = state;
    this.#nowMs = nowMs;
    this.#pairs = new LayerPairs(state, nowMs);
    this.#manifests = new ManifestIndex(state, nowMs);
    this.#places = new BlobPlaces(state, nowMs);
  }

  /** Layers of raw digests that may replace encoding in a push to all of `targets`. */
  async pairsFor(rawDigests: readonly string[], targets: readonly RepositoryName[]): Promise<Map<string, UsablePair>> {
    return await this.#pairs.usable(rawDigests, targets);
  }

  /** Whether manifests of a repository state these pairs, in their order. */
  async statedPairs(pairs: readonly LayerPair[], place: RepositoryName): Promise<boolean[]> {
    return await this.#pairs.stated(pairs, place);
  }

  /** Layer digests that our own encoder is known to make of raw digests. */
  async encodedAs(rawDigests: readonly string[]): Promise<Map<string, string>> {
    return await this.#pairs.encodedAs(rawDigests);
  }

  /** Layers of raw digests by whatever is known of them, claims of any repository among them: for drawing, never for a push. */
  async likelyPairs(rawDigests: readonly string[]): Promise<Map<string, LayerPair>> {
    return await this.#pairs.likely(rawDigests);
  }

  /** Whether any pair could name a chunk of this raw size: if not, reading ahead of encoding can tell nothing. */
  async knowsRawSize(rawSize: number): Promise<boolean> {
    return await this.#pairs.knowsRawSize(rawSize);
  }

  /** Learns pairs that are facts. */
  async learnPairs(pairs: readonly (LayerPair & { readonly proof: SoundProof })[]): Promise<void> {
    await this.#pairs.learn(pairs);
  }

  /** A layer was decoded and is not made of the raw bytes that manifests claim. */
  async refuteClaim(rawDigest: string, digest: string): Promise<void> {
    await this.#pairs.refute(rawDigest, digest);
  }

  /** Forgets everything, at once: what was known is to be learned anew. */
  async clear(): Promise<void> {
    // Without a condition SQLite empties a table without a look at its rows; children come before their parents.
    await this.#state.run(CONTENT_TABLES.map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })));
  }

  /** Learns what a manifest of a repository claims, and keeps its bytes. */
  async learnManifest(
    place: RepositoryName,
    manifest: KnownManifest,
    pairs: readonly LayerPair[],
    account = '',
  ): Promise<void> {
    await this.learnManifests(place, [{ manifest, pairs }], account);
  }

  /** Learns several manifests of one repository. Each is a transaction of its own: none is long. */
  async learnManifests(place: RepositoryName, learned: readonly LearnedManifest[], account = ''): Promise<void> {
    const now = this.#nowMs();
    for (const [at, { manifest, pairs }] of learned.entries())
      await this.#state.run([
        ...(at === 0 ? this.#forgetting(now) : []),
        readerStatement(place, account, now),
        ...manifestStatements(place, manifest, now),
        ...claimStatements(place, pairs, now),
      ]);
  }

  #forgetting(now: number): ReturnType<typeof oldPlacesStatements> {
    const before = now - KEEP_CLAIMS_MS;
    return [oldClaimsStatement(before, FORGOTTEN_AT_ONCE), ...oldPlacesStatements(before, FORGOTTEN_AT_ONCE)];
  }

  /** Known manifests were seen in a repository again: they and what they claim there stay young. */
  async sawManifests(place: RepositoryName, digests: readonly string[]): Promise<void> {
    await this.#manifests.saw(place, digests);
  }

  /** The bytes of a VM config layer; null when it was never seen. */
  async vmConfig(digest: string): Promise<Uint8Array | null> {
    return await this.#manifests.vmConfig(digest);
  }

  /** Keeps a VM config layer, so that a manifest that names it can be compared with a VM without a request. */
  async learnVmConfig(digest: string, bytes: Uint8Array): Promise<void> {
    await this.#manifests.learnVmConfig(digest, bytes);
  }

  /**
   * Known manifests: those of the targets first, then the newest. At most 50.
   *
   * @param layer only those that name this layer; null = any
   */
  async knownManifests(targets: readonly RepositoryName[], layer: string | null = null): Promise<KnownManifest[]> {
    return await this.#manifests.known(targets, layer);
  }

  /** Repositories that manifests were seen in. */
  async knownRepositories(): Promise<RepositoryName[]> {
    return await this.#manifests.repositories();
  }

  /** The newest manifest that was seen to name each of these layers, and where; none where there is none. */
  async statedIn(layerDigests: readonly string[]): Promise<Map<string, StatedPlace>> {
    return await this.#manifests.statedIn(layerDigests);
  }

  /** Which of these manifests were seen in a repository before. */
  async manifestsSeenIn(place: RepositoryName, digests: readonly string[]): Promise<Set<string>> {
    return await this.#manifests.seenIn(place, digests);
  }

  /** The bytes of these manifests, as far as they are known. */
  async manifestsNamed(digests: readonly string[]): Promise<KnownManifest[]> {
    return await this.#manifests.named(digests);
  }

  /** Repositories that hold any of these layers, by their manifests and by blobs seen; the most first, at most 20. */
  async holdersOf(layerDigests: readonly string[]): Promise<LayerHolder[]> {
    return await this.#places.holdersOf(layerDigests);
  }

  /** Which of these layers a repository was seen to hold. */
  async heldBy(place: RepositoryName, layerDigests: readonly string[]): Promise<Set<string>> {
    return await this.#places.heldBy(place, layerDigests);
  }

  /** Repositories of a registry that were seen to hold these layers, by layer, the newest first; none where there is none. */
  async holdersIn(registry: string, layerDigests: readonly string[]): Promise<Map<string, string[]>> {
    return await this.#places.holdersIn(registry, layerDigests);
  }

  /** Repositories that blobs could be mounted from, by blob, the likeliest first; see {@link BlobPlaces.mountCandidates}. */
  async mountCandidates(question: MountQuestion): Promise<Map<string, string[]>> {
    return await this.#places.mountCandidates(question);
  }

  /** A repository was found not to have these blobs after all, as this account sees it. */
  async lostBlobs(place: RepositoryName, digests: readonly string[], account = ''): Promise<void> {
    await this.#places.lost(place, digests, account);
  }

  /** A repository refused to be read by this account. */
  async refusedReading(place: RepositoryName, account: string): Promise<void> {
    await this.#places.refused(place, account);
  }

  /** Forgets that a repository holds anything; what its layers are made of stays known. */
  async forgetRepository(place: RepositoryName): Promise<void> {
    await this.#places.forget(place);
  }

  /** Remembers that a repository has blobs, as this account saw it. */
  async sawBlobs(place: RepositoryName, digests: readonly string[], account = ''): Promise<void> {
    await this.#places.saw(place, digests, account);
  }

  /** When the newest manifests of a repository were last read; ms since the epoch, null = never. */
  async repositoryReadMs(place: RepositoryName): Promise<number | null> {
    return await this.#places.readMs(place);
  }

  /** The newest manifests of a repository were read, as this account sees it. */
  async readRepository(place: RepositoryName, account: string): Promise<void> {
    await this.#places.read(place, account);
  }

  /** Repositories of a registry that this account, or nobody's, was seen to read; the newest first. */
  async readableRepositories(registry: string, account: string): Promise<string[]> {
    return await this.#places.readable(registry, account);
  }
}
