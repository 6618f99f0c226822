import type { AppError } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { FileOutcome } from '../codec/codec-protocol.ts';
import type { HostProfile } from './hosts/host-profile.ts';
import type { UploadSession } from './upload-session.ts';

/** Every question can be ended. */
export interface WithSignal {
  readonly signal: AbortSignal;
}

/** How a manifest is asked for. */
export interface ManifestOptions extends WithSignal {
  /** `pull` for a repository that is only read from: no right to write is asked for. */
  readonly access?: 'pull';
}

/** The name of the account that a client asks as; '' = nobody's, which every registry of this computer takes. */
export function accountName({ account }: { readonly account: Registry['account'] }): string {
  return account?.name ?? '';
}

/** A manifest as it was read. */
export interface RemoteManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The names in a repository's list of tags. */
export interface TagList {
  readonly tags: readonly string[];
  /** Names that are no tags by the grammar: shown, never asked for. */
  readonly invalid: readonly string[];
  /** False where the list broke off: there may be more tags. */
  readonly complete: boolean;
  /** Digests of tags, where the list itself says them. */
  readonly digests?: ReadonlyMap<string, string>;
  /** ms since the epoch when a digest was pushed, where the list itself says it. */
  readonly pushedMs?: ReadonlyMap<string, number>;
}

/** An upload that is a new file on this computer: who makes the bytes writes them, and their digest is that of the file. */
export interface FileUpload {
  readonly mode: 'file';
  /** Absolute; not there yet. */
  readonly path: string;
  readonly acknowledged: number;
  /** The blob has its place. */
  readonly committed: boolean;
  /** Names digest and size before the bytes come. */
  announce(digest: string, size: number): void;
  /** Told what became of the file. @throws AppError `store.full`, `file.unwritable`, `cancelled` */
  written(outcome: FileOutcome): void;
  /** Makes the file the blob of this digest, which whoever wrote it has found. @throws AppError `store.full`, `file.unwritable` */
  commit(digest: string): Promise<void>;
  /** Removes the file. */
  abandon(): Promise<void>;
}

/** An upload of one blob that is under way. */
export type BlobUpload = UploadSession | FileUpload;

/**
 * What plans and jobs ask of a place of images: a registry, or an OCI image layout that is treated as one. References are
 * tags or digests; names and digests are checked before anything is asked.
 */
export interface DistributionClient {
  /** `host[:port]`, or for a layout `oci:` and its folder. */
  readonly host: string;
  readonly profile: HostProfile;
  /** Whose credentials are in use; null = nobody's. */
  readonly account: Registry['account'];
  /** How many of `usual` layers may be under way at once; at least 1. */
  atOnce(usual: number): number;
  /** Waits before the next try and tells whoever shows it. @throws AppError `error`, where waiting mends nothing */
  pause(attempt: number, retryAfter: number | null, error: AppError, signal: AbortSignal): Promise<void>;
  /** Finds out how it is reached, unless that is known. @throws AppError `registry.*` */
  ping(signal: AbortSignal): Promise<void>;
  /** Whether it answers at all now. */
  answers(signal: AbortSignal): Promise<boolean>;
  /** Whether there is another sign-in now than the one that was used last. */
  hasOtherAccount(signal: AbortSignal): Promise<boolean>;
  headBlob(
    repository: string,
    digest: string,
    options: WithSignal & { readonly size?: number; readonly access?: 'pull' },
  ): Promise<boolean>;
  /** Whether a byte of the blob can be read: the last one where the size is named, so that one that is cut off does not do. */
  readsBlob(repository: string, digest: string, options: WithSignal & { readonly size?: number }): Promise<boolean>;
  /** Opens a blob for reading from byte `start` on. @throws AppError `blob.missing` */
  openBlob(repository: string, digest: string, start: number, options: WithSignal): Promise<AsyncIterable<Buffer>>;
  /** Reads a blob of at most 4 MiB and checks its digest. @throws AppError `blob.missing`, `blob.digestMismatch` */
  getSmallBlob(repository: string, digest: string, options: WithSignal): Promise<Uint8Array>;
  /** `mounted`, or an open upload in its place, or null where mounting is refused. `from` null = from wherever it is. */
  mountBlob(
    repository: string,
    digest: string,
    from: string | null,
    options: WithSignal,
  ): Promise<'mounted' | BlobUpload | null>;
  startUpload(repository: string, options: WithSignal): Promise<BlobUpload>;
  putSmallBlob(repository: string, bytes: Uint8Array, digest: string, options: WithSignal): Promise<void>;
  /** Digest and media type behind a tag or digest; null when there is none. `access: 'pull'` where nothing is written. */
  headManifest(
    repository: string,
    reference: string,
    options: ManifestOptions,
  ): Promise<Pick<RemoteManifest, 'digest' | 'mediaType'> | null>;
  /**
   * The manifest bytes behind a tag or digest, their digest computed; null when there is none. Where it still is `known`,
   * a registry that can tell sends no bytes.
   */
  getManifest(
    repository: string,
    reference: string,
    options: ManifestOptions & { readonly known?: RemoteManifest },
  ): Promise<RemoteManifest | null>;
  /** Writes manifest bytes under a tag or digest; the same bytes may be written again. @throws AppError `blob.missing` */
  putManifest(
    repository: string,
    reference: string,
    manifest: Pick<RemoteManifest, 'bytes' | 'mediaType'>,
    options: WithSignal,
  ): Promise<void>;
  /** All tags of a repository, sorted. */
  listTags(repository: string, options: WithSignal): Promise<TagList>;
  close(): Promise<void>;
}
