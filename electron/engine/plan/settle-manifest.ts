import { sha256 } from '../oci/digest.ts';
import { sameManifest } from '../oci/known-manifest.ts';
import { MEDIA_TYPES } from '../oci/media-types.ts';
import { type TartManifestFacts, tartManifest, tartOciConfig, uploadTimeOf } from '../oci/tart-manifest.ts';
import { askPresence } from './ask-presence.ts';
import { settleTags } from './ask-tags.ts';
import { adoptSpelling, otherSpelling } from './other-spelling.ts';
import type { PlanningParts } from './planning-parts.ts';
import type { PushDraft } from './push-draft.ts';
import { singleLayer } from './small-layers.ts';

/** What a new manifest says beside its layers. */
export interface ManifestChoice {
  readonly labels: Readonly<Record<string, string>>;
  readonly os: 'darwin' | 'linux';
  readonly arch: 'arm64' | 'amd64';
}

/** The manifest of a push. `known` = bytes that exist already are pushed again. */
export interface SettledManifest {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly mediaType: string;
  readonly known: boolean;
  readonly uploadTime: string | null;
  /** The OCI config blob; null for a verbatim push, whose manifest names its own. */
  readonly ociConfig: { readonly bytes: Uint8Array; readonly digest: string } | null;
}

/** The facts of the manifest, or null while a layer's digest is not known. */
function factsOf(
  draft: PushDraft,
  ociConfig: { readonly bytes: Uint8Array; readonly digest: string },
): Omit<TartManifestFacts, 'uploadTime'> | null {
  const disk = [];
  for (const { kind, digest, size, rawDigest, rawSize } of draft.layers) {
    if (kind !== 'disk') continue;
    if (digest === null || size === null || rawDigest === null) return null;
    disk.push({ digest, size, rawDigest, rawSize });
  }
  const vmConfig = singleLayer(draft, 'config');
  const nvram = singleLayer(draft, 'nvram');
  if (vmConfig.digest === null || nvram.digest === null) return null;
  return {
    config: { digest: ociConfig.digest, size: ociConfig.bytes.length },
    vmConfig: { digest: vmConfig.digest, size: vmConfig.size ?? vmConfig.rawSize },
    disk,
    nvram: { digest: nvram.digest, size: nvram.size ?? nvram.rawSize },
    diskSize: draft.source.diskSize,
  };
}

/**
 * Finds the manifest of a push as far as it is known: a cached image's own, or a known manifest that says the same but
 * for its upload time. Marks the targets and those tags that have it already. Null: a new one will be written.
 *
 * @param earlier what was settled before: looked at first, and believed only where it still says the same
 */
export async function settleManifest(
  parts: PlanningParts,
  draft: PushDraft,
  choice: ManifestChoice,
  signal: AbortSignal,
  earlier: SettledManifest | null = null,
): Promise<SettledManifest | null> {
  const found = await findManifest(parts, draft, choice, signal, earlier);
  if (found === null) return null;
  markTargets(draft, found);
  // Another spelling of the VM config is another blob.
  await askPresence(parts, draft, [singleLayer(draft, 'config')], signal);
  return found;
}

async function findManifest(
  parts: PlanningParts,
  draft: PushDraft,
  choice: ManifestChoice,
  signal: AbortSignal,
  earlier: SettledManifest | null,
): Promise<SettledManifest | null> {
  const { verbatim } = draft.source;
  if (verbatim !== null) {
    return {
      bytes: verbatim.bytes,
      digest: verbatim.digest,
      mediaType: verbatim.mediaType,
      known: true,
      uploadTime: verbatim.uploadTime,
      ociConfig: null,
    };
  }
  const ociConfig = newOciConfig(draft, choice);
  const facts = factsOf(draft, ociConfig);
  if (facts === null) return null;
  const { vmConfig } = facts;
  if (earlier !== null && sameManifest(earlier.bytes, facts)?.vmConfigDigest === vmConfig.digest) return earlier;
  const [first] = facts.disk;
  for (const known of await parts.contentIndex.knownManifests(draft.targets, first?.digest ?? null)) {
    const same = sameManifest(known.bytes, facts);
    if (same === null) continue;
    if (same.vmConfigDigest !== vmConfig.digest) {
      const spelled = await otherSpelling(parts, draft, same.vmConfigDigest, signal);
      if (spelled === null) continue;
      adoptSpelling(draft, same.vmConfigDigest, spelled);
    }
    return {
      bytes: known.bytes,
      digest: known.digest,
      mediaType: known.mediaType,
      known: true,
      uploadTime: same.uploadTime,
      ociConfig,
    };
  }
  return null;
}

/** The OCI config that a new manifest names: known before any layer is. */
export function newOciConfig(
  draft: PushDraft,
  { labels, os, arch }: ManifestChoice,
): { readonly bytes: Uint8Array; readonly digest: string } {
  const bytes = tartOciConfig({ arch, os, diskFormat: draft.source.diskFormat, labels });
  return { bytes, digest: sha256(bytes) };
}

function markTargets(draft: PushDraft, manifest: SettledManifest): void {
  for (const target of draft.targets) {
    target.manifestDigest = manifest.digest;
    target.knownUploadTime = manifest.known ? manifest.uploadTime : null;
    settleTags(target);
  }
}

/**
 * The manifest that a push writes: the settled one, or a new one with the time of now. Every layer must be known.
 *
 * @param earlier what was settled before the layers were sent
 */
export async function manifestOf(
  parts: PlanningParts,
  draft: PushDraft,
  choice: ManifestChoice,
  signal: AbortSignal,
  earlier: SettledManifest | null,
): Promise<SettledManifest> {
  const settled = await settleManifest(parts, draft, choice, signal, earlier);
  if (settled !== null) return settled;
  const ociConfig = newOciConfig(draft, choice);
  const facts = factsOf(draft, ociConfig);
  if (facts === null) throw new Error('a layer is not known');
  const uploadTime = uploadTimeOf(parts.clock.now());
  const bytes = tartManifest({ ...facts, uploadTime });
  const made: SettledManifest = {
    bytes,
    digest: sha256(bytes),
    mediaType: MEDIA_TYPES.ociManifest,
    known: false,
    uploadTime,
    ociConfig,
  };
  markTargets(draft, made);
  return made;
}
