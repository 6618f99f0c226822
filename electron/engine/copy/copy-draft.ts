import type { CopyDocument, CopyLayer, CopyTarget } from '../../../shared/models/copy.ts';
import {
  type LayerKind,
  type PlanBytes,
  type PlanReference,
  type RequestCounts,
  type TargetPlace,
  UNTRACED,
} from '../../../shared/models/plan.ts';
import type { RepositoryName } from '../digests/content-index.ts';
import type { DistributionClient, RemoteManifest } from '../registry/distribution-client.ts';
import type { CopySource } from './copy-source.ts';
import type { ImageTree } from './image-tree.ts';
import type { LocalBlob } from './local-blobs.ts';

/** How a blob or manifest gets to a target, or that it is there. */
export type Outcome = Pick<CopyLayer, 'verdict' | 'reason' | 'mountedFrom'>;

/** It is there. */
export const PRESENT: Outcome = { verdict: 'present', reason: 'inRepository', mountedFrom: null };
/** It is sent. */
export const SENT: Outcome = { verdict: 'upload', reason: 'notInRegistry', mountedFrom: null };

/** An image that is copied, as the source has it. */
export interface CopyImage {
  readonly source: CopySource;
  readonly digest: string;
  readonly mediaType: string;
}

/** A blob or manifest of the images, each digest once. Sizes in bytes. */
export interface CopyRow {
  readonly index: number;
  readonly kind: LayerKind;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly rawDigest: string | null;
  readonly rawSize: number | null;
  /** First raw byte on the disk of its image; null for what is no chunk. */
  readonly rawOffset: number | null;
  /** Null = a blob. */
  readonly manifest: RemoteManifest | null;
  /** Where it can be read, at least one. */
  readonly sources: RepositoryName[];
  /** Where this computer has it, where that is cheaper than its source; null = nowhere. */
  local: LocalBlob | null;
}

/** One image at one target. */
export interface CopyPlacement {
  readonly image: CopyImage;
  /** Tags that it gets, in the order in which they were asked for; their states change. */
  readonly references: PlanReference[];
  /** It comes along with another image that it belongs to. */
  readonly belongs?: true;
  /** Blobs and manifests that it needs, the image's own manifest last; none where every tag stays as it is. */
  readonly rows: readonly CopyRow[];
}

/** One repository that is copied to. */
export interface CopyDraftTarget extends RepositoryName {
  readonly place: TargetPlace;
  readonly placements: readonly CopyPlacement[];
  /** All rows of its placements, each once. */
  readonly rows: readonly CopyRow[];
  /** By index of the row; what is not in it was not asked for yet. */
  readonly outcomes: Map<number, Outcome>;
  /** Indexes of rows that are there for certain. */
  readonly settled: Set<number>;
}

/** A copy as it is planned and done. */
export interface CopyDraft {
  readonly images: readonly CopyImage[];
  readonly rows: readonly CopyRow[];
  readonly targets: readonly CopyDraftTarget[];
  readonly requests: RequestCounts;
}

/** What is wanted of an image at one target. */
export interface WantedPlacement {
  readonly image: CopyImage;
  readonly references: PlanReference[];
  /** It comes along with another image that it belongs to. */
  readonly belongs?: true;
}

/** One target as it is wanted. */
export interface WantedTarget extends RepositoryName {
  readonly place: TargetPlace;
  readonly placements: readonly WantedPlacement[];
}

/** Whether anything of an image is to be brought to a target: it goes by its digest, or a tag is new, moves or names it already. */
export function isWanted({ references }: WantedPlacement): boolean {
  return references.length === 0 || references.some(({ state }) => state !== 'kept');
}

/** Joins images and targets: each blob and manifest is one row, however many images need it. */
export function draftCopy(
  images: readonly CopyImage[],
  treeOf: (image: CopyImage) => ImageTree,
  targets: readonly WantedTarget[],
  requests: RequestCounts,
): CopyDraft {
  const rows = new Rows();
  const drafts = targets.map(({ placements: wanted, ...target }) => {
    const placements = wanted.map((placement) => ({
      ...placement,
      rows: isWanted(placement) ? rows.ofImage(placement.image, treeOf(placement.image)) : [],
    }));
    const own = new Set(placements.flatMap((placement) => placement.rows));
    return { ...target, placements, rows: [...own], outcomes: new Map<number, Outcome>(), settled: new Set<number>() };
  });
  return { images, rows: rows.all, targets: drafts, requests };
}

class Rows {
  readonly all: CopyRow[] = [];
  readonly #byDigest = new Map<string, CopyRow>();
  readonly #byImage = new Map<string, readonly CopyRow[]>();

