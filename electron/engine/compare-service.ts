import type { Handlers } from '../../shared/contract/handlers.ts';
import type {
  AlsoIn,
  ComparedChunk,
  ComparedName,
  Comparison,
  ComparisonRequest,
} from '../../shared/models/comparison.ts';
import type { RepositoryName } from '../../shared/models/vm-knowledge.ts';
import type { Clock } from './ports.ts';
import { compareDisks, type DiskComparison } from './report/compare-disks.ts';
import type { Side } from './report/compared-side.ts';
import { comparisonCsv } from './report/export/comparison-csv.ts';
import { comparisonHtml } from './report/export/comparison-html.ts';
import { writeWhole } from './report/export/write-whole.ts';
import type { KnownImage } from './report/known-images.ts';
import { layerDigests, pushEstimate } from './report/push-estimate.ts';
import { SideFinder, type SideFinderParts } from './report/side-finder.ts';

/** The methods that this service answers. */
export type CompareMethodName = 'images.compare' | 'images.compareText' | 'images.compareExport';

/** Images that are named of those that need a chunk. */
const MOST_NAMED = 3;

/** What comparing takes: nothing that reads a disk. A manifest that nobody has seen is asked for. */
export interface CompareParts extends SideFinderParts {
  /** Known images of registries by the layers that they need. */
  readonly holders: (
    digests: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, readonly KnownImage[]>>;
  readonly index: {
    heldBy(place: RepositoryName, digests: readonly string[]): Promise<ReadonlySet<string>>;
    holdersIn(registry: string, digests: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  };
  readonly clock: Pick<Clock, 'now'>;
}

/** Compares two of VMs, snapshots and images, by what is known of them. */
export class CompareService {
  readonly #parts: CompareParts;
  readonly #sides: SideFinder;

  constructor(parts: CompareParts) {
    this.#parts = parts;
    this.#sides = new SideFinder(parts);
  }

  handlers(): Handlers<CompareMethodName> {
    return {
      'images.compare': ({ a, b }, signal) => this.#compare(a, b, signal),
      'images.compareText': (request, signal) => this.#text(request, signal),
      'images.compareExport': async ({ path, ...request }, signal) => {
        const content = Buffer.from(await this.#text(request, signal));
        await writeWhole(path, content);
        return { path, bytes: content.length };
      },
    };
  }

  async #text({ a, b, format, language }: ComparisonRequest, signal: AbortSignal): Promise<string> {
    const comparison = await this.#compare(a, b, signal);
    switch (format) {
      case 'json':
        return `${JSON.stringify(comparison, null, 2)}\n`;
      case 'csv':
        return comparisonCsv(comparison);
      case 'html':
        return comparisonHtml(comparison, this.#parts.clock.now(), language);
    }
  }

  async #compare(nameA: ComparedName, nameB: ComparedName, signal: AbortSignal): Promise<Comparison> {
    const [a, b] = await Promise.all([this.#sides.find(nameA, signal), this.#sides.find(nameB, signal)]);
    const compared = compareDisks(a.disk, b.disk);
    const digests = [...new Set(compared.chunks.flatMap((chunk) => differingLayers(chunk)))];
    const wanted = b.told.registry === null ? digests : [...new Set([...digests, ...layerDigests(a.disk)])];
    const holders = wanted.length === 0 ? new Map<string, KnownImage[]>() : await this.#parts.holders(wanted, signal);
    return {
      a: a.told,
      b: b.told,
      chunkSize: Math.max(a.chunkSize, b.chunkSize),
      ...compared,
      chunks: compared.chunks.map((chunk) => ({ ...chunk, alsoIn: alsoIn(chunk, [a, b], holders) })),
      pushing: await this.#pushing(a, b, holders),
    };
  }

  async #pushing(
    a: Side,
    b: Side,
    holders: ReadonlyMap<string, readonly KnownImage[]>,
  ): Promise<Comparison['pushing']> {
    const { registry, repository } = b.told;
    // What is pushed is the VM as it is now.
    if (registry === null || repository === null || a.told.kind === 'snapshot') return null;
    const digests = layerDigests(a.disk);
    const { index } = this.#parts;
    const [held, inRegistry] = await Promise.all([
      index.heldBy({ registry, repository }, digests),
      index.holdersIn(registry, digests),
    ]);
    const present = new Set(held);
    for (const digest of layerDigests(b.disk)) present.add(digest);
    const elsewhere = new Set(inRegistry.keys());
    for (const [digest, images] of holders) {
      for (const image of images) {
        if (image.registry !== registry) continue;
        (image.repository === repository ? present : elsewhere).add(digest);
      }
    }
    return pushEstimate(a.disk, { registry, repository, present, elsewhere });
  }
}

/** Layers of a place where the sides differ. */
function differingLayers({ a, b }: DiskComparison['chunks'][number]): string[] {
  return [a, b].flatMap((cell) =>
    cell !== null && (cell.state === 'only' || cell.state === 'moved') ? (cell.digest ?? []) : [],
  );
}

function alsoIn(
  chunk: DiskComparison['chunks'][number],
  sides: readonly Side[],
  holders: ReadonlyMap<string, readonly KnownImage[]>,
): ComparedChunk['alsoIn'] {
  const digests = differingLayers(chunk);
  if (digests.length === 0) return null;
  const others = new Map<string, KnownImage>();
  for (const image of digests.flatMap((digest) => holders.get(digest) ?? [])) {
    const compared = sides.some(
      ({ told }) =>
        told.digest === image.digest && told.registry === image.registry && told.repository === image.repository,
    );
    if (!compared) others.set(`${image.registry}/${image.repository}@${image.digest}`, image);
  }
  const images: AlsoIn['images'] = [...others.values()]
    .slice(0, MOST_NAMED)
    .map(({ registry, repository, digest, tags }) => ({ registry, repository, digest, tags }));
  return { count: others.size, images };
}
