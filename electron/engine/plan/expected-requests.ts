import type { RequestCounts } from '../../../shared/models/plan.ts';
import type { LayerVerdict } from './draft-verdicts.ts';
import { type DraftTarget, isSentAgain, type PushDraft } from './push-draft.ts';

/**
 * Requests that bringing an image to one target takes after its plan, when nothing goes wrong: an upload session or a mount for
 * each layer that it lacks, a HEAD for each of these before the manifest and one for the OCI config, which is uploaded where
 * nothing of the image is there yet; and of each tag that moves a last look, the manifest and a look at what was written.
 * A push that reads back asks for each blob of the image, also where every tag has the manifest already; where all is sent
 * again, or it is named itself, the OCI config is, too, and nothing is asked for it. Pieces of an upload and answers to sign-in are not counted.
 * Layers without a verdict are left out.
 *
 * @param verdicts of the target, by layer
 */
export function expectedRequests(
  draft: Pick<PushDraft, 'sendAgain' | 'verify' | 'ociConfigDigest'>,
  target: Pick<DraftTarget, 'states'>,
  verdicts: readonly LayerVerdict[],
): RequestCounts {
  const { sendAgain, verify, ociConfigDigest } = draft;
  const configAgain = isSentAgain(draft, ociConfigDigest);
  const moving = target.states.filter(({ state }) => state !== 'same').length;
  const count = (verdict: LayerVerdict['verdict']): number =>
    verdicts.reduce((found, own) => (own.verdict === verdict ? found + 1 : found), 0);
  const [present, mount, upload] = [count('present'), count('mount'), count('upload')];
  // Where every tag has this manifest already, nothing is published and so nothing is checked before.
  const publishes = moving > 0 || verify || sendAgain.length > 0;
  const checked = (publishes ? mount + upload : 0) + (verify ? present : 0);
  return {
    head: (configAgain ? 0 : 1) + checked,
    mount,
    upload: upload + (configAgain || present === 0 ? 1 : 0),
    manifest: 3 * moving,
  };
}

/** Adds up requests. */
export function sumOfRequests(counts: readonly RequestCounts[]): RequestCounts {
  const sum = (pick: (requests: RequestCounts) => number): number =>
    counts.reduce((total, requests) => total + pick(requests), 0);
  return {
    head: sum(({ head }) => head),
    mount: sum(({ mount }) => mount),
    upload: sum(({ upload }) => upload),
    manifest: sum(({ manifest }) => manifest),
  };
}
