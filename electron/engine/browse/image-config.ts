import type { Image } from '../../../shared/models/image.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import type { Descriptor } from '../oci/parse-manifest.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Configs that are read: a few kilobytes as a rule. */
const MOST_BYTES = 1_000_000;
const READ_TYPES: readonly string[] = [MEDIA_TYPES.ociConfig, MEDIA_TYPES.dockerConfig];
/** What a member of a config may be long. */
const LONGEST = 1000;

/** What a config says of its image. */
export interface ConfigFacts {
  readonly labels: Record<string, string>;
  readonly config: Image['config'];
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : null;
}

/** Reads the config of an image, as far as its media type tells its form; other programs' configs are only named. */
export async function configFacts(
  client: RegistryClient,
  repository: string,
  config: Descriptor,
  signal: AbortSignal,
): Promise<ConfigFacts> {
  const { digest, mediaType, size } = config;
  const unread = { digest, mediaType, size, os: null, architecture: null, created: null };
  if (!READ_TYPES.includes(mediaType) || size > MOST_BYTES) return { labels: {}, config: unread };
  const bytes = await client.getSmallBlob(repository, digest, { signal });
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const inner = member(member(document, 'config'), 'Labels');
    const entries = Object.entries(typeof inner === 'object' && inner !== null ? inner : {});
    return {
      labels: Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
      config: {
        ...unread,
        os: textOf(member(document, 'os')),
        architecture: textOf(member(document, 'architecture')),
        created: textOf(member(document, 'created')),
      },
    };
  } catch {
    // Any other program's config may be anything.
    return { labels: {}, config: unread };
  }
}
