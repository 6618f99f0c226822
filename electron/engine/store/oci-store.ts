import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { makeFolder } from '../make-folder.ts';
import type { Clock } from '../ports.ts';
import { BlobFolder, type StoredBlob } from './blob-folder.ts';
import type { BlobWriters } from './blob-writers.ts';
import { writeDurably } from './durable-file.ts';
import { formatImageName, type ImageName, imageNameOf } from './image-name.ts';
import {
  EMPTY_INDEX,
  type LayoutEntry,
  LayoutIndex,
  namedEntry,
  nameOfEntry,
  refNameAnnotation,
  refNameOf,
} from './layout-index.ts';
import { layoutVersion, requireLayout } from './layout-marker.ts';
import { type ManifestFacts, ManifestReader } from './manifest-facts.ts';
import { RepositoryRecords } from './repository-records.ts';
import { type RepositoryView, RepositoryViews } from './repository-views.ts';
import { StoreBudget } from './store-budget.ts';
import { blobPath, type StoreLayout, storeLayout } from './store-layout.ts';
import { StoreLock } from './store-lock.ts';

/** What a store needs from its owner. */
export interface OciStoreOptions {
  /** The folder, absolute; made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly writers: BlobWriters;
  /** Most bytes of blobs; null = as many as the volume takes. */
  readonly budget: () => number | null;
  /** Whether a folder that is no store becomes one. Without it, a volume that is not mounted is not written under. */
  readonly create: boolean;
  /** Hears of every change that this process makes. */
  readonly onChange?: () => void;
}

/** A manifest that lies in the store and waits for its name. */
export interface NewManifest {
  readonly facts: ManifestFacts;
  readonly repository: string;
  /** null = pushed by digest only. */
  readonly tag: string | null;
}

function sameName(entry: LayoutEntry, name: ImageName): boolean {
  const other = nameOfEntry(entry);
  return other?.repository === name.repository && other.tag === name.tag;
}

/**
 * A store of images: an OCI image layout 1.0 that other tools read and write as it is, with records of its own beside it.
 * Several engines, in several processes, may have one store open.
 */
export class OciStore {
  readonly layout: StoreLayout;
  readonly blobs: BlobFolder;
  readonly manifests: ManifestReader;
  readonly records: RepositoryRecords;
  readonly index: LayoutIndex;
  readonly lock: StoreLock;
  readonly writers: BlobWriters;
  readonly clock: Clock;
  readonly budget: StoreBudget;
  readonly #views: RepositoryViews;
  readonly #create: boolean;
  readonly #onChange: () => void;

  private constructor({ folder, clock, writers, budget, create, onChange }: OciStoreOptions) {
    this.layout = storeLayout(folder);
    this.clock = clock;
    this.writers = writers;
    this.blobs = new BlobFolder(this.layout);
    this.manifests = new ManifestReader(this.blobs);
    this.records = new RepositoryRecords(this.layout);
    this.index = new LayoutIndex(this.layout, clock);
    this.lock = new StoreLock(this.layout.lock, clock);
    this.#views = new RepositoryViews(this.index, this.records, this.manifests);
    this.budget = new StoreBudget(this.layout.root, this.blobs, clock, budget);
    this.#create = create;
    this.#onChange = onChange ?? (() => undefined);
  }

  /**
   * Opens the store in a folder; an empty or missing one becomes a store where that is wanted.
   *
   * @throws AppError `store.damaged` (something else lies there, or another version of the layout), `store.away` (no store
   *   there, and none is to be made), `file.unwritable`
   */
  static async open(options: OciStoreOptions): Promise<OciStore> {
    const store = new OciStore(options);
    await store.#prepare();
    return store;
  }

