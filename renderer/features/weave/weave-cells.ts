import type { JobLayer } from '../../../shared/models/job.ts';
import type { PlanLayer } from '../../../shared/models/plan.ts';

/** What a weave draws: layers of a plan, or of a job (with their live status). Only those of kind `disk` are cells. */
export type WeaveLayer = PlanLayer | JobLayer;

/** What a cell shows: a verdict, a zero chunk, or a live status. In the order of the legend. */
export const CELL_KINDS = [
  'present',
  'mount',
  'duplicate',
  'upload',
  'zero',
  'done',
  'committing',
  'uploading',
  'encoding',
  'retrying',
  'failed',
  'mounting',
  'checking',
  'hashing',
  'waiting',
  'cancelled',
  'unknown',
] as const;

/** What a cell of the weave is drawn as. */
export type CellKind = (typeof CELL_KINDS)[number];

/** Colour of a zero chunk's thread. */
export type ThreadTone = 'zero' | 'present' | 'mount' | 'upload';

/** Steps of an uploading cell's fill. */
export const FILL_STEPS = 8;

/** All that decides how one cell is drawn. */
export interface CellLook {
  readonly kind: CellKind;
  /** Of a zero chunk. */
  readonly tone: ThreadTone;
  /** 0 to {@link FILL_STEPS}, of an uploading or retrying cell. */
  readonly fill: number;
  /** Width as a part of a whole cell: under 1 for a short last chunk. */
  readonly part: number;
}

/** Whether a layer carries a live status. */
export function isLive(layer: WeaveLayer): layer is JobLayer {
  return 'status' in layer;
}

/** Packed bytes of a layer, exact or estimated; null while nothing is known. */
export function packedSize(layer: WeaveLayer): number | null {
  return layer.size ?? layer.estimatedSize;
}

/** The chunks of an image, in disk order. */
export function chunksOf(layers: readonly WeaveLayer[]): readonly WeaveLayer[] {
  return layers.filter((layer) => layer.kind === 'disk');
}

function toneOf(layer: WeaveLayer): ThreadTone {
  switch (layer.verdict) {
    case 'present':
      return 'present';
    case 'mount':
      return 'mount';
    case 'upload':
      return isLive(layer) && layer.status === 'done' ? 'present' : 'upload';
    case 'duplicate':
    case null:
      return 'zero';
  }
}

/** A job draws what is settled as its verdict, all else as its status; a zero chunk stays a thread unless it is in trouble. */
export function cellKind(layer: WeaveLayer): CellKind {
  if (!isLive(layer)) return layer.zero ? 'zero' : (layer.verdict ?? 'unknown');
  const troubled = layer.status === 'failed' || layer.status === 'retrying';
  if (layer.zero && !troubled) return 'zero';
  const { status, verdict } = layer;
  if (status === 'done') return verdict === null || verdict === 'upload' ? 'done' : verdict;
  if (status === 'waiting' && (verdict === 'present' || verdict === 'duplicate')) return verdict;
  return status;
}

/** Steps of the fill: 0 only while nothing was acknowledged, 8 only when everything was. */
function fillOf(layer: WeaveLayer): number {
  const size = packedSize(layer);
  if (!isLive(layer) || layer.sent === 0 || size === null || size === 0) return 0;
  return Math.max(1, Math.min(FILL_STEPS, Math.floor((layer.sent / size) * FILL_STEPS)));
}

/** How a chunk is drawn. */
export function cellLook(layer: WeaveLayer, chunkSize: number): CellLook {
  return {
    kind: cellKind(layer),
    tone: toneOf(layer),
    fill: fillOf(layer),
    part: Math.min(1, layer.rawSize / chunkSize),
  };
}

/** Whether two looks are drawn alike. */
export function sameLook(one: CellLook, other: CellLook): boolean {
  return one.kind === other.kind && one.tone === other.tone && one.fill === other.fill && one.part === other.part;
}

/** One entry of the legend. */
export interface CellTally {
  readonly kind: CellKind;
  readonly count: number;
  /** Packed bytes. */
  readonly bytes: number;
  /** Some of the bytes are estimates or not known yet. */
  readonly estimated: boolean;
}

/** Counts the cells by kind, in the legend's order, without those that do not occur. */
export function tallyCells(layers: readonly WeaveLayer[]): readonly CellTally[] {
  const tallies = new Map<CellKind, CellTally>();
  for (const layer of chunksOf(layers)) {
    const kind = cellKind(layer);
    const before = tallies.get(kind);
    tallies.set(kind, {
      kind,
      count: (before?.count ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + (packedSize(layer) ?? 0),
      estimated: (before?.estimated ?? false) || layer.size === null,
    });
  }
  return CELL_KINDS.flatMap((kind) => tallies.get(kind) ?? []);
}
