import { isLayoutPlace } from '../../../shared/models/image-location.ts';
import type { TransferEstimate } from '../../../shared/models/plan.ts';
import type { LayerVerdict } from './draft-verdicts.ts';
import type { DraftLayer, DraftTarget, PushDraft } from './push-draft.ts';

/** What was measured, in bytes a second; null = never. */
export interface TransferRates {
  /** Bytes of the disk, from disk or page cache. */
  readonly reading: number | null;
  /** Raw bytes. */
  readonly hashing: number | null;
  /** Packed bytes of whole passes. */
  readonly encoder: number | null;
  /** Packed bytes to one registry, by its link and by the limits that hold for it. */
  readonly linkTo: (registry: string) => number | null;
  /** The limit over all registries; null = none. */
  readonly limit: number | null;
}

/** No rate was measured. */
export const NOTHING_MEASURED: TransferRates = {
  reading: null,
  hashing: null,
  encoder: null,
  linkTo: () => null,
  limit: null,
};

/** The time that a transfer takes, and what it is made of. */
export interface EstimatedTransfer extends TransferEstimate {
  /** Null while a part of it was never measured. */
  readonly seconds: number | null;
  /** Of each target in their order. */
  readonly ofTargets: readonly (number | null)[];
}

/** `bytes` at a rate; nothing takes no time at any rate. */
function secondsFor(bytes: number, rate: number | null): number | null {
  if (bytes === 0) return 0;
  return rate === null ? null : bytes / rate;
}

function sum(...parts: readonly (number | null)[]): number | null {
  return parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0);
}

/**
 * Reckons how long the transfer of a draft takes. Reading and hashing what was not read yet, and encoding what is uploaded,
 * share the processors: their times add up. Sending goes on beside both, to all registries at once; so the longer of the two
 * is the time of the whole. A folder of this computer takes the bytes as fast as they are made.
 *
 * @param verdicts of the layers, by target in their order
 */
export function estimateTransfer(
  draft: PushDraft,
  verdicts: readonly (readonly LayerVerdict[])[],
  rates: TransferRates,
): EstimatedTransfer {
  const { layers } = draft;
  const readSeconds = sum(
    secondsFor(total(layers, isUnread, 'dataSize'), rates.reading),
    secondsFor(total(layers, isUnread, 'rawSize'), rates.hashing),
  );
  const uploadedBy = draft.targets.map((_target, at) =>
    packed(layers, ({ index }) => verdicts[at]?.[index]?.verdict === 'upload'),
  );
  const encoded = packed(
    layers,
    ({ index, kind, copyFrom }) =>
      kind === 'disk' && copyFrom === null && verdicts.some((own) => own[index]?.verdict === 'upload'),
  );
  const encodeSeconds = secondsFor(encoded, rates.encoder);
  const sendSeconds = sendingSeconds(draft.targets, uploadedBy, rates);
  const ofTargets = draft.targets.map(({ registry }, at) =>
    isLayoutPlace(registry) ? 0 : secondsFor(uploadedBy[at] ?? 0, rates.linkTo(registry)),
  );
  return { readSeconds, encodeSeconds, sendSeconds, ofTargets, ...whole(readSeconds, encodeSeconds, sendSeconds) };
}

function whole(
  read: number | null,
  encode: number | null,
  send: number | null,
): Pick<EstimatedTransfer, 'seconds' | 'bound'> {
  if (read === null || encode === null || send === null) return { seconds: null, bound: null };
  const seconds = Math.max(read + encode, send);
  if (seconds === 0) return { seconds, bound: null };
  return { seconds, bound: send >= read + encode ? 'send' : encode >= read ? 'encode' : 'read' };
}

function sendingSeconds(
  targets: readonly DraftTarget[],
  bytes: readonly number[],
  { linkTo, limit }: TransferRates,
): number | null {
  const byRegistry = new Map<string, number>();
  for (const [at, { registry }] of targets.entries()) {
    if (!isLayoutPlace(registry)) byRegistry.set(registry, (byRegistry.get(registry) ?? 0) + (bytes[at] ?? 0));
  }
  const all = [...byRegistry.values()].reduce((sumSoFar, own) => sumSoFar + own, 0);
  let longest: number | null = limit === null ? 0 : all / limit;
  for (const [registry, own] of byRegistry) {
    const seconds = secondsFor(own, linkTo(registry));
    longest = longest === null || seconds === null ? null : Math.max(longest, seconds);
  }
  return longest;
}

type Which = (layer: DraftLayer) => boolean;

function isUnread({ kind, rawDigest, digest, streamed }: DraftLayer): boolean {
  return kind === 'disk' && rawDigest === null && digest === null && !streamed;
}

// Sums without lists of the layers that they are of: a job at work draws them ten times a second.

function total(layers: readonly DraftLayer[], counts: Which, size: 'dataSize' | 'rawSize'): number {
  return layers.reduce((bytes, layer) => (counts(layer) ? bytes + layer[size] : bytes), 0);
}

function packed(layers: readonly DraftLayer[], counts: Which): number {
  return layers.reduce((bytes, layer) => (counts(layer) ? bytes + (layer.size ?? layer.estimatedSize ?? 0) : bytes), 0);
}
