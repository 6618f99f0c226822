import { formatBytes } from '../../shared/format/bytes.ts';
import type { LayerReason, LayerSource, PlanLayer } from '../../shared/models/plan.ts';
import { table } from './table.ts';

let moment: Intl.DateTimeFormat | undefined;

/** `3 Nov 2026, 14:05` */
function momentOf(ms: number): string {
  // Made when it is needed: it takes 8 ms of each start otherwise.
  moment ??= new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return moment.format(ms);
}

function sourceName({ registry, repository, tag }: LayerSource): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}`;
}

const REASONS: Readonly<Record<LayerReason, string>> = {
  inRepository: 'in the repository',
  sameDigestEarlier: 'same digest earlier in this image',
  allZeros: 'all zeros, sent once',
  mountable: 'mounted inside the registry',
  mountUntried: 'lies in the registry; mounted if that mounts',
  notInRegistry: 'known, but not in this registry',
  changed: 'changed since the last push',
  newRepository: 'not in this repository yet',
  notReadYet: 'not read yet',
  notEncodedYet: 'in no image that is known here',
  sentByAnotherTarget: 'sent once for another target',
  sentAgain: 'sent again, as you asked',
};

/** How the content of a layer is known; nothing where the verdict says it. */
function told({ base, unchangedSinceMs, knownFrom, verdict, reason }: PlanLayer): string {
  if (verdict === 'duplicate' || reason === 'allZeros') return '';
  if (base?.kind === 'snapshot') return `unchanged since ${momentOf(base.madeMs)} (snapshot), `;
  if (base !== null) return `shares its blocks with ${base.name}, `;
  if (unchangedSinceMs !== null) return `unchanged since the push of ${momentOf(unchangedSinceMs)}, `;
  return knownFrom === null ? '' : `known from ${sourceName(knownFrom)}, `;
}

/** Why a layer has its verdict, and how its content is known. */
export function layerReasonText(layer: PlanLayer): string {
  const { reason, mountedFrom, changedSinceMs, changedFrom, knownFrom } = layer;
  if (reason === 'changed' && changedFrom?.kind === 'image') return `differs from ${changedFrom.name}`;
  if (reason === 'changed' && changedSinceMs !== null) return `changed since ${momentOf(changedSinceMs)}`;
  if (reason === 'notInRegistry' && knownFrom !== null) return `${told(layer)}not in this registry`;
  if (mountedFrom !== null && reason !== 'mountUntried') return `${told(layer)}mounted from ${mountedFrom}`;
  return `${told(layer)}${REASONS[reason]}`;
}

/** Neighbouring layers of which the same is told. */
interface LayerRun {
  readonly first: PlanLayer;
  last: PlanLayer;
  count: number;
  bytes: number;
  estimated: boolean;
  readonly why: string;
}

function runsOf(layers: readonly PlanLayer[]): LayerRun[] {
  const runs: LayerRun[] = [];
  for (const layer of layers) {
    const why = layerReasonText(layer);
    const bytes = layer.size ?? layer.estimatedSize ?? 0;
    const run = runs.at(-1);
    const { first } = run ?? {};
    if (
      run !== undefined &&
      first?.kind === layer.kind &&
      first.verdict === layer.verdict &&
      first.origin === layer.origin &&
      run.why === why
    ) {
      run.last = layer;
      run.count += 1;
      run.bytes += bytes;
      run.estimated ||= layer.size === null;
    } else {
      runs.push({ first: layer, last: layer, count: 1, bytes, estimated: layer.size === null, why });
    }
  }
  return runs;
}

function nameOf({ first, last }: LayerRun): string {
  if (first.kind !== 'disk') return first.kind;
  // Layer 0 is the VM config.
  return first === last ? String(first.index - 1) : `${String(first.index - 1)}-${String(last.index - 1)}`;
}

/** The layers as a table: one row for neighbours of which the same is told; chunks are counted from 0, as in the weave. */
export function layerRowsText(layers: readonly PlanLayer[]): string {
  return table(
    [
      { title: 'chunk', align: 'right', cell: nameOf },
      { title: 'verdict', align: 'left', cell: ({ first }) => first.verdict ?? '?' },
      { title: 'origin', align: 'left', cell: ({ first }) => first.origin },
      { title: 'size', align: 'right', cell: ({ bytes, estimated }) => `${estimated ? '~' : ''}${formatBytes(bytes)}` },
      { title: 'why', align: 'left', cell: ({ why }) => why },
    ],
    runsOf(layers),
  );
}
