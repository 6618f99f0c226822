import type { HostAbilities } from './host-abilities.ts';
import type { HostProfile } from './host-profile.ts';

const MIB = 1024 * 1024;

/** Registry products that are told apart by what they answer to `/v2/`; a host of one may have any name. */
export const REGISTRY_SOFTWARE = ['harbor', 'gitlab', 'gitea', 'quay', 'artifactory', 'nexus'] as const;

/** See {@link REGISTRY_SOFTWARE}. */
export type RegistrySoftware = (typeof REGISTRY_SOFTWARE)[number];

/** One line of the table: what is known of a registry before it was worked with. */
export interface KnownRegistry {
  /** As its vendor writes it. */
  readonly name: string;
  /** Of `host[:port]`; null = any host that runs the software. */
  readonly host: RegExp | null;
  readonly software: RegistrySoftware | null;
  readonly uploads: Partial<HostProfile>;
  readonly abilities: Partial<HostAbilities>;
}

/**
 * Known registries. Sources: public issues, the vendors' documentation and sources; what is not said here is not known,
 * and what was found out while working with a host wins.
 */
export const KNOWN_REGISTRIES: readonly KnownRegistry[] = [
  {
    name: 'GitHub',
    host: /^ghcr\.io$/,
    software: null,
    // A PATCH body over 4 MiB is answered 416; a PUT with Content-Length takes up to 10 GB a layer.
    uploads: { uploadMode: 'mono', pieceSize: 4_000_000 },
    // 405 to every DELETE of the registry's API; versions of packages go through another one.
    abilities: { tagDelete: 'refused', digestDelete: 'no', referrers: 'no' },
  },
  {
    name: 'Amazon ECR Public',
    host: /^public\.ecr\.aws$/,
    software: null,
    uploads: { uploadMode: 'chunks', pieceSize: 10 * MIB },
    abilities: {},
  },
  {
    name: 'Amazon ECR',
    host: /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
    software: null,
    // Parts need 5 to 10 MiB; 500 layers were measured as the limit of an image.
    uploads: { uploadMode: 'chunks', pieceSize: 10 * MIB, layerLimit: 500 },
    abilities: { referrers: 'yes' },
  },
  {
    name: 'Google Artifact Registry',
    host: /(^|\.)(gcr\.io|pkg\.dev)$/,
    software: null,
    // Google refuses chunked uploads.
    uploads: { uploadMode: 'mono', pieceSize: 8 * MIB },
    abilities: { tagDelete: 'tag', digestDelete: 'yes', referrers: 'yes' },
  },
  {
    name: 'Azure',
    host: /\.azurecr\.(io|cn|us)$/,
    software: null,
    // One PUT over some 20 MB is answered 413.
    uploads: { uploadMode: 'chunks', pieceSize: 8 * MIB },
    abilities: { tagDelete: 'acrApi', digestDelete: 'yes' },
  },
  {
    name: 'Docker Hub',
    host: /^((registry-1|index)\.)?docker\.io$/,
    software: null,
    uploads: {},
    // A digest goes only once no tag points at it.
    abilities: { tagDelete: 'hubApi', pageSize: 100 },
  },
  {
    name: 'Quay',
    host: /^quay\.io$/,
    software: 'quay',
    uploads: {},
    abilities: { tagDelete: 'tag', digestDelete: 'yes', referrers: 'yes', pageSize: 100 },
  },
  {
    name: 'Artifactory',
    host: /\.jfrog\.io$/,
    software: 'artifactory',
    uploads: {},
    abilities: { mount: 'no', tagDelete: 'digest', digestDelete: 'yes' },
  },
  {
    name: 'GitLab',
    host: /^registry\.gitlab\.com$/,
    software: 'gitlab',
    uploads: {},
    abilities: { tagDelete: 'tag', digestDelete: 'yes' },
  },
  {
    name: 'Forgejo',
    host: /^codeberg\.org$/,
    software: null,
    uploads: {},
    abilities: { tagDelete: 'tag', digestDelete: 'yes' },
  },
  {
    name: 'Gitea',
    host: null,
    software: 'gitea',
    uploads: {},
    abilities: { tagDelete: 'tag', digestDelete: 'yes' },
  },
  {
    name: 'Harbor',
    host: null,
    software: 'harbor',
    uploads: {},
    // DELETE of a tag is answered 400 UNSUPPORTED; its own API untags.
    abilities: { tagDelete: 'harborApi', digestDelete: 'yes', referrers: 'yes' },
  },
  {
    name: 'Nexus',
    host: null,
    software: 'nexus',
    uploads: {},
    abilities: { tagDelete: 'digest', digestDelete: 'yes' },
  },
];

/** The line of a host; null where none is known. A host's name says more than its software. */
export function knownRegistry(host: string, software: RegistrySoftware | null = null): KnownRegistry | null {
  const byHost = KNOWN_REGISTRIES.find((entry) => entry.host?.test(host) === true);
  const bySoftware = software === null ? undefined : KNOWN_REGISTRIES.find((entry) => entry.software === software);
  return byHost ?? bySoftware ?? null;
}
