import { open, rm, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { BARE_REPOSITORY, folderOfPlace } from '../../../shared/models/image-location.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import type { FileOutcome } from '../codec/codec-protocol.ts';
import { sha256 } from '../oci/digest.ts';
import type { Clock } from '../ports.ts';
import type {
  DistributionClient,
  FileUpload,
  RemoteManifest,
  TagList,
  WithSignal,
} from '../registry/distribution-client.ts';
import { DEFAULT_PROFILE, type HostProfile } from '../registry/hosts/host-profile.ts';
import { BlobFolder } from './blob-folder.ts';
import { fileError } from './blob-writers.ts';
import { formatImageName } from './image-name.ts';
import { type LayoutEntry, LayoutIndex, nameOfEntry, refNameOf } from './layout-index.ts';
import { requireLayout } from './layout-marker.ts';
import { MANIFEST_LIMIT, ManifestReader, manifestFacts } from './manifest-facts.ts';
import type { OciStore } from './oci-store.ts';
import { type StoreLayout, storeLayout } from './store-layout.ts';

const SMALL_BLOB_LIMIT = 4 * 1024 * 1024;
/** What is pushed without a name: no tag is called so. */
const UNNAMED = '';

/** What a client of a layout is made of. */
export interface LayoutClientOptions {
  /** `oci:` and the absolute folder. */
  readonly place: string;
  readonly clock: Clock;
  /** Whether a missing folder is made. */
  readonly create: boolean;
  /** Opens the folder for writing, and makes it where it is missing: called at the first write. */
  readonly open: (folder: string) => Promise<OciStore>;
}

/**
 * An OCI image layout in the part of a registry, for one plan or job. Whatever lies in `blobs/` in the right size is
 * there, whichever image it came with. Until something is written the folder stays as it is, or stays missing.
 *
 * Owner: the plan or job that opened it; `close` removes what was not committed and lets the store's lock go.
 */
export class LayoutClient implements DistributionClient {
  readonly host: string;
  readonly account = null;
  readonly #layout: StoreLayout;
  readonly #blobs: BlobFolder;
  readonly #manifests: ManifestReader;
  readonly #index: LayoutIndex;
  readonly #create: boolean;
  readonly #openStore: () => Promise<OciStore>;
  readonly #uploads = new Set<StagedUpload>();
  #opened: Promise<OciStore> | null = null;
  /** What was put without a name, so that it can be read back. */
  #unnamed: string | null = null;

  constructor({ place, clock, create, open: openFolder }: LayoutClientOptions) {
    const folder = folderOfPlace(place);
    if (folder === null) throw new AppError('internal', { message: 'not the place of a layout' });
    this.host = place;
    this.#layout = storeLayout(folder);
    this.#blobs = new BlobFolder(this.#layout);
    this.#manifests = new ManifestReader(this.#blobs);
    this.#index = new LayoutIndex(this.#layout, clock);
    this.#create = create;
    this.#openStore = () => openFolder(folder);
  }

  get profile(): HostProfile {
    return { ...DEFAULT_PROFILE, uploadMode: 'stream' };
  }

  atOnce(usual: number): number {
    return usual;
  }

  /** A folder has no faults that pass by themselves. */
  pause(_attempt: number, _retryAfter: number | null, error: AppError): Promise<void> {
    return Promise.reject(error);
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  answers(): Promise<boolean> {
    return Promise.resolve(true);
  }

  hasOtherAccount(): Promise<boolean> {
    return Promise.resolve(false);
  }

  #store(): Promise<OciStore> {
    this.#opened ??= this.#openStore().catch((thrown: unknown) => {
      this.#opened = null;
      throw thrown;
    });
    return this.#opened;
  }

  /** Entries of index.json; none where there is no layout yet. @throws AppError `store.damaged` where something else lies there, `store.away` */
  async #entries(): Promise<readonly LayoutEntry[]> {
    if ((await requireLayout(this.#layout)) === 'layout') return (await this.#index.read()).entries;
    if (!this.#create) throw new AppError('store.away', { path: this.#layout.root });
    return [];
  }

  /** A file of another size is damaged: it counts as missing and is written anew. */
  async headBlob(
    _repository: string,
    digest: string,
    { size }: WithSignal & { readonly size?: number },
  ): Promise<boolean> {
    const blob = await this.#blobs.find(digestOf(digest));
    return blob !== null && (size === undefined || blob.size === size);
  }

  async readsBlob(
    _repository: string,
    digest: string,
    { size }: WithSignal & { readonly size?: number },
  ): Promise<boolean> {
    const blob = await this.#blobs.find(digestOf(digest));
    if (blob === null || (size !== undefined && blob.size !== size)) return false;
    try {
      const file = await open(blob.path, 'r');
      try {
        return (await file.read(Buffer.alloc(1), 0, 1, 0)).bytesRead === Math.min(1, blob.size);
      } finally {
        await file.close();
      }
    } catch {
      return false;
    }
  }

  async openBlob(_repository: string, digest: string, start: number): Promise<AsyncIterable<Buffer>> {
    const blob = await this.#blobs.find(digestOf(digest));
    if (blob === null) throw new AppError('blob.missing', { host: this.host, digest });
    return readFrom(blob.path, start);
  }

  async getSmallBlob(_repository: string, digest: string): Promise<Uint8Array> {
    const bytes = await this.#blobs.read(digestOf(digest), SMALL_BLOB_LIMIT);
    if (bytes === null) throw new AppError('blob.missing', { host: this.host, digest });
    if (sha256(bytes) !== digest) throw new AppError('blob.digestMismatch', { host: this.host, digest });
    return bytes;
  }

  async mountBlob(repository: string, digest: string): Promise<'mounted' | null> {
    return (await (await this.#store()).mount(repository, digestOf(digest), null)) ? 'mounted' : null;
  }

  async startUpload(repository: string): Promise<FileUpload> {
    const upload = new StagedUpload(await this.#store(), repository);
    this.#uploads.add(upload);
    return upload;
  }

  async putSmallBlob(repository: string, bytes: Uint8Array, digest: string, options: WithSignal): Promise<void> {
    if (await this.headBlob(repository, digest, { ...options, size: bytes.length })) return;
    if (sha256(bytes) !== digest) throw new AppError('blob.digestMismatch', { host: this.host, digest });
    const upload = await this.startUpload(repository);
    upload.announce(digest, bytes.length);
    try {
      upload.written(await writeWhole(upload.path, bytes));
      await upload.commit(digest);
    } finally {
      await upload.abandon();
    }
  }

  async headManifest(
    repository: string,
    reference: string,
  ): Promise<Pick<RemoteManifest, 'digest' | 'mediaType'> | null> {
    if (isDigest(reference)) return await this.#manifests.facts(reference, null);
    const wanted = reference === UNNAMED ? this.#unnamed : null;
    const found = (await this.#entries()).find((entry) => {
      if (reference === UNNAMED) return entry.digest === wanted && refNameOf(entry) === null;
      const name = nameOfEntry(entry);
      return name?.repository === repository && name.tag === reference;
    });
    return found ?? null;
  }

  /** Without a name: the only image. @throws AppError `store.archiveInvalid` when there are several, or none */
  async getManifest(repository: string, reference: string): Promise<RemoteManifest | null> {
    const found = reference === UNNAMED ? await this.#onlyImage() : await this.headManifest(repository, reference);
    if (found === null) return null;
    const bytes = await this.#blobs.read(digestOf(found.digest), MANIFEST_LIMIT);
    if (bytes === null) return null;
    if (sha256(bytes) !== found.digest)
      throw new AppError('blob.digestMismatch', { host: this.host, digest: found.digest });
    return { digest: found.digest, mediaType: found.mediaType, bytes };
  }

  async #onlyImage(): Promise<LayoutEntry> {
    const entries = new Map((await this.#entries()).map((entry) => [entry.digest, entry]));
    const [only, ...others] = entries.values();
    const path = this.#layout.root;
    if (only === undefined) throw new AppError('store.archiveInvalid', { path, reason: 'noImages' });
    if (others.length > 0) throw new AppError('store.archiveInvalid', { path, reason: 'severalImages' });
    return only;
  }

  /** Also without a name (an empty reference) and by digest alone, as a manifest of an index. */
  async putManifest(
    repository: string,
    reference: string,
    manifest: Pick<RemoteManifest, 'bytes' | 'mediaType'>,
    options: WithSignal,
  ): Promise<void> {
    const digest = sha256(manifest.bytes);
    const facts = manifestFacts(manifest.bytes, digest, manifest.mediaType);
    const store = await this.#store();
    await this.putSmallBlob(repository, manifest.bytes, digest, options);
    const refName = isDigest(reference) ? null : nameIn(repository, reference);
    const missing = await store.nameImage(facts, { repository, refName, listed: !isDigest(reference) });
    if (missing.length > 0)
      throw new AppError('blob.missing', { host: this.host, digest: missing[0] ?? '', digests: missing.join(' ') });
    if (reference === UNNAMED) this.#unnamed = digest;
  }

  async listTags(repository: string): Promise<TagList> {
    const names = (await this.#entries()).map(nameOfEntry);
    return {
      tags: names.flatMap((name) => (name?.repository === repository ? [name.tag] : [])).sort(),
      invalid: [],
      complete: true,
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#uploads].map((upload) => upload.abandon()));
    await this.#opened?.then((store) => store.close()).catch(() => undefined);
    this.#opened = null;
  }
}

/** A digest becomes the name of a file: only what is one does. */
function digestOf(text: string): string {
  if (!isDigest(text)) throw new AppError('manifest.invalid', { reason: 'digest' });
  return text;
}

/** The `ref.name` of a tag: a bare tag stays bare, so that other tools find it by what was typed. */
function nameIn(repository: string, tag: string): string | null {
  if (tag === UNNAMED) return null;
  return repository === BARE_REPOSITORY ? tag : formatImageName({ repository, tag });
}

async function* readFrom(path: string, start: number): AsyncGenerator<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      // A stream without an encoding gives buffers.
      for await (const bytes of file.createReadStream({ start, highWaterMark: 1024 * 1024, autoClose: false }))
        yield bytes as Buffer;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('file.unreadable', { path, reason }, { cause });
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<FileOutcome> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return { path, written: bytes.length, failure: null };
  } catch (thrown) {
    return {
      path,
      written: 0,
      failure: thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown',
    };
  }
}

/** A file in the staging folder of a layout that becomes a blob. */
class StagedUpload implements FileUpload {
  readonly mode = 'file';
  readonly path: string;
  readonly #store: OciStore;
  readonly #repository: string;
  acknowledged = 0;
  committed = false;

  constructor(store: OciStore, repository: string) {
    this.#store = store;
    this.#repository = repository;
    this.path = store.stagingPath();
  }

  announce(): void {
    // Nothing is known of a file that could be told before it is written.
  }

  written({ path, written, failure }: FileOutcome): void {
    if (failure !== null) throw fileError(failure, path);
    this.acknowledged = written;
  }

  async commit(digest: string): Promise<void> {
    if (this.committed) return;
    try {
      const { size } = await stat(this.path);
      if (size !== this.acknowledged) throw new AppError('file.unwritable', { path: this.path, reason: 'unknown' });
      await this.#store.budget.reserve(size);
      await this.#store.adopt(this.path, digest, this.#repository);
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      throw fileError(thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown', this.path);
    }
    this.committed = true;
  }

  async abandon(): Promise<void> {
    if (!this.committed) await rm(this.path, { force: true });
  }
}
