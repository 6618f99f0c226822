import type { LayoutIndex, LayoutSnapshot } from './layout-index.ts';
import { nameOfEntry } from './layout-index.ts';
import type { ManifestFacts, ManifestReader } from './manifest-facts.ts';
import type { RepositoryRecords } from './repository-records.ts';

/** Indexes within indexes deeper than this are not followed. */
const DEEPEST = 8;
/** Repositories whose view is kept. */
const MOST_VIEWS = 200;

/** A repository as the registry shows it. */
export interface RepositoryView {
  readonly repository: string;
  /** Tag to manifest digest. */
  readonly tags: ReadonlyMap<string, string>;
  /** By digest: tagged, pushed by digest, and the manifests of its indexes. */
  readonly manifests: ReadonlyMap<string, ManifestFacts>;
  /** Blobs that these manifests name. */
  readonly blobs: ReadonlySet<string>;
}

interface Kept {
  readonly version: number;
  readonly stamp: string;
  readonly view: RepositoryView | null;
}

/** Views of repositories, made from index.json and the records, and made again when either changed. */
export class RepositoryViews {
  readonly #index: LayoutIndex;
  readonly #records: RepositoryRecords;
  readonly #manifests: ManifestReader;
  readonly #kept = new Map<string, Kept>();

  constructor(index: LayoutIndex, records: RepositoryRecords, manifests: ManifestReader) {
    this.#index = index;
    this.#records = records;
    this.#manifests = manifests;
  }

  /** The repository, or null where it has no manifest. @throws AppError `store.damaged` */
  async view(repository: string): Promise<RepositoryView | null> {
    const [snapshot, stamp] = await Promise.all([this.#index.read(), this.#records.stamp(repository)]);
    const kept = this.#kept.get(repository);
    if (kept?.version === snapshot.version && kept.stamp === stamp) return kept.view;
    const view = await this.#make(repository, snapshot);
    this.#kept.delete(repository);
    if (stamp !== null) this.#kept.set(repository, { version: snapshot.version, stamp, view });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_VIEWS) break;
      this.#kept.delete(oldest);
    }
    return view;
  }

  /** Forgets what a change of records within one tick of the clock would hide. */
  changed(repository: string): void {
    this.#kept.delete(repository);
  }

  async #make(repository: string, snapshot: LayoutSnapshot): Promise<RepositoryView | null> {
    const tags = new Map<string, string>();
    const found = new Map<string, ManifestFacts>();
    for (const entry of snapshot.entries) {
      const name = nameOfEntry(entry);
      if (name?.repository !== repository) continue;
      if (await this.#add(found, entry.digest, entry.mediaType, 0)) tags.set(name.tag, entry.digest);
    }
    for (const { digest, mediaType } of await this.#records.manifests(repository)) {
      await this.#add(found, digest, mediaType, 0);
    }
    if (found.size === 0) return null;
    const blobs = new Set([...found.values()].flatMap((facts) => facts.blobs.map(({ digest }) => digest)));
    return { repository, tags, manifests: found, blobs };
  }

  async #add(
    found: Map<string, ManifestFacts>,
    digest: string,
    mediaType: string | null,
    depth: number,
  ): Promise<boolean> {
    if (found.has(digest)) return true;
    const facts = await this.#manifests.facts(digest, mediaType);
    if (facts === null) return false;
    found.set(digest, facts);
    if (depth < DEEPEST) for (const child of facts.children) await this.#add(found, child.digest, null, depth + 1);
    return true;
  }

  /** Every repository with a manifest, in the order of the catalog. */
  async repositories(): Promise<string[]> {
    const { entries } = await this.#index.read();
    const names = new Set(await this.#records.repositories());
    for (const entry of entries) {
      const name = nameOfEntry(entry);
      if (name !== null) names.add(name.repository);
    }
    const views = await Promise.all([...names].map((name) => this.view(name)));
    return views.flatMap((view) => (view === null ? [] : [view.repository])).sort();
  }
}
