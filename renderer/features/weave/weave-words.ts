import type { TFunction } from 'i18next';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { offsetUnit } from '../../../shared/format/disk-offset.ts';
import type { LayerSource } from '../../../shared/models/plan.ts';
import { momentWords } from '../../ui/moment.ts';
import { type CellKind, cellKind, isLive, packedSize, type WeaveLayer } from './weave-cells.ts';

/** `21.0–21.5`: where a layer lies on the disk; null for config and NVRAM. */
export function rangeFigures(layer: WeaveLayer, chunkSize: number): string | null {
  if (layer.rawOffset === null) return null;
  const { bytes } = offsetUnit(chunkSize);
  return `${(layer.rawOffset / bytes).toFixed(1)}–${((layer.rawOffset + layer.rawSize) / bytes).toFixed(1)}`;
}

/** `220 MB`, `~ 220 MB` for an estimate, empty while nothing is known. */
export function sizeWords(layer: WeaveLayer): string {
  const size = packedSize(layer);
  if (size === null) return '';
  return layer.size === null ? `~ ${formatBytes(size)}` : formatBytes(size);
}

/** The word of the legend for a kind. */
export function kindWord(t: TFunction<'weave'>, kind: CellKind, live: boolean): string {
  return live && kind === 'mount' ? t('mounted') : t(`kind.${kind}`);
}

/** `ghcr.io/acme/sonoma:14.4`, as far as it is known. */
function sourceName({ registry, repository, tag }: LayerSource): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}`;
}

/** Why a layer has its verdict, and before it how its content is known, where that says more. */
export function reasonWords(t: TFunction<'weave'>, layer: WeaveLayer, language: string): string {
  const told = originWords(t, layer, language);
  const verdict = verdictReason(t, layer, language);
  return told === null ? verdict : t('told.both', { told, verdict });
}

function originWords(t: TFunction<'weave'>, layer: WeaveLayer, language: string): string | null {
  const { base, knownFrom, unchangedSinceMs, verdict, reason } = layer;
  // All that there is to say of it, as of what changed or is known from elsewhere.
  if (verdict === 'duplicate' || reason === 'allZeros') return null;
  if (base !== null) {
    return base.kind === 'snapshot'
      ? t('told.snapshot', { date: momentWords(base.madeMs, language) })
      : t('told.image', { name: base.name });
  }
  if (unchangedSinceMs !== null) return t('told.unchanged', { date: momentWords(unchangedSinceMs, language) });
  if (knownFrom !== null && reason !== 'notInRegistry') return t('told.known', { image: sourceName(knownFrom) });
  return null;
}

function verdictReason(t: TFunction<'weave'>, layer: WeaveLayer, language: string): string {
  const { reason, mountedFrom, changedSinceMs, changedFrom, knownFrom } = layer;
  if (reason === 'mountable' && mountedFrom !== null) return t('reason.mountableFrom', { repository: mountedFrom });
  if (reason === 'changed' && changedFrom?.kind === 'image') return t('reason.changedFrom', { name: changedFrom.name });
  if (reason === 'changed' && changedSinceMs !== null)
    return t('reason.changedSince', { date: momentWords(changedSinceMs, language) });
  if (reason === 'notInRegistry' && knownFrom !== null)
    return t('reason.knownElsewhere', { image: sourceName(knownFrom) });
  return t(`reason.${reason}`);
}

/** What hovering a cell says, in the parts that are set apart. */
export interface ChunkDescription {
  readonly name: string;
  readonly place: string;
  readonly verdict: string;
  readonly raw: string;
  readonly reason: string;
}

/** The word that stands for a cell: verdict also for zero chunks, whose kind is drawn as a thread. */
function verdictWord(t: TFunction<'weave'>, layer: WeaveLayer): string {
  const kind = cellKind(layer);
  const live = isLive(layer);
  if (kind !== 'zero') return kindWord(t, kind, live);
  const zero = kindWord(t, 'zero', live);
  return layer.verdict === null ? zero : t('verdictSize', { verdict: kindWord(t, layer.verdict, live), size: zero });
}

/** Hover text and accessible name of a cell. */
export function describeChunk(
  t: TFunction<'weave'>,
  layer: WeaveLayer,
  chunk: number,
  { chunkSize, language }: { readonly chunkSize: number; readonly language: string },
): ChunkDescription {
  const unit = offsetUnit(chunkSize).name;
  const range = `${rangeFigures(layer, chunkSize) ?? ''} ${t(`unit.${unit}`)}`;
  const size = sizeWords(layer);
  const sent =
    isLive(layer) && (layer.status === 'uploading' || layer.status === 'retrying')
      ? t('sentOf', { sent: formatBytes(layer.sent), size })
      : size;
  const word = verdictWord(t, layer);
  const reason = reasonWords(t, layer, language);
  return {
    name: t('chunk', { chunk }),
    place: t('rangeOfDisk', { range }),
    verdict: sent === '' ? word : t('verdictSize', { verdict: word, size: sent }),
    raw: t('ofRaw', { size: formatBytes(layer.rawSize) }),
    // What the word says already is not said twice.
    reason: reason.toLowerCase() === word.toLowerCase() ? '' : reason,
  };
}

/** The description as one sentence, for screen readers. */
export function chunkSentence(description: ChunkDescription): string {
  const { name, place, verdict, raw, reason } = description;
  return `${name}, ${place}. ${verdict} ${raw}.${reason === '' ? '' : ` ${reason}`}`;
}
