import { TART } from './media-types.ts';
import { parseManifest, tartImageOf } from './parse-manifest.ts';
import { type TartManifestFacts, tartManifest } from './tart-manifest.ts';

/** A manifest that says the same as the one that a push would write. */
export interface SameManifest {
  /** ISO 8601 UTC, as the known manifest says. */
  readonly uploadTime: string;
  /** The digest of its VM config layer: equal to ours, or another spelling of the same config. */
  readonly vmConfigDigest: string;
}

/**
 * Whether a known manifest may be pushed again in place of a new one: written anew in Tart's form it gives the same
 * bytes, and every member but the upload time (and, as a candidate, the VM config layer) equals ours. The caller still
 * has to compare the VM configs as parsed JSON where `vmConfigDigest` differs.
 */
export function sameManifest(known: Uint8Array, facts: Omit<TartManifestFacts, 'uploadTime'>): SameManifest | null {
  let parsed: ReturnType<typeof parseManifest>;
  try {
    parsed = parseManifest(known, null);
  } catch {
    // A manifest that cannot be read is none that could be pushed again.
    return null;
  }
  if (parsed.kind !== 'image') return null;
  const image = tartImageOf(parsed);
  const uploadTime = parsed.annotations[TART.uploadTime];
  if (image === null || uploadTime === undefined) return null;
  const rewritten = tartManifest({
    ...facts,
    vmConfig: { digest: image.vmConfig.digest, size: image.vmConfig.size },
    uploadTime,
  });
  return Buffer.from(rewritten).equals(known) ? { uploadTime, vmConfigDigest: image.vmConfig.digest } : null;
}
