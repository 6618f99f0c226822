import { isDigest } from '../../../shared/models/reference.ts';
import { TART } from './media-types.ts';
import { MANIFEST_READ_LIMIT } from './parse-manifest.ts';
import { type BlobFacts, type TartManifestFacts, tartManifest } from './tart-manifest.ts';

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
  const own = ownMembers(known);
  if (own === null) return null;
  const { uploadTime, vmConfig } = own;
  const rewritten = tartManifest({ ...facts, vmConfig, uploadTime });
  return Buffer.from(rewritten).equals(known) ? { uploadTime, vmConfigDigest: vmConfig.digest } : null;
}

/**
 * The members that may differ from ours. What else a manifest says needs no look: it is the same where the bytes are, and of
 * 200 layers a comparison of bytes takes a fraction of what checking the form of each takes.
 */
function ownMembers(known: Uint8Array): { readonly uploadTime: string; readonly vmConfig: BlobFacts } | null {
  if (known.length > MANIFEST_READ_LIMIT) return null;
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(known));
    const uploadTime = member(member(document, 'annotations'), TART.uploadTime);
    // Tart's form has the VM config first.
    const vmConfig = member(member(document, 'layers'), '0');
    const [digest, size] = [member(vmConfig, 'digest'), member(vmConfig, 'size')];
    if (typeof uploadTime !== 'string' || typeof digest !== 'string' || !isDigest(digest)) return null;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
    return { uploadTime, vmConfig: { digest, size } };
  } catch {
    // A manifest that cannot be read is none that could be pushed again.
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
