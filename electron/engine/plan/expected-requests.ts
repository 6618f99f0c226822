import type { RequestCounts } from '../../../shared/models/plan.ts';
import type { DraftTarget, LayerVerdict } from './push-draft.ts';

/**
 * Requests that bringing an image to one target takes after its plan, when nothing goes wrong: an upload session or a mount for
 * each layer that it lacks, a HEAD for each of these before the manifest and one for the OCI config, which is uploaded where
 * nothing of the image is there yet; and of each tag that moves a last look, the manifest and a look at what was written.
 * Pieces of an upload and answers to sign-in are not counted. Layers without a verdict are left out.
 *
 * @param verdicts of the target, by layer
 */
export function expectedRequests(target: DraftTarget, verdicts: readonly LayerVerdict[]): RequestCounts {
  const moving = target.states.filter(({ state }) => state !== 'same').length;
  const count = (verdict: LayerVerdict['verdict']): number => verdicts.filter((own) => own.verdict === verdict).length;
  const [mount, upload] = [count('mount'), count('upload')];
  const newConfig = count('present') === 0 ? 1 : 0;
  return {
    // Where every tag has this manifest already, nothing is published and so nothing is checked before.
    head: 1 + (moving === 0 ? 0 : mount + upload),
    mount,
    upload: upload + newConfig,
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
