import type { MethodInput } from '../../shared/contract/methods.ts';
import type { CopyDocument } from '../../shared/models/copy.ts';
import type { CopyPrice } from '../../shared/models/copy-price.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { CodecPool } from './codec/codec-pool.ts';
import { copyImage } from './copy/copy-image.ts';
import { copySourceOf } from './copy/copy-source.ts';
import { type PricedHost, priceCopies } from './copy/price-copies.ts';
import type { ContentIndex } from './digests/content-index.ts';
import type { EventHub } from './event-hub.ts';
import type { Bandwidth } from './jobs/bandwidth.ts';
import { type ClientRooms, openClients, registriesOf } from './open-clients.ts';
import { noRequests } from './plan/planning-parts.ts';
import { groupTargets } from './plan/push-targets.ts';
import type { Clock } from './ports.ts';
import { profileOf } from './registry/host-profile.ts';
import type { RegistryService } from './registry-service.ts';

/** A copy under way is shown at most this often, in ms. */
const SHOWN_MS = 100;

/** What copies work with; all of it is the engine's. */
export interface CopyServiceParts extends ClientRooms {
  readonly clock: Clock;
  readonly settings: () => Settings;
  readonly codec: CodecPool;
  readonly index: ContentIndex;
  readonly registries: RegistryService;
  readonly bandwidth: Bandwidth;
  readonly hub: EventHub;
}

/** Copies images between registries and image layouts: each copy with clients of its own, closed when it ends. */
export class CopyService {
  readonly #rooms: CopyServiceParts;

  constructor(rooms: CopyServiceParts) {
    this.#rooms = rooms;
  }

  /** Copies an image to the end; progress is told on the way. @throws AppError */
  async copy(input: MethodInput<'images.copy'>, signal: AbortSignal): Promise<CopyDocument> {
    const { clock, settings, codec, index, registries, bandwidth } = this.#rooms;
    const { copyId, source, insecure, force } = input;
    const targets = groupTargets(input.targets);
    const from = copySourceOf(source);
    const usual = (): number => input.concurrency ?? settings().concurrency;
    const { clientOf, close } = openClients(this.#rooms, {
      targets,
      insecure,
      concurrency: usual(),
      pieceSize: null,
    });
    try {
      return await copyImage(
        {
          clock,
          codec,
          contentIndex: index,
          bandwidth,
          clientOf,
          concurrency: () => Math.min(...[from, ...targets].map(({ registry }) => clientOf(registry).atOnce(usual()))),
          requests: noRequests(),
          onProgress: this.#teller(copyId),
        },
        { jobId: copyId, source: from, targets, force },
        signal,
      );
    } finally {
      await close();
      for (const registry of registriesOf(targets)) await registries.tell(registry);
    }
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

  /** Tells how far a copy is, not too often. The first byte is told at once: after it a failure is no refusal. */
  #teller(copyId: string): (progress: { target: number; targets: number; sent: number; toSend: number }) => void {
    const { clock, hub } = this.#rooms;
    let shownMs = 0;
    let shownSent = 0;
    return (progress) => {
      const now = clock.now();
      if (now - shownMs < SHOWN_MS && (shownSent > 0 || progress.sent === 0)) return;
      shownMs = now;
      shownSent = progress.sent;
      hub.emit('copies.changed', { copyId, ...progress });
    };
  }
}
