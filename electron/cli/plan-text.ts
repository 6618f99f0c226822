import { errorWords } from '../../shared/errors/error-words.ts';
import { layerLimitError } from '../../shared/errors/layer-limit-error.ts';
import { formatBytes, formatRate } from '../../shared/format/bytes.ts';
import { shortDigest } from '../../shared/format/digest.ts';
import { formatDuration } from '../../shared/format/duration.ts';
import { placeName } from '../../shared/models/image-location.ts';
import type {
  Plan,
  PlanLayer,
  PlanReference,
  PlanTarget,
  RequestCounts,
  TargetPlace,
  Verdict,
} from '../../shared/models/plan.ts';
import { counted } from './counted.ts';
import { layerRowsText } from './layer-rows-text.ts';
import { table } from './table.ts';

const VERDICTS: readonly Verdict[] = ['present', 'mount', 'duplicate', 'upload'];

/** A reference and what becomes, or became, of its tag. */
export function referenceLine(state: PlanReference): string {
  switch (state.state) {
    case 'new':
      return `${state.reference}  new tag`;
    case 'same':
      return `${state.reference}  has this image already`;
    case 'moves':
      return `${state.reference}  moves from ${shortDigest(state.previousDigest ?? '')}`;
    case 'kept':
      return `${state.reference}  stays at ${shortDigest(state.previousDigest ?? '')}`;
    case 'conflict':
      return `${state.reference}  was moved by somebody else to ${shortDigest(state.previousDigest ?? '')}`;
    case 'written':
      return `${state.reference}  written`;
    case 'failed':
      return `${state.reference}  not written`;
  }
}

function sizeOf(layers: readonly PlanLayer[]): string {
  const total = layers.reduce((sum, layer) => sum + (layer.size ?? layer.estimatedSize ?? 0), 0);
  return (layers.some(({ size }) => size === null) ? '~' : '') + formatBytes(total);
}

/** One line of cells in disk order: `#` upload, `=` present, `m` mount, `:` duplicate, `?` unknown, `-` a zero chunk. */
export function weaveText(layers: readonly PlanLayer[]): string {
  const letters: Record<Verdict, string> = { present: '=', mount: 'm', duplicate: ':', upload: '#' };
  return layers
    .filter(({ kind }) => kind === 'disk')
    .map(({ verdict, zero }) => (verdict === null ? '?' : zero ? '-' : letters[verdict]))
    .join('');
}

const PLACES: Readonly<Record<TargetPlace, string>> = {
  registry: '',
  layout: '',
  store: 'copy on this computer: ',
};

function targetText(target: PlanTarget): string {
  const kinds = VERDICTS.map((verdict) => ({
    verdict,
    layers: target.layers.filter((layer) => layer.verdict === verdict),
  }));
  const unknown = target.layers.filter(({ verdict }) => verdict === null);
  const rows = [...kinds, { verdict: 'not known yet', layers: unknown }].filter(({ layers }) => layers.length > 0);
  const tooMany = layerLimitError(target);
  return [
    ...(tooMany === null ? [] : [`${errorWords(tooMany.toData(), 'en').what} It cannot be pushed there.`]),
    ...(target.storeRoom === null || target.bytes.uploaded <= target.storeRoom
      ? []
      : [
          `The budget of the local store leaves ${formatBytes(target.storeRoom)}; this push needs ${formatBytes(target.bytes.uploaded)}. What goes beyond it is refused.`,
        ]),
    ...target.references.map((state) => `${PLACES[target.place]}${referenceLine(state)}`),
    table(
      [
        { title: '', align: 'left', cell: ({ verdict }) => verdict },
        { title: 'layers', align: 'right', cell: ({ layers }) => String(layers.length) },
        { title: 'size', align: 'right', cell: ({ layers }) => sizeOf(layers) },
      ],
      rows,
    ),
    `[${weaveText(target.layers)}]`,
    layerRowsText(target.layers),
    ...(target.sendSeconds === null || target.bytes.uploaded === 0
      ? []
      : [`sending to ${placeName(target)}: about ${formatDuration(target.sendSeconds)}`]),
  ].join('\n');
}

const BOUNDS = { read: 'reading', encode: 'encoding', send: 'the link' } as const;

