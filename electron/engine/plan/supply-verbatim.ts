import { AppError } from '../../../shared/errors/app-error.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import { sha256 } from '../oci/digest.ts';
import { tartOciConfig } from '../oci/tart-manifest.ts';
import { askHome, placeOf } from './ask-home.ts';
import { readRanges } from './chunk-digests.ts';
import type { PlanningParts } from './planning-parts.ts';
import { countWork, type DraftLayer, isSentAgain, type PushDraft } from './push-draft.ts';

/**
 * Finds out, for an image that is pushed with its own manifest, how each blob that a target lacks can be had: encoded
 * from the disk, if our encoder gives the digest that the manifest names, else copied from a repository that has it. If
 * one can be had in neither way, `draft.cachedImage` says that a new manifest is needed and `draft.lacking` names it.
 *
 * Whether our encoder made the image is tried on one chunk that is not known: all chunks of an image come from one
 * encoder. The push checks each digest all the same.
 */
export async function supplyVerbatim(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<void> {
  if (draft.source.verbatim === null || draft.cachedImage === null) return;
  const lacking = (await supplyLayers(parts, draft, signal)) ?? (await supplyOciConfig(parts, draft, signal));
  if (lacking === null) return;
  draft.cachedImage = { ...draft.cachedImage, manifest: 'newNeeded', reason: 'layerMissing' };
  draft.lacking = lacking;
}

/** Layers that some target lacks, each digest once. */
function lackedLayers(draft: PushDraft): (DraftLayer & { readonly digest: string })[] {
  const found = new Map<string, DraftLayer & { readonly digest: string }>();
  for (const layer of draft.layers) {
    const { digest } = layer;
    if (digest === null || found.has(digest)) continue;
    // A mount that is refused comes back as an upload: then the layer is tried, or copied from the mount's source.
    const has = draft.targets.every(({ presence }) => {
      const known = presence.get(digest);
      return known?.verdict === 'present' || (known?.verdict === 'mount' && known.reason === 'mountable');
    });
    // The layer itself, not a copy: what is found out is noted in it. The digest was just seen not to be null.
    if (!has) found.set(digest, layer as DraftLayer & { readonly digest: string });
  }
  return [...found.values()];
}

async function supplyLayers(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<string | null> {
  const lacked = lackedLayers(draft);
  const disk = lacked.filter(({ kind }) => kind === 'disk');
  const made = await parts.contentIndex.encodedAs(disk.flatMap(({ rawDigest }) => rawDigest ?? []));
  const foreign: (DraftLayer & { readonly digest: string })[] = [];
  const untried: (DraftLayer & { readonly digest: string })[] = [];
  for (const layer of disk) {
    const digest = layer.rawDigest === null ? undefined : made.get(layer.rawDigest);
    layer.proven = digest === layer.digest;
    if (digest === undefined) untried.push(layer);
    else if (!layer.proven) foreign.push(layer);
  }
  const [first] = untried;
  if (first !== undefined && !(await encodesTo(parts, draft, first, signal))) foreign.push(...untried);
  for (const layer of lacked) {
    if (layer.kind === 'nvram' && !(await nvramFits(parts, draft, layer.digest, signal))) foreign.push(layer);
  }
  return await copyFromPlaces(parts, draft, foreign, signal);
}

/** Encodes a chunk to nowhere: whether that gives the layer which the manifest names. What it gave is remembered. */
async function encodesTo(
  parts: PlanningParts,
  draft: PushDraft,
  layer: DraftLayer,
  signal: AbortSignal,
): Promise<boolean> {
  const runs = readRanges(draft, layer);
  const { rawDigest, digest, size, bytesRead } = await parts.codec.encode(
    {
      path: draft.source.diskPath,
      state: draft.source.own.disk,
      offset: layer.rawOffset ?? 0,
      length: layer.rawSize,
      ...(runs === undefined ? {} : { runs }),
      form: 'lz4',
      sinks: [],
    },
    { signal, share: parts.share },
  );
  countWork(draft, layer, { read: bytesRead, encoded: layer.rawSize });
  await parts.contentIndex.learnPairs([{ rawDigest, rawSize: layer.rawSize, digest, size, proof: 'proven' }]);
  layer.proven = digest === layer.digest;
  return layer.proven;
}

async function nvramFits(
  parts: PlanningParts,
  draft: PushDraft,
  digest: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { nvramPath: path, nvramSize: length, own } = draft.source;
  return (await parts.codec.hash({ path, state: own.nvram, offset: 0, length }, { signal })).rawDigest === digest;
}

/** Gives each layer a place to be copied from; answers the first that has none. */
async function copyFromPlaces(
  parts: PlanningParts,
  draft: PushDraft,
  layers: readonly (DraftLayer & { readonly digest: string })[],
  signal: AbortSignal,
): Promise<string | null> {
  const wanted = layers.filter(({ digest }) => placeOf(draft, digest) === null);
  await askHome(parts, draft, new Map(wanted.map(({ digest, size }) => [digest, size ?? 0])), signal);
  for (const layer of layers) {
    layer.copyFrom = placeOf(draft, layer.digest);
    if (layer.copyFrom === null) return layer.digest;
    layer.origin = 'remote';
  }
  return null;
}

/** Finds the bytes of the OCI config that the manifest names, if a target lacks it or gets it again; answers its digest if nobody has it. */
async function supplyOciConfig(parts: PlanningParts, draft: PushDraft, signal: AbortSignal): Promise<string | null> {
  const { verbatim } = draft.source;
  if (verbatim === null) return null;
  const { digest, size } = verbatim.config;
  const again = isSentAgain(draft, digest);
  const lacked = await Promise.all(
    draft.targets.map(async ({ registry, repository }) => {
      if (again) return registry;
      parts.requests.head += 1;
      return (await parts.clientOf(registry).headBlob(repository, digest, { size, signal })) ? null : registry;
    }),
  );
  if (lacked.every((registry) => registry === null)) return null;
  const having = draft.targets.filter((_target, at) => lacked[at] === null);
  // To be sent again: the targets are asked last, what they have may be what is wrong.
  const [before, behind] = again ? [[], draft.targets] : [having, []];
  draft.ociConfig = await ociConfigOf(parts, draft, [...before, ...homeOf(draft), ...behind], signal);
  return draft.ociConfig === null ? digest : null;
}

/** The repository that a cached image came from, in a list; none for a VM. */
export function homeOf({ source }: Pick<PushDraft, 'source'>): RepositoryName[] {
  return source.image === null ? [] : [source.image.home];
}

/**
 * The bytes of the OCI config that a cached image's manifest names: made anew where that gives them, else from the first of
 * `places` that has them; null where nobody has.
 */
export async function ociConfigOf(
  { clientOf }: Pick<PlanningParts, 'clientOf'>,
  { source }: Pick<PushDraft, 'source'>,
  places: readonly RepositoryName[],
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const { verbatim, os, arch, diskFormat } = source;
  if (verbatim === null) return null;
  const { digest } = verbatim.config;
  const rebuilt = tartOciConfig({ os, arch, diskFormat, labels: {} });
  if (sha256(rebuilt) === digest) return rebuilt;
  // With labels of its own, or another program's: only a registry has it.
  for (const { registry, repository } of places) {
    try {
      return await clientOf(registry).getSmallBlob(repository, digest, { signal });
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof AppError)) throw thrown;
    }
  }
  return null;
}