  async #prepare(): Promise<void> {
    const { root, marker, blobs, uploads, staging, repositories } = this.layout;
    if (!this.#create && (await layoutVersion(marker)) === null) throw new AppError('store.away', { path: root });
    try {
      await makeFolder(root);
      const found = await requireLayout(this.layout);
      await Promise.all([blobs, uploads, staging, repositories].map((folder) => makeFolder(folder)));
      if (found === 'nothing') await this.lock.hold(() => this.#makeLayout());
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      throw new AppError('file.unwritable', { path: root, reason }, { cause });
    }
    if (await this.index.writtenByOthers()) await this.lock.hold(() => this.index.change((entries) => entries));
  }

  async #makeLayout(): Promise<void> {
    // Another process may have been quicker: its index.json stays.
    if ((await layoutVersion(this.layout.marker)) !== null) return;
    await writeDurably(this.layout.index, JSON.stringify(EMPTY_INDEX));
    await writeDurably(this.layout.marker, JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  }

  /** A path for a file that is being made. */
  stagingPath(): string {
    return join(this.layout.staging, randomUUID());
  }

  /** A repository, or null where it has no manifest. */
  async repository(name: string): Promise<RepositoryView | null> {
    return await this.#views.view(name);
  }

  /** Repositories with a manifest, sorted. */
  async repositories(): Promise<string[]> {
    return await this.#views.repositories();
  }

  /** A blob as far as a repository has it: named by one of its manifests, or uploaded there within the last day. */
  async blobOf(repository: string, digest: string): Promise<StoredBlob | null> {
    const view = await this.#views.view(repository);
    const counts =
      view?.blobs.has(digest) === true || (await this.records.hasUpload(repository, digest, this.clock.now()));
    return counts ? await this.blobs.find(digest) : null;
  }

  /** Makes a sealed file a blob of the store and, with a repository, of that repository. */
  async adopt(staged: string, digest: string, repository: string | null): Promise<void> {
    await this.blobs.adopt(staged, digest);
    if (repository !== null) await this.records.addUpload(repository, digest);
    this.#onChange();
  }

  /** Gives a repository a blob that the store has; false where it has not. */
  async mount(repository: string, digest: string, from: string | null): Promise<boolean> {
    const found = from === null ? await this.blobs.find(digest) : await this.blobOf(from, digest);
    if (found === null) return false;
    await this.blobs.touch(digest);
    await this.records.addUpload(repository, digest);
    return true;
  }

  /**
   * Names a manifest in a repository, if everything that it needs is there and has the right size: only complete images
   * get a name.
   *
   * @returns digests that the repository lacks (then nothing was changed), or null
   * @throws AppError `blob.sizeMismatch` when the manifest lies about a size
   */
  async putManifest({ facts, repository, tag }: NewManifest): Promise<readonly string[] | null> {
    return await this.lock.hold(async () => {
      const missing = await this.#missing(facts, repository);
      if (missing.length > 0) return missing;
      await this.records.addManifest(repository, facts.digest, facts.mediaType);
      this.#views.changed(repository);
      if (tag !== null) await this.#setTag(facts, { repository, tag });
      this.#onChange();
      return null;
    });
  }

  /**
   * Names an image as other tools do: by its very `ref.name`, or without one. Its blobs count wherever in the store they
   * are.
   *
   * @param how `listed` false = only the repository's record, for a manifest of an index
   * @returns digests that the store lacks, or has in another size; then nothing was changed
   */
  async nameImage(
    facts: ManifestFacts,
    how: { readonly repository: string; readonly refName: string | null; readonly listed: boolean },
  ): Promise<readonly string[]> {
    const { repository, refName, listed } = how;
    return await this.lock.hold(async () => {
      const missing: string[] = [];
      for (const { digest, size } of [...facts.blobs, ...facts.children]) {
        if ((await this.blobs.find(digest))?.size !== size) missing.push(digest);
      }
      if (missing.length > 0) return missing;
      await this.records.addManifest(repository, facts.digest, facts.mediaType);
      this.#views.changed(repository);
      if (listed) await this.#list(facts, refName);
      return missing;
    });
  }

  async #list({ digest, size, mediaType }: ManifestFacts, refName: string | null): Promise<void> {
    const name = refName === null ? null : imageNameOf(refName);
    const replaces = (entry: LayoutEntry): boolean =>
      name === null ? entry.digest === digest && refNameOf(entry) === null : sameName(entry, name);
    const added = { mediaType, digest, size, ...(refName === null ? {} : refNameAnnotation(refName)) };
    await this.index.change((entries) => {
      const [first, ...others] = entries.filter(replaces);
      const stays = first?.digest === digest && refNameOf(first) === refName && others.length === 0;
      return stays ? entries : [...entries.filter((entry) => !replaces(entry)), added];
    });
  }