  ofImage({ source, digest }: CopyImage, { blobs, manifests }: ImageTree): readonly CopyRow[] {
    const key = `${source.registry}/${source.repository}@${digest}`;
    const known = this.#byImage.get(key);
    if (known !== undefined) return known;
    const place = { registry: source.registry, repository: source.repository };
    let rawOffset = 0;
    const own = [
      ...blobs.map((blob) => {
        const length = blob.kind === 'disk' ? blob.rawSize : null;
        const row = this.#row(place, { ...blob, rawOffset: length === null ? null : rawOffset, manifest: null });
        rawOffset += length ?? 0;
        return row;
      }),
      ...manifests.map((manifest) =>
        this.#row(place, {
          kind: 'manifest',
          mediaType: manifest.mediaType,
          digest: manifest.digest,
          size: manifest.bytes.length,
          rawDigest: null,
          rawSize: null,
          rawOffset: null,
          manifest,
        }),
      ),
    ];
    this.#byImage.set(key, own);
    return own;
  }

  #row(place: RepositoryName, facts: Omit<CopyRow, 'index' | 'sources' | 'local'>): CopyRow {
    // A manifest is put where blobs are not, even one that another image names as a blob.
    const key = `${facts.manifest === null ? 'blob' : 'manifest'} ${facts.digest}`;
    const known = this.#byDigest.get(key);
    if (known !== undefined) {
      const isNew = known.sources.every(
        ({ registry, repository }) => registry !== place.registry || repository !== place.repository,
      );
      if (isNew) known.sources.push(place);
      return known;
    }
    const row: CopyRow = { ...facts, index: this.all.length, sources: [place], local: null };
    this.all.push(row);
    this.#byDigest.set(key, row);
    return row;
  }
}

const ORIGINS = { store: 'store', disk: 'encoded' } as const;

/** A row as documents and jobs show it, with what becomes of it at one target. */
export function layerOf(row: CopyRow, outcome: Outcome | undefined): CopyLayer {
  const { manifest: _manifest, sources: _sources, local, rawSize, ...facts } = row;
  const sent = (outcome ?? SENT).verdict === 'upload';
  return {
    ...facts,
    rawSize: rawSize ?? row.size,
    estimatedSize: null,
    origin: sent && local !== null ? ORIGINS[local.kind] : 'remote',
    zero: false,
    ...UNTRACED,
    ...(outcome ?? SENT),
    ...UNTRACED,
  };
}

/** What the document says beside the draft. */
export interface CopyHead {
  readonly jobId: string;
  readonly seconds: number;
  /** Bytes a second to the slowest target; null while nothing was measured. */
  readonly rate: number | null;
}

/** Draws the document of a copy. */
export function copyDocumentOf(
  draft: CopyDraft,
  clientOf: (place: string) => DistributionClient,
  { jobId, seconds, rate }: CopyHead,
): CopyDocument {
  const targets = draft.targets.map((target) => ({
    ...targetWithoutLayers(draft, target, clientOf),
    layers: target.rows.map((row) => layerOf(row, target.outcomes.get(row.index))),
  }));
  const bytes = totalBytes(draft);
  return {
    jobId,
    sources: draft.images.map(({ source, digest, mediaType }) => ({ reference: source.name, digest, mediaType })),
    seconds,
    estimatedSeconds: rate === null ? null : bytes.uploaded / rate,
    bytes,
    requests: { ...draft.requests },
    targets,
  };
}

/** A target with all but its layers. */
export function targetWithoutLayers(
  draft: CopyDraft,
  target: CopyDraftTarget,
  clientOf: (place: string) => DistributionClient,
): Omit<CopyTarget, 'layers'> {
  const [first, ...others] = new Set(
    target.placements.flatMap(({ image, belongs }) => (belongs === true ? [] : [image.digest])),
  );
  return {
    place: target.place,
    registry: target.registry,
    repository: target.repository,
    // Of several images none is the target's.
    manifestDigest: others.length === 0 ? (first ?? null) : null,
    knownUploadTime: null,
    layerLimit: clientOf(target.registry).profile.layerLimit,
    storeRoom: null,
    references: target.placements.flatMap(({ references }) => references.map((state) => ({ ...state }))),
    bytes: bytesOf(target),
    untriedBytes: sumOf(target, ({ reason }) => reason === 'mountUntried'),
    hereBytes: sumOf(target, ({ verdict }, { local }) => verdict === 'upload' && local !== null),
  };
}

function sumOf({ rows, outcomes }: CopyDraftTarget, wanted: (outcome: Outcome, row: CopyRow) => boolean): number {
  let total = 0;
  for (const row of rows) {
    if (row.manifest === null && wanted(outcomes.get(row.index) ?? SENT, row)) total += row.size;
  }
  return total;
}

/** Bytes of the blobs by what becomes of them. */
function bytesOf(target: CopyDraftTarget): PlanBytes {
  return {
    raw: 0,
    packed: sumOf(target, () => true),
    read: 0,
    encoded: 0,
    uploaded: sumOf(target, ({ verdict }) => verdict === 'upload'),
    mounted: sumOf(target, ({ verdict }) => verdict === 'mount'),
    present: sumOf(target, ({ verdict }) => verdict === 'present'),
    duplicate: 0,
  };
}

/** Over all targets; `packed` is that of all images, each blob once. */
export function totalBytes(draft: CopyDraft): PlanBytes {
  const targets = draft.targets.map(bytesOf);
  const sum = (member: 'uploaded' | 'mounted' | 'present'): number =>
    targets.reduce((total, bytes) => total + bytes[member], 0);
  return {
    raw: 0,
    packed: draft.rows.reduce((total, row) => total + (row.manifest === null ? row.size : 0), 0),
    read: 0,
    encoded: 0,
    uploaded: sum('uploaded'),
    mounted: sum('mounted'),
    present: sum('present'),
    duplicate: 0,
  };
}
