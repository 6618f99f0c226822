import type { Clock, CredentialProvider, Log, NetworkPort } from '../ports.ts';
import type { HostMemory } from './host-memory.ts';
import { HostPace } from './host-pace.ts';
import { type HostProfile, profileOf } from './host-profile.ts';
import { RegistryClient } from './registry-client.ts';
import type { RetryNotice } from './requester.ts';
import { UploadModes } from './upload-modes.ts';

type Mode = HostProfile['uploadMode'];

/** What the makers of clients need of their engine. */
export interface RegistryClientsOptions {
  readonly network: NetworkPort;
  readonly credentials: CredentialProvider;
  readonly clock: Clock;
  /** 0 … 1, for the jitter of retries. */
  readonly random: () => number;
  readonly log: Log;
}

/** Makes clients and remembers, for as long as it lives, what hosts were found to want. */
export class RegistryClients {
  readonly #options: RegistryClientsOptions;
  readonly #memory: HostMemory;
  readonly #modes = new Map<string, UploadModes>();
  readonly #paces = new Map<string, HostPace>();

  /** @param memory what was learned of hosts before, and learns more */
  constructor(options: RegistryClientsOptions, memory: HostMemory) {
    this.#options = options;
    this.#memory = memory;
  }

  #paceOf(host: string): HostPace {
    let pace = this.#paces.get(host);
    if (pace === undefined) {
      pace = new HostPace(this.#options.clock);
      this.#paces.set(host, pace);
    }
    return pace;
  }

  #modesOf(host: string): UploadModes {
    let modes = this.#modes.get(host);
    if (modes === undefined) {
      modes = new UploadModes(this.#memory.uploadMode(host), (mode) => this.#learn(host, mode));
      this.#modes.set(host, modes);
    }
    return modes;
  }

  #learn(host: string, mode: Mode): void {
    this.#memory
      .learnUploadMode(host, mode)
      .catch((thrown: unknown) =>
        this.#options.log.warn('upload mode not remembered', { host, message: String(thrown) }),
      );
  }

  /**
   * A client of its own for one job or request; who opens it closes it.
   *
   * @param options `repositories`: what a job will write to, so that one token serves it all; `pieceSize`: upload in
   *   pieces of this many bytes, whatever the host is known to like
   */
  open(
    host: string,
    options: {
      readonly insecure: boolean;
      readonly connections: number;
      readonly repositories?: readonly string[];
      readonly pieceSize?: number | null;
      readonly onRetry?: (notice: RetryNotice) => void;
      /** Waits for the next try; the engine's clock unless given. */
      readonly clock?: Clock;
    },
  ): RegistryClient {
    const modes = this.#modesOf(host);
    const { pieceSize = null, ...others } = options;
    const chosen = pieceSize === null ? {} : ({ uploadMode: 'chunks', pieceSize } as const);
    return new RegistryClient({
      ...this.#options,
      ...others,
      host,
      modes,
      pace: this.#paceOf(host),
      profile: () => profileOf(host, { ...chosen, ...modes.learned }, this.#memory.linkRate([host])),
    });
  }
}
