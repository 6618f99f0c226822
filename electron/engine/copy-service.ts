import type { MethodInput } from '../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { CopyDocument, CopyRequest } from '../../shared/models/copy.ts';
import type { CopyPrice } from '../../shared/models/copy-price.ts';
import { isLayoutPlace, layoutPlace } from '../../shared/models/image-location.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Vm } from '../../shared/models/vm.ts';
import type { CodecPool } from './codec/codec-pool.ts';
import { copyDocumentOf } from './copy/copy-draft.ts';
import type { CopyPlanningParts } from './copy/copy-parts.ts';
import { CopyRun } from './copy/copy-run.ts';
import { copySourceOf, copyTargetsOf, repositoryPlaceOf } from './copy/copy-source.ts';
import { CopyWork } from './copy/copy-work.ts';
import { findLocalBlobs, type LocalBlob, type WantedBlob } from './copy/local-blobs.ts';
import { planCopy } from './copy/plan-copy.ts';
import { type PricedHost, priceCopies } from './copy/price-copies.ts';
import type { ContentIndex, RepositoryName } from './digests/content-index.ts';
import type { Bandwidth } from './jobs/bandwidth.ts';
import type { BlobFlights } from './jobs/blob-flights.ts';
import type { HostSlots } from './jobs/host-slots.ts';
import { waitOut } from './jobs/stuck-job.ts';
import type { TransferJob } from './jobs/transfer-job.ts';
import { type ClientRooms, openClients, registriesOf } from './open-clients.ts';
import type { LookingParts } from './plan/known-vm.ts';
import type { MachineRates } from './plan/machine-rates.ts';
import { noRequests } from './plan/planning-parts.ts';
import type { Clock } from './ports.ts';
import type { DistributionClient } from './registry/distribution-client.ts';
import type { HostMemory } from './registry/hosts/host-memory.ts';
import { profileOf } from './registry/hosts/host-profile.ts';
import { isLoopback } from './registry/loopback.ts';
import { listsReferrers } from './registry/referrers.ts';
import type { RetryNotice } from './registry/retry-notice.ts';
import type { RegistryService } from './registry-service.ts';
import type { SentNote } from './report/sent-notes.ts';
import type { MovedTags } from './tags/moved-tags.ts';

/** What copies work with; all of it is the engine's. */
export interface CopyServiceParts extends ClientRooms {
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly codec: CodecPool;
  readonly index: ContentIndex;
  readonly hosts: HostMemory;
  readonly rates: MachineRates;
  readonly looking: LookingParts;
  /** VMs and cached images that can be read. */
  readonly vms: () => Promise<readonly Vm[]>;
  readonly registries: RegistryService;
  readonly bandwidth: Bandwidth;
  readonly flights: BlobFlights;
  readonly slots: HostSlots;
  readonly movedTags: MovedTags;
  /** Notes a blob that a job is about to close. */
  readonly noteSent: (jobId: string, note: SentNote) => Promise<void>;
}

/** Clients of one plan or copy, closed together. */
interface OpenCopy {
  readonly parts: CopyPlanningParts;
  readonly atOnce: (place: string) => number;
  /** Blobs at once, over all jobs. */
  readonly most: () => number;
  readonly clientOf: (place: string) => DistributionClient;
  readonly close: () => Promise<void>;
}

/** Prices, plans and performs copies between registries and image layouts: each with clients of its own. */
export class CopyService {
  readonly #rooms: CopyServiceParts;

  constructor(rooms: CopyServiceParts) {
    this.#rooms = rooms;
  }

  /** What copies would cost, by what is known; asks nobody. */
  async price({ sources, targets }: MethodInput<'copies.price'>): Promise<CopyPrice[]> {
    const { index, book } = this.#rooms;
    const hosts = new Map<string, Promise<PricedHost>>();
    const hostOf = (host: string): Promise<PricedHost> => {
      const known = hosts.get(host) ?? this.#pricedHost(host);
      hosts.set(host, known);
      return known;
    };
    return await priceCopies(
      { index, tagsOf: (host, repository) => book.tagDigests(host, repository), hostOf },
      sources,
      targets,
    );
  }

