import type { RepositoryName } from '../digests/content-index.ts';
import type { DiskIdentity } from '../disk/disk-identity.ts';
import type { DataRange } from '../native/seek-data.ts';
import type { HeldSnapshot } from '../snapshots/snapshot-store.ts';
import type { FileIdentities } from '../tart/unchanged-files.ts';
import type { ChunkReads } from './chunk-reads.ts';

/** The manifest of a cached image that is pushed as it is. */
export interface VerbatimManifest {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly mediaType: string;
  readonly uploadTime: string | null;
  readonly config: VerbatimBlob;
  /** Disk chunks in order. */
  readonly disk: readonly (VerbatimBlob & { readonly rawSize: number; readonly rawDigest: string })[];
  readonly vmConfig: VerbatimBlob;
  readonly nvram: VerbatimBlob;
}

/** A blob that the manifest names. */
export interface VerbatimBlob {
  readonly digest: string;
  /** Packed bytes. */
  readonly size: number;
}

/**
 * What a push reads, opened and protected: a snapshot of a local VM, the VM itself under Tart's lock, or an
 * immutable cached image.
 * Owner: the plan or job that opened it, or the job that took it over; `close` ends its reading and lets the VM go.
 */
export interface PushSource {
  readonly vmId: string;
  readonly vmName: string;
  /**
   * `snapshot` = a copy-on-write clone is read, and the VM is free; `lock` = Tart's lock is held; `image` = immutable;
   * `unlocked` = no lock could be had, changes are only detected.
   */
  readonly protection: 'snapshot' | 'lock' | 'image' | 'unlocked';
  /** The snapshot that is read, where one is. */
  readonly snapshot: HeldSnapshot | null;
  /** ms that Tart's lock was held for the snapshot; null while it is held, and where there was none. */
  readonly lockedMs: number | null;
  readonly suspended: boolean;
  /** Bytes of the VM config layer. */
  readonly configBytes: Uint8Array;
  /** Bytes of the VM config layer in a new manifest: the same settings in our spelling. */
  readonly newConfigBytes: Uint8Array;
  readonly os: 'darwin' | 'linux';
  readonly arch: 'arm64' | 'amd64';
  readonly diskFormat: 'raw' | 'asif';
  readonly diskPath: string;
  /** Bytes. */
  readonly diskSize: number;
  /** Of the VM's disk: as it was when the snapshot was made, where one is read. */
  readonly diskIdentity: DiskIdentity;
  readonly nvramPath: string;
  /** Bytes. */
  readonly nvramSize: number;
  readonly nvramIdentity: DiskIdentity;
  /** The very files that are read, in the state in which they are: the snapshot's own, where one is read. */
  readonly own: FileIdentities;
  /** The identities are settled (racily-clean rule): digests read now may be remembered under them. */
  readonly cacheable: boolean;
  /** Data ranges of the disk; null where the file system does not tell. */
  readonly dataRanges: readonly DataRange[] | null;
  /** Where a cached image was pulled from, and the digest that names its folder; null for a local VM. */
  readonly image: { readonly home: RepositoryName; readonly digest: string } | null;
  /** Set for a cached image that is pushed with the very bytes of its manifest. */
  readonly verbatim: VerbatimManifest | null;
  /** Why a cached image gets a new manifest; null where it does not, and for a local VM. */
  readonly newBecause: 'manifestMissing' | 'layerMissing' | null;
  /** Its chunks that were read, or are being read. */
  readonly reads: ChunkReads;
  /** Aborts with `vm.lockLost` when somebody takes the VM while its lock is held. */
  readonly lost: AbortSignal;
  /** Throws `vm.diskChanged` (or `vm.gone`) if disk or NVRAM are not what they were when the source was opened. */
  confirmUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** The same source, to be pushed with a new manifest: its own names a layer that cannot be had. */
export function withNewManifest(source: PushSource): PushSource {
  return { ...source, verbatim: null, configBytes: source.newConfigBytes, newBecause: 'layerMissing' };
}
