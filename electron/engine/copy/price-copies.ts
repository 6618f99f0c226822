import { toAppError } from '../../../shared/errors/app-error.ts';
import type { CopyPrice, PricedSource, PricedTarget, PriceReason } from '../../../shared/models/copy-price.ts';
import { isDigest } from '../../../shared/models/reference.ts';
import type { ContentIndex, KnownManifest } from '../digests/content-index.ts';
import { parseManifest } from '../oci/parse-manifest.ts';

/** Indexes within indexes deeper than this are not followed, as in a copy. */
const DEEPEST = 8;

/** What is known of a registry as a target, without asking it. */
export interface PricedHost {
  /** `yes` = a mount worked there; `no` = it was found to mount nothing. */
  readonly mounts: 'yes' | 'no' | 'unknown';
  /** Most layers of a manifest; null = no known limit. */
  readonly layerLimit: number | null;
  /** What was in the way when it was asked last. */
  readonly trouble: 'off' | 'signIn' | 'offline' | null;
}

/** What prices are made from. No request is made. */
export interface PricingParts {
  readonly index: Pick<ContentIndex, 'manifestsNamed' | 'manifestsSeenIn' | 'heldBy' | 'holdersIn'>;
  /** Tags of a repository with the digests that they had when it was last read. */
  readonly tagsOf: (registry: string, repository: string) => ReadonlyMap<string, string>;
  readonly hostOf: (registry: string) => Promise<PricedHost>;
}

/** Blobs of what is copied, by digest. */
interface Wanted {
  readonly sizes: ReadonlyMap<string, number>;
  /** Blobs of each manifest, for repositories that are known to have the manifest whole. */
  readonly blobsOf: ReadonlyMap<string, readonly string[]>;
  readonly mostLayers: number;
  /** Registries that have all of it. */
  readonly registries: ReadonlySet<string>;
  readonly repositories: ReadonlySet<string>;
}

/**
 * What copies of these images would cost, target by target, in the order of the targets. The price is a promise as far as
 * bytes go: `0 bytes` is said only where blobs were seen, or a mount was.
 */
export async function priceCopies(
  parts: PricingParts,
  sources: readonly PricedSource[],
  targets: readonly PricedTarget[],
): Promise<CopyPrice[]> {
  const wanted = await wantedBlobs(parts, sources);
  return await Promise.all(targets.map((target) => priceOf(parts, wanted, target)));
}

async function wantedBlobs(parts: PricingParts, sources: readonly PricedSource[]): Promise<Wanted | PriceReason> {
  const roots = new Set<string>();
  for (const { registry, repository, reference } of sources) {
    if (reference !== null && isDigest(reference)) {
      roots.add(reference);
      continue;
    }
    const tags = parts.tagsOf(registry, repository);
    const digests = reference === null ? [...tags.values()] : [tags.get(reference)];
    for (const digest of digests) {
      if (digest === undefined) return 'tagNotRead';
      roots.add(digest);
    }
    if (digests.length === 0) return 'tagNotRead';
  }
  const blobs = await blobsOfImages(parts, roots);
  if (typeof blobs === 'string') return blobs;
  return {
    ...blobs,
    registries: new Set(sources.map(({ registry }) => registry)),
    repositories: new Set(sources.map(({ registry, repository }) => `${registry}/${repository}`)),
  };
}

async function blobsOfImages(
  { index }: PricingParts,
  roots: ReadonlySet<string>,
): Promise<Pick<Wanted, 'sizes' | 'blobsOf' | 'mostLayers'> | PriceReason> {
  const sizes = new Map<string, number>();
  const blobsOf = new Map<string, readonly string[]>();
  let mostLayers = 0;
  let next = [...roots];
  for (let depth = 0; next.length > 0 && depth <= DEEPEST; depth += 1) {
    const known = await index.manifestsNamed(next);
    if (known.length < next.length) return 'manifestNotRead';
    const children = new Set<string>();
    for (const manifest of known) {
      const parsed = parsedOf(manifest);
      if (parsed === null) return 'manifestNotRead';
      if (parsed.kind === 'index') {
        for (const { digest } of parsed.manifests) if (!blobsOf.has(digest)) children.add(digest);
        blobsOf.set(manifest.digest, []);
        continue;
      }
      const kept = [parsed.config, ...parsed.layers].filter(({ urls = [] }) => urls.length === 0);
      for (const { digest, size } of kept) sizes.set(digest, size);
      blobsOf.set(
        manifest.digest,
        kept.map(({ digest }) => digest),
      );
      mostLayers = Math.max(mostLayers, parsed.layers.length);
    }
    next = [...children];
  }
  return { sizes, blobsOf, mostLayers };
}

function parsedOf({ bytes, mediaType }: KnownManifest): ReturnType<typeof parseManifest> | null {
  try {
    return parseManifest(bytes, mediaType);
  } catch (thrown) {
    if (toAppError(thrown).code === 'manifest.invalid') return null;
    throw thrown;
  }
}

async function priceOf(parts: PricingParts, wanted: Wanted | PriceReason, target: PricedTarget): Promise<CopyPrice> {
  const nothing = { ...target, bytes: 0, leastBytes: 0, presentBytes: 0 };
  const host = await parts.hostOf(target.registry);
  if (host.trouble === 'off') return { ...nothing, kind: 'impossible', reason: 'off' };
  if (typeof wanted === 'string') return { ...nothing, kind: 'unknown', reason: wanted };
  if (host.layerLimit !== null && wanted.mostLayers > host.layerLimit)
    return { ...nothing, kind: 'impossible', reason: 'layerLimit' };
  const name = target.repository === null ? null : `${target.registry}/${target.repository}`;
  const all = [...wanted.sizes.keys()];
  const onlyOwn = name !== null && wanted.repositories.size === 1 && wanted.repositories.has(name);
  const held = onlyOwn ? new Set(all) : await heldIn(parts, wanted, target);
  const missing = all.filter((digest) => !held.has(digest));
  const nearby =
    host.mounts === 'no' || missing.length === 0
      ? new Set<string>()
      : wanted.registries.size === 1 && wanted.registries.has(target.registry)
        ? new Set(missing)
        : new Set((await parts.index.holdersIn(target.registry, missing)).keys());
  const sum = (digests: readonly string[]): number =>
    digests.reduce((total, digest) => total + (wanted.sizes.get(digest) ?? 0), 0);
  const presentBytes = sum(all.filter((digest) => held.has(digest)));
  const leastBytes = sum(missing.filter((digest) => !nearby.has(digest)));
  const bytes = host.mounts === 'yes' ? leastBytes : sum(missing);
  const kind =
    missing.length === 0
      ? 'present'
      : leastBytes < bytes
        ? 'mountOrStream'
        : nearby.size === missing.length
          ? 'mount'
          : 'stream';
  return { ...target, kind, bytes, leastBytes, presentBytes, reason: onlyOwn ? 'sameRepository' : host.trouble };
}

/** Blobs that the target repository was seen to have: by themselves, or because it has a manifest that names them. */
async function heldIn({ index }: PricingParts, wanted: Wanted, target: PricedTarget): Promise<Set<string>> {
  if (target.repository === null) return new Set();
  const place = { registry: target.registry, repository: target.repository };
  const held = await index.heldBy(place, [...wanted.sizes.keys()]);
  for (const digest of await index.manifestsSeenIn(place, [...wanted.blobsOf.keys()]))
    for (const blob of wanted.blobsOf.get(digest) ?? []) held.add(blob);
  return held;
}
