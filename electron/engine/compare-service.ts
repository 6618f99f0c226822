import type { Handlers } from '../../shared/contract/handlers.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type {
  AlsoIn,
  ComparedChunk,
  ComparedName,
  Comparison,
  ComparisonRequest,
} from '../../shared/models/comparison.ts';
import { parseReference } from '../../shared/models/reference.ts';
import type { Registry } from '../../shared/models/registry.ts';
import type { Vm } from '../../shared/models/vm.ts';
import type { RepositoryName } from '../../shared/models/vm-knowledge.ts';
import type { KnownManifest } from './digests/content-index.ts';
import { sha256 } from './oci/digest.ts';
import { MANIFEST_READ_LIMIT } from './oci/parse-manifest.ts';
import type { LookingParts } from './plan/known-vm.ts';
import type { Clock } from './ports.ts';
import { compareDisks, type DiskComparison } from './report/compare-disks.ts';
import { type Side, sideOfManifest, sideOfVm } from './report/compared-side.ts';
import { comparisonCsv } from './report/export/comparison-csv.ts';
import { comparisonHtml } from './report/export/comparison-html.ts';
import { writeWhole } from './report/export/write-whole.ts';
import type { KnownImage } from './report/known-images.ts';
import { layerDigests, pushEstimate } from './report/push-estimate.ts';
import { readSmallFile } from './tart/read-small-file.ts';
import { vmFiles } from './tart/vm-folder.ts';

/** The methods that this service answers. */
export type CompareMethodName = 'images.compare' | 'images.compareText' | 'images.compareExport';

/** Images that are named of those that need a chunk. */
const MOST_NAMED = 3;

/** What comparing takes: nothing that reads a disk. A manifest that nobody has seen is asked for. */
export interface CompareParts {
  readonly looking: LookingParts;
  readonly vms: { find(id: string): Promise<Vm> };
  readonly registries: () => Promise<readonly Registry[]>;
  readonly manifests: (digests: readonly string[]) => Promise<readonly KnownManifest[]>;
  /** Asks a registry. */
  readonly readManifest: (
    place: RepositoryName,
    reference: string,
    signal: AbortSignal,
  ) => Promise<Pick<KnownManifest, 'digest' | 'bytes'>>;
  /** Known images of registries by the layers that they need. */
  readonly holders: (
    digests: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, readonly KnownImage[]>>;
  readonly index: {
    heldBy(place: RepositoryName, digests: readonly string[]): Promise<ReadonlySet<string>>;
    holdersIn(registry: string, digests: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  };
  /** Any readable file. */
  readonly anyFile: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** An image of a registry as it was last seen. */
interface Seen {
  readonly digest: string | null;
  readonly tags: readonly string[];
}

/** Compares two images, VM or image of a registry, by what is known of them. */
export class CompareService {
  readonly #parts: CompareParts;

  constructor(parts: CompareParts) {
    this.#parts = parts;
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
    const [a, b] = await Promise.all([this.#side(nameA, signal), this.#side(nameB, signal)]);
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

  async #side({ kind, name }: ComparedName, signal: AbortSignal): Promise<Side> {
    return kind === 'vm' ? await this.#vm(name, signal) : await this.#image(name, signal);
  }

  async #vm(id: string, signal: AbortSignal): Promise<Side> {
    const { looking, vms } = this.#parts;
    const vm = await vms.find(id);
    const bytes = vm.kind === 'image' ? await manifestOfCached(vm) : null;
    if (bytes === null) return await sideOfVm(looking, vm, id, signal);
    const slash = vm.name.indexOf('/');
    const place = { registry: vm.name.slice(0, slash), repository: vm.name.slice(slash + 1) };
    const facts = { kind: 'vm', name: id, title: vm.name, ...place, digest: vm.digest, tags: vm.tags } as const;
    return await this.#sideOfManifest(bytes, facts, signal);
  }

  async #image(name: string, signal: AbortSignal): Promise<Side> {
    const { registry, repository, tag, digest } = parseReference(name);
    const wanted = digest ?? tag ?? 'latest';
    const seen = await this.#seen(registry, repository, wanted, digest);
    const [known] = seen.digest === null ? [] : await this.#parts.manifests([seen.digest]);
    const found = known ?? (await this.#parts.readManifest({ registry, repository }, wanted, signal));
    const facts = {
      kind: 'image',
      name,
      title: `${registry}/${repository}`,
      registry,
      repository,
      digest: found.digest,
      tags: seen.digest === found.digest ? [...seen.tags] : digest === null ? [tag ?? 'latest'] : [],
    } as const;
    return await this.#sideOfManifest(found.bytes, facts, signal);
  }

  async #seen(registry: string, repository: string, wanted: string, digest: string | null): Promise<Seen> {
    const listed = (await this.#parts.registries()).find(({ host }) => host === registry);
    const groups = listed?.repositories.find((other) => other.repository === repository)?.groups ?? [];
    const group = groups.find((other) => other.digest === wanted || other.tags.includes(wanted));
    return { digest: group?.digest ?? digest, tags: group?.tags ?? [] };
  }

  #sideOfManifest(bytes: Uint8Array, facts: Parameters<typeof sideOfManifest>[1], signal: AbortSignal): Promise<Side> {
    const { looking, anyFile } = this.#parts;
    return sideOfManifest(bytes, facts, async (length) => {
      const { rawDigest } = await looking.zeroChunks.of(length, anyFile, signal);
      return rawDigest;
    });
  }

  async #pushing(
    a: Side,
    b: Side,
    holders: ReadonlyMap<string, readonly KnownImage[]>,
  ): Promise<Comparison['pushing']> {
    const { registry, repository } = b.told;
    if (registry === null || repository === null) return null;
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

/** The manifest that a cached image was pulled by; null where it is not there any more. */
async function manifestOfCached(image: Vm): Promise<Uint8Array | null> {
  try {
    const bytes = await readSmallFile(vmFiles(image.folder).manifest, MANIFEST_READ_LIMIT);
    return sha256(bytes) === image.digest ? bytes : null;
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
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