  async #missing(facts: ManifestFacts, repository: string): Promise<string[]> {
    const view = await this.#views.view(repository);
    const missing: string[] = [];
    for (const { digest, size } of facts.blobs) {
      const blob = await this.blobOf(repository, digest);
      if (blob === null) missing.push(digest);
      else if (blob.size !== size)
        throw new AppError('blob.sizeMismatch', { host: repository, digest, size, found: blob.size });
    }
    for (const { digest, size } of facts.children) {
      const child = view?.manifests.get(digest);
      if (child === undefined) missing.push(digest);
      else if (child.size !== size)
        throw new AppError('blob.sizeMismatch', { host: repository, digest, size, found: child.size });
    }
    return missing;
  }

  /**
   * Adds entries of complete images to index.json as they are; one of the same name is replaced. For imports.
   *
   * @returns for each, the digest of the other image that had its name; null = none
   */
  async addEntries(added: readonly LayoutEntry[]): Promise<(string | null)[]> {
    let before: (string | null)[] = [];
    await this.lock.hold(async () => {
      await this.index.change((entries) => {
        const takenBy = added.map((other) => {
          const name = nameOfEntry(other);
          return entries.filter((entry) =>
            name === null ? other.digest === entry.digest && nameOfEntry(entry) === null : sameName(entry, name),
          );
        });
        before = takenBy.map((taken, at) => taken.find(({ digest }) => digest !== added[at]?.digest)?.digest ?? null);
        const gone = new Set(takenBy.flat());
        return [...entries.filter((entry) => !gone.has(entry)), ...added];
      });
      this.#onChange();
    });
    return before;
  }

  async #setTag(facts: Pick<ManifestFacts, 'digest' | 'size' | 'mediaType'>, name: ImageName): Promise<void> {
    const { digest, size, mediaType } = facts;
    await this.index.change((entries) => {
      const [first] = entries.filter((entry) => sameName(entry, name));
      if (first?.digest === digest) return entries;
      return [...entries.filter((entry) => !sameName(entry, name)), namedEntry({ mediaType, digest, size }, name)];
    });
  }

  /** Gives an image of the store another name. @throws AppError `store.imageNotFound` */
  async tag(from: ImageName, to: ImageName): Promise<void> {
    const facts = await this.image(from);
    await this.lock.hold(async () => {
      await this.records.addManifest(to.repository, facts.digest, facts.mediaType);
      this.#views.changed(to.repository);
      await this.#setTag(facts, to);
      this.#onChange();
    });
  }

  /** The manifest behind a name. @throws AppError `store.imageNotFound` */
  async image(name: ImageName): Promise<ManifestFacts> {
    const view = await this.#views.view(name.repository);
    const facts = view?.manifests.get(view.tags.get(name.tag) ?? '');
    if (facts === undefined) throw new AppError('store.imageNotFound', { name: formatImageName(name) });
    return facts;
  }

  /** Takes a tag away; the manifest stays in its repository. False = there was none. */
  async untag(name: ImageName): Promise<boolean> {
    return await this.lock.hold(async () => {
      const { entries } = await this.index.read();
      const entry = entries.find((other) => sameName(other, name));
      if (entry === undefined) return false;
      await this.records.addManifest(name.repository, entry.digest, entry.mediaType);
      this.#views.changed(name.repository);
      await this.index.change((all) => all.filter((other) => !sameName(other, name)));
      this.#onChange();
      return true;
    });
  }

  /** Takes a manifest and all its tags out of a repository; one that an index there needs stays. */
  async deleteManifest(repository: string, digest: string): Promise<'deleted' | 'missing' | 'needed'> {
    return await this.lock.hold(async () => {
      const view = await this.#views.view(repository);
      if (view?.manifests.has(digest) !== true) return 'missing';
      for (const { children } of view.manifests.values())
        if (children.some((child) => child.digest === digest)) return 'needed';
      await this.records.removeManifest(repository, digest);
      this.#views.changed(repository);
      await this.index.change((entries) => {
        const kept = entries.filter(
          (entry) => entry.digest !== digest || nameOfEntry(entry)?.repository !== repository,
        );
        return kept.length === entries.length ? entries : kept;
      });
      this.#onChange();
      return 'deleted';
    });
  }

  /** Removes blobs that nothing needs. The caller holds the lock, or knows that no image names them. */
  async dropBlobs(digests: readonly string[]): Promise<void> {
    for (const digest of digests) await this.blobs.remove(digest);
    this.#onChange();
  }

  /** Takes a manifest without a tag out of a repository. The caller holds the lock. */
  async dropRecord(repository: string, digest: string): Promise<void> {
    await this.records.removeManifest(repository, digest);
    this.#views.changed(repository);
    this.#onChange();
  }

  /** What index.json names, as it stands there. */
  async namedImages(): Promise<{ digest: string; mediaType: string; size: number; name: string | null }[]> {
    const { entries } = await this.index.read();
    return entries.map((entry) => ({ ...entry, name: refNameOf(entry) }));
  }

  /** Removes a file that was being made. */
  async discard(staged: string): Promise<void> {
    this.writers.forget(staged);
    await rm(staged, { force: true });
  }

  /** The path of a blob's file, whether it is there or not. */
  pathOf(digest: string): string {
    return blobPath(this.layout, digest);
  }

  async close(): Promise<void> {
    await this.lock.close();
  }
}