  async #pricedHost(host: string): Promise<PricedHost> {
    const { book, store, clients } = this.#rooms;
    const off = await store.requireOn([host]).then(
      () => false,
      () => true,
    );
    return {
      mounts: clients.abilitiesOf(host).mount,
      layerLimit: profileOf(host).layerLimit,
      trouble: off ? 'off' : book.troubleOf(host),
    };
  }

  /**
   * What is refused before a job is made of it.
   *
   * @throws AppError `reference.invalid`, `input.invalid`, `serve.off`
   */
  async check(request: CopyRequest): Promise<void> {
    if (request.images.length + request.repositories.length === 0)
      throw new AppError('input.invalid', { method: 'copy', field: 'images', problem: 'none' });
    await this.#rooms.store.requireOn([...placesOf(request)].map(({ registry }) => registry));
  }

  /** Plans a copy: asks, sends nothing. @throws AppError */
  async plan(request: CopyRequest, signal: AbortSignal): Promise<CopyDocument> {
    const { clock, hosts } = this.#rooms;
    await this.check(request);
    const startedMs = clock.steady();
    const open = this.#open(request);
    try {
      const draft = await planCopy(open.parts, request, signal);
      const registries = registriesOf(draft.targets);
      return copyDocumentOf(draft, open.clientOf, {
        jobId: '',
        seconds: Math.round(clock.steady() - startedMs) / 1000,
        rate: registries.length === 0 ? null : hosts.linkRate(registries),
      });
    } finally {
      await open.close();
    }
  }

  /** Performs the copy of a job to its end. @throws AppError */
  async perform(job: TransferJob, request: CopyRequest): Promise<void> {
    const { clock, codec, bandwidth, flights, book, registries, hosts: memory } = this.#rooms;
    let run: CopyRun | null = null;
    const onRetry = (notice: RetryNotice): void => {
      if (run?.retrying(notice) !== true) job.retrying(notice);
    };
    const open = this.#open(request, { onRetry, clock: job.waits });
    const hosts = registriesOf(targetsOf(request));
    try {
      const parts = {
        ...open.parts,
        clock,
        codec,
        bandwidth,
        flights,
        gate: job.gate,
        slots: this.#rooms.slots,
        share: job.share,
        most: open.most,
        movedTags: this.#rooms.movedTags,
        atOnce: open.atOnce,
        askReferrers: (place: string, repository: string, digest: string, signal: AbortSignal) =>
          this.#askReferrers(open.clientOf(place), repository, digest, signal),
      };
      const begun = new CopyRun(parts, request, {
        onPlanned: () => {
          if (begun.draft !== null) job.attach(new CopyWork(begun, begun.draft));
          job.started();
        },
        onChange: (row) => job.touch(row),
        onSent: (bytes) => job.sent(bytes),
        onNote: (note) => this.#rooms.noteSent(job.facts.id, note),
        onStuck: async (stuck, signal) => {
          job.wait(stuck);
          const host = stuck.error.params['host'];
          const client = typeof host === 'string' ? open.clientOf(host) : null;
          await waitOut(stuck, job.waits, client, signal);
          job.goOn();
        },
      });
      run = begun;
      await begun.run(job.signal).finally(async () => {
        await begun.close();
        // Also of a copy that failed: what it sent was measured.
        for (const [registry, { bytesPerSecond }] of begun.links)
          if (bytesPerSecond !== null) await memory.learnLinkRate(registry, bytesPerSecond);
      });
    } catch (thrown) {
      // Of two sides only the one that the error names is in trouble.
      const { params } = toAppError(thrown);
      const named = params['host'] ?? params['registry'];
      for (const host of registriesOf(placesOf(request))) if (host === named) book.note(host, { thrown });
      throw thrown;
    } finally {
      await open.close();
      this.#rooms.slots.changed();
    }
    for (const host of hosts) {
      const copied = targetsOf(request).filter(({ registry }) => registry === host);
      await book.unhide(
        host,
        copied.map(({ repository }) => repository),
      );
      await registries.tell(host);
    }
  }

  #open(
    request: CopyRequest,
    following: { readonly onRetry?: (notice: RetryNotice) => void; readonly clock?: Clock } = {},
  ): OpenCopy {
    const { settings, index, clients } = this.#rooms;
    const usual = (): number => request.concurrency ?? settings().concurrency;
    const { clientOf, close } = openClients(this.#rooms, {
      targets: targetsOf(request),
      insecure: request.insecure,
      concurrency: usual(),
      pieceSize: null,
      ...following,
    });
    return {
      parts: {
        contentIndex: index,
        clientOf,
        mountsAt: (place) => (isLayoutPlace(place) ? 'no' : clients.abilitiesOf(place).mount),
        listsReferrers: (place) => (isLayoutPlace(place) ? 'no' : clients.abilitiesOf(place).referrers),
        localBlobs: (blobs, signal) => this.#localBlobs(blobs, clientOf, signal),
        requests: noRequests(),
      },
      atOnce: (place) => clientOf(place).atOnce(usual()),
      most: usual,
      clientOf,
      close,
    };
  }

  /** Whether a registry lists referrers itself; what it answers is remembered. */
  async #askReferrers(
    client: DistributionClient,
    repository: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (isLayoutPlace(client.host)) return false;
    const { clients } = this.#rooms;
    const known = clients.abilitiesOf(client.host).referrers;
    if (known !== 'unknown') return known === 'yes';
    const lists = await listsReferrers(client, repository, digest, signal);
    clients.learn(client.host, 'referrers', lists ? 'yes' : 'no');
    return lists;
  }

  /** What lies here is taken from here unless its source is as near, or its link is faster than the encoder. */
  async #localBlobs(
    blobs: readonly (WantedBlob & { readonly from: readonly string[] })[],
    clientOf: OpenCopy['clientOf'],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LocalBlob>> {
    const { hosts, rates, store, looking, vms } = this.#rooms;
    const far = blobs.filter(({ from }) => from.every((place) => !isLayoutPlace(place) && !isLoopback(place)));
    if (far.length === 0) return new Map();
    const found = await findLocalBlobs({ looking, vms, storePlace: layoutPlace(store.folder), clientOf }, far, signal);
    const encoded = rates.encoder.bytesPerSecond;
    return new Map(
      [...found].filter(([digest, { kind }]) => {
        const from = far.find((blob) => blob.digest === digest)?.from ?? [];
        const read = hosts.linkRate(from);
        return kind === 'store' || read === null || encoded === null || encoded > read;
      }),
    );
  }
}

/** Repositories that are written to. @throws AppError `reference.invalid` */
function targetsOf({ images, repositories }: CopyRequest): RepositoryName[] {
  const named = copyTargetsOf(images.flatMap(({ targets }) => targets));
  const whole = repositories.flatMap(({ targets }) => targets.map(repositoryPlaceOf));
  return [...named, ...whole].map(({ registry, repository }) => ({ registry, repository }));
}

/** All places of a copy, both sides. @throws AppError `reference.invalid` */
function placesOf(request: CopyRequest): RepositoryName[] {
  return [
    ...request.images.map(({ source }) => copySourceOf(source)),
    ...request.repositories.map(({ source }) => repositoryPlaceOf(source)),
    ...targetsOf(request),
  ];
}

/** What a copy is called in lists: its one image, or the place of several. */
export function copyName({ images, repositories }: CopyRequest): string {
  const names = [...images, ...repositories].map(({ source }) => source);
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  return `${first} +${String(others.length)}`;
}
