/**
 * Tags that only stand for what belongs to another manifest: the fallback tag of the referrers API (distribution-spec 1.1)
 * and cosign's signatures, attestations and bills of materials.
 */
const REFERRER_TAG = /^sha(256|512)-[0-9a-f]{64}(\.(sig|att|sbom))?$/;

/** Whether a tag is one that lists leave out unless they are asked for. */
export function isReferrerTag(tag: string): boolean {
  return REFERRER_TAG.test(tag);
}
