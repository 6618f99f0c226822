import { AppError } from '../../../shared/errors/app-error.ts';
import type { ComparedName, Namesake } from '../../../shared/models/comparison.ts';
import { parseReference } from '../../../shared/models/reference.ts';
import type { Registry, TagGroup } from '../../../shared/models/registry.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { RepositoryName } from '../../../shared/models/vm-knowledge.ts';
import type { KnownManifest } from '../digests/content-index.ts';
import { sha256 } from '../oci/digest.ts';
import { MANIFEST_READ_LIMIT } from '../oci/parse-manifest.ts';
import type { LookingParts } from '../plan/known-vm.ts';
import type { StoredSnapshot } from '../snapshots/stored-snapshots.ts';
import { readSmallFile } from '../tart/read-small-file.ts';
import { vmFiles } from '../tart/vm-folder.ts';
import { type Side, sideOfManifest, sideOfSnapshot, sideOfVm } from './compared-side.ts';

/** What finding the sides of a comparison takes. */
export interface SideFinderParts {
  readonly looking: LookingParts;
  readonly vms: {
    find(id: string): Promise<Vm>;
    /** Cached images. */
    images(): Promise<readonly Vm[]>;
  };
  /** The snapshots that are kept. */
  readonly snapshots: () => Promise<readonly StoredSnapshot[]>;
  readonly registries: () => Promise<readonly Registry[]>;
  readonly manifests: (digests: readonly string[]) => Promise<readonly KnownManifest[]>;
  /** Asks a registry. */
  readonly readManifest: (
    place: RepositoryName,
    reference: string,
    signal: AbortSignal,
  ) => Promise<Pick<KnownManifest, 'digest' | 'bytes'>>;
  /** Any readable file. */
  readonly anyFile: string;
}

type ManifestFacts = Parameters<typeof sideOfManifest>[1];

/** Finds what is compared: VMs and cached images, snapshots, images of registries as they were last seen. */
export class SideFinder {
  readonly #parts: SideFinderParts;

  constructor(parts: SideFinderParts) {
    this.#parts = parts;
  }

  /**
   * What a name stands for, with its disk as far as that is known.
   *
   * @throws AppError `vm.notFound`, the VM's own defect, `snapshot.notFound`, `image.notTart`, `manifest.invalid`, and what a
   * registry answers that is asked for a manifest
   */
  async find({ kind, name }: ComparedName, signal: AbortSignal): Promise<Side> {
    switch (kind) {
      case 'vm':
        return await this.#vm(name, signal);
      case 'snapshot':
        return await this.#snapshot(name, signal);
      case 'image':
        return await this.#image(name, signal);
    }
  }

  async #vm(id: string, signal: AbortSignal): Promise<Side> {
    const { looking, vms } = this.#parts;
    const vm = await vms.find(id);
    if (vm.kind === 'vm') return await sideOfVm(looking, vm, signal);
    const slash = vm.name.indexOf('/');
    const place = { registry: vm.name.slice(0, slash), repository: vm.name.slice(slash + 1) };
    const namesake = await this.#inRegistry(place, vm);
    const bytes = await manifestOfCached(vm);
    if (bytes === null) {
      const side = await sideOfVm(looking, vm, signal);
      return { ...side, told: { ...side.told, namesake } };
    }
    const { digest, tags } = vm;
    const own = { kind: 'vm', name: id, title: vm.name, cached: true, digest, tags, namesake } as const;
    return await this.#sideOfManifest(bytes, { ...own, ...place }, signal);
  }

  async #snapshot(id: string, signal: AbortSignal): Promise<Side> {
    const found = (await this.#parts.snapshots()).find(({ record }) => record.id === id);
    if (found === undefined) throw new AppError('snapshot.notFound', { id });
    return await sideOfSnapshot(this.#parts.looking, found, signal);
  }

  async #image(name: string, signal: AbortSignal): Promise<Side> {
    const { registry, repository, tag, digest } = parseReference(name);
    const wanted = digest ?? tag ?? 'latest';
    const groups = await this.#groups({ registry, repository });
    const seen = groups.find((group) => group.digest === wanted || group.tags.includes(wanted));
    const seenDigest = seen?.digest ?? digest;
    const [known] = seenDigest === null ? [] : await this.#parts.manifests([seenDigest]);
    const found = known ?? (await this.#parts.readManifest({ registry, repository }, wanted, signal));
    const tags = seenDigest === found.digest ? [...(seen?.tags ?? [])] : digest === null ? [wanted] : [];
    const title = `${registry}/${repository}`;
    const namesake = await this.#inCache(title, found.digest, tags);
    const own = { kind: 'image', name, title, cached: false, digest: found.digest, tags, namesake } as const;
    return await this.#sideOfManifest(found.bytes, { ...own, registry, repository }, signal);
  }

  /** The images of a repository as its tags were last read. */
  async #groups({ registry, repository }: RepositoryName): Promise<readonly TagGroup[]> {
    const listed = (await this.#parts.registries()).find(({ host }) => host === registry);
    return listed?.repositories.find((other) => other.repository === repository)?.groups ?? [];
  }

  /** What the registry has under a tag of a cached image, where that is another image. */
  async #inRegistry(place: RepositoryName, vm: Vm): Promise<Namesake | null> {
    const groups = await this.#groups(place);
    for (const tag of vm.tags) {
      const group = groups.find(({ tags }) => tags.includes(tag));
      if (group === undefined || group.digest === vm.digest) continue;
      const name = { kind: 'image', name: `${vm.name}:${tag}` } as const;
      return { place: 'registry', tag, digest: group.digest, name };
    }
    return null;
  }

  /** What Tart's cache has under a tag of an image of a registry, where that is another image. */
  async #inCache(title: string, digest: string, tags: readonly string[]): Promise<Namesake | null> {
    for (const image of await this.#parts.vms.images()) {
      if (image.name !== title || image.defect !== null || image.digest === null || image.digest === digest) continue;
      const tag = image.tags.find((one) => tags.includes(one));
      if (tag === undefined) continue;
      return { place: 'cache', tag, digest: image.digest, name: { kind: 'vm', name: image.id } };
    }
    return null;
  }

  #sideOfManifest(bytes: Uint8Array, facts: ManifestFacts, signal: AbortSignal): Promise<Side> {
    const { looking, anyFile } = this.#parts;
    return sideOfManifest(bytes, facts, async (length) => {
      const { rawDigest } = await looking.zeroChunks.of(length, anyFile, signal);
      return rawDigest;
    });
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
