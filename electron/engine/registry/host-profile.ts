/** How a host likes its uploads. Sizes in bytes. */
export interface HostProfile {
  /** `chunks` = PATCH pieces with Content-Range; `stream` = one PATCH of the whole body; `mono` = one PUT with Content-Length. */
  readonly uploadMode: 'chunks' | 'stream' | 'mono';
  readonly pieceSize: number;
  /** Most layers of a manifest; null = no known limit. */
  readonly layerLimit: number | null;
}

const MIB = 1024 * 1024;

/** Every host that is not named below. PATCH with Content-Range was seen to work on distribution, Harbor, Quay, zot and Gitea. */
export const DEFAULT_PROFILE: HostProfile = { uploadMode: 'chunks', pieceSize: 8 * MIB, layerLimit: null };

/** Known hosts, by pattern of `host[:port]`. Sources: public issues and vendors' documentation. */
const PROFILES: readonly { readonly host: RegExp; readonly profile: HostProfile }[] = [
  // A PATCH body over 4 MiB is answered 416; a PUT with Content-Length takes up to 10 GB a layer.
  { host: /^ghcr\.io$/, profile: { uploadMode: 'mono', pieceSize: 4_000_000, layerLimit: null } },
  // Google refuses chunked uploads.
  { host: /(^|\.)(gcr\.io|pkg\.dev)$/, profile: { uploadMode: 'mono', pieceSize: 8 * MIB, layerLimit: null } },
  // Parts need 5 to 10 MiB; 500 layers were measured as the limit of an image.
  {
    host: /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
    profile: { uploadMode: 'chunks', pieceSize: 10 * MIB, layerLimit: 500 },
  },
];

/** The profile of a host; `learned` members win over the table. */
export function profileOf(host: string, learned: Partial<HostProfile> = {}): HostProfile {
  const known = PROFILES.find((entry) => entry.host.test(host))?.profile ?? DEFAULT_PROFILE;
  return { ...known, ...learned };
}