/** The parts of the expected time, as far as they were measured, and what the whole waits for. */
function timeText({ estimate: { readSeconds, encodeSeconds, sendSeconds, bound } }: Plan): string[] {
  const parts = [
    { word: 'reading', seconds: readSeconds },
    { word: 'encoding', seconds: encodeSeconds },
    { word: 'sending', seconds: sendSeconds },
  ].flatMap(({ word, seconds }) => {
    if (seconds === 0) return [];
    return [`${word} ${seconds === null ? 'at a speed that was never measured' : `~${formatDuration(seconds)}`}`];
  });
  if (parts.length === 0) return [];
  return [`${parts.join(', ')}${bound === null ? '' : `; it waits for ${BOUNDS[bound]}`}`];
}

function requestsText({ head, mount, upload, manifest }: RequestCounts): string {
  const parts = [
    `${String(head)} HEAD`,
    counted(mount, 'mount'),
    counted(upload, 'upload'),
    `${String(manifest)} for manifests`,
  ];
  return parts.join(', ');
}

/** What becomes of a cached image's own manifest; nothing for a local VM. */
function cachedImageText({ cachedImage }: Plan): string[] {
  switch (cachedImage?.manifest) {
    case undefined:
      return [];
    case 'asIs':
      return [`the image keeps its manifest and digest ${shortDigest(cachedImage.digest)}`];
    case 'new':
      return [`the image gets a new manifest and a new digest; it was ${shortDigest(cachedImage.digest)}`];
    case 'newNeeded':
      return [
        'a layer can neither be made from the disk nor be read from a registry: only --new-manifest can push this',
      ];
  }
}

/** What became of the cache of Tart, where it was to be populated. */
function populatedText({ populatedCache }: Plan): string[] {
  if (populatedCache === undefined) return [];
  return [
    populatedCache.error === null ? 'the image is in the cache of Tart' : 'the image is not in the cache of Tart',
  ];
}

/** How the disk is kept from changing while it is read; nothing for a cached image, which nobody writes. */
function protectionText({ source, lockedMs }: Plan): string[] {
  switch (source) {
    case 'snapshot':
      return [
        lockedMs === null
          ? 'the push reads a snapshot: the VM may run meanwhile'
          : `the push reads a snapshot: the VM was locked for ${String(Math.max(1, Math.round(lockedMs)))} ms, and may run meanwhile`,
      ];
    case 'lock':
      return ['the VM cannot start until its disk has been read'];
    case 'unlocked':
      return ['the VM could not be locked: a change of its disk ends the push'];
    case 'image':
      return [];
  }
}

/** A plan in words: what would be sent to each target, and how long it may take. */
export function planText(plan: Plan): string {
  const estimated = plan.targets.some(({ layers }) =>
    layers.some(({ verdict, size }) => verdict === 'upload' && size === null),
  );
  const speed = plan.rate === null ? '' : ` at ${formatRate(plan.rate)}`;
  const time = plan.estimatedSeconds === null ? '' : `, about ${formatDuration(plan.estimatedSeconds)}${speed}`;
  return [
    `${estimated ? '~' : ''}${formatBytes(plan.bytes.uploaded)} of ${formatBytes(plan.bytes.packed)} will be uploaded${time}`,
    ...timeText(plan),
    ...cachedImageText(plan),
    ...plan.targets.map(targetText),
    ...protectionText(plan),
    `requests: ${requestsText(plan.requests)} for this plan; the push is expected to make ${requestsText(plan.expectedRequests)}`,
    `read ${formatBytes(plan.bytes.read)} of the disk in ${plan.seconds.toFixed(2)} s; nothing has been sent yet`,
  ].join('\n');
}

/** A finished push in words. */
export function pushedText(document: Plan): string {
  const { bytes } = document;
  const notSent = bytes.present + bytes.mounted + bytes.duplicate;
  return [
    ...document.targets.map((target) =>
      [
        `${PLACES[target.place]}${placeName(target)}@${target.manifestDigest ?? ''}`,
        ...target.references.map((state) => `  ${referenceLine(state)}`),
      ].join('\n'),
    ),
    ...populatedText(document),
    `sent ${formatBytes(bytes.uploaded)}, not sent ${formatBytes(notSent)}; read ${formatBytes(bytes.read)}, encoded ${formatBytes(bytes.encoded)}; took ${formatDuration(document.seconds)}`,
  ].join('\n');
}
