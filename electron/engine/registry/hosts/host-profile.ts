import { isLoopback } from '../loopback.ts';
import { knownRegistry, type RegistrySoftware } from './known-registries.ts';

/** How a host likes its uploads. Sizes in bytes. */
export interface HostProfile {
  /**
   * `chunks` = PATCH pieces with Content-Range; `stream` = one PATCH of the whole body, as docker sends it (transfer coding
   * `chunked` while the size is unknown); `mono` = one PUT with Content-Length.
   */
  readonly uploadMode: 'chunks' | 'stream' | 'mono';
  readonly pieceSize: number;
  /** Most layers of a manifest; null = no known limit. */
  readonly layerLimit: number | null;
  /** False = it was found to mount nothing. */
  readonly mounts: boolean;
  /** It mounts a blob from wherever it has it, without being told a repository. */
  readonly anonymousMounts: boolean;
}

const MIB = 1024 * 1024;

/** Every host that the table does not name. PATCH with Content-Range was seen to work on distribution, Harbor, Quay, zot and Gitea. */
export const DEFAULT_PROFILE: HostProfile = {
  uploadMode: 'chunks',
  pieceSize: 8 * MIB,
  layerLimit: null,
  mounts: true,
  anonymousMounts: false,
};

/** Bytes a second from which a link is fast: what a fault makes a stream send again is seconds of work then. */
const FAST_LINK = 50_000_000;
/** A host that answered within so many ms is in the same building or data centre: few links there are slow, and few break. */
const NEAR_MS = 10;

/** What is known of the way to a host. */
export interface HostLink {
  /** Bytes a second; null = not measured yet. */
  readonly rate: number | null;
  /** ms that the quickest small answer took, server and all; null = none was seen. */
  readonly quickestMs: number | null;
}

const UNKNOWN_LINK: HostLink = { rate: null, quickestMs: null };

/** Before the first push has measured the rate, the time of an answer has to tell. */
function isFast(host: string, { rate, quickestMs }: HostLink): boolean {
  if (isLoopback(host)) return true;
  return rate === null ? quickestMs !== null && quickestMs <= NEAR_MS : rate >= FAST_LINK;
}

/**
 * The profile of a host; `learned` members win over the table. Where neither says otherwise, a fast link gets streams,
 * which cost no copy, no buffer and no answer for each piece (a tenth of a whole push to a registry that is near), and
 * any other gets pieces, which lose less to a fault.
 *
 * @param software the product that the host was found to run
 */
export function profileOf(
  host: string,
  learned: Partial<HostProfile> = {},
  link: HostLink = UNKNOWN_LINK,
  software: RegistrySoftware | null = null,
): HostProfile {
  const usual: HostProfile = isFast(host, link) ? { ...DEFAULT_PROFILE, uploadMode: 'stream' } : DEFAULT_PROFILE;
  const known = knownRegistry(host, software)?.uploads ?? {};
  return { ...(known.uploadMode === undefined ? usual : DEFAULT_PROFILE), ...known, ...learned };
}
