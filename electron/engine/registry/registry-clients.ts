import type { RegistryChoices } from '../../../shared/models/registry-choices.ts';
import type { Clock, Log, NetworkPort } from '../ports.ts';
import type { RegistryCredentials } from './auth/registry-credentials.ts';
import { TokenCache } from './auth/token-cache.ts';
import {
  abilitiesOf,
  type HostAbilities,
  type HostFinding,
  type HostFindings,
  hostFindingSchemas,
} from './hosts/host-abilities.ts';
import { type HostMemory, KEEP_FINDINGS_MS } from './hosts/host-memory.ts';
import { HostPace } from './hosts/host-pace.ts';
import { profileOf } from './hosts/host-profile.ts';
import { MountFindings } from './hosts/mount-findings.ts';
import { type LearnedUpload, UploadModes } from './hosts/upload-modes.ts';
import { RegistryClient } from './registry-client.ts';
import type { RetryNotice } from './retry-notice.ts';

/** What the makers of clients need of their engine. */
export interface RegistryClientsOptions {
  readonly network: NetworkPort;
  readonly credentials: RegistryCredentials;
  readonly clock: Clock;
  /** 0 … 1, for the jitter of retries. */
  readonly random: () => number;
  readonly log: Log;
  /** What was chosen for a host. */
  readonly choicesOf: (host: string) => RegistryChoices;
  /** Told of each further try of a client that belongs to no plan or job. */
  readonly onRetry?: (host: string, notice: RetryNotice) => void;
}

/** What one host was found to want, as all its clients see it. */
interface LearnedHost {
  readonly modes: UploadModes;
  readonly mounts: MountFindings;
  /** ms since the epoch: looked up anew in the memory when it is as old as findings become. */
  readonly sinceMs: number;
}

/** Makes clients and remembers, for as long as it lives, what hosts were found to want. */
export class RegistryClients {
  readonly #options: RegistryClientsOptions;
  readonly #memory: HostMemory;
  readonly #learned = new Map<string, LearnedHost>();
  readonly #paces = new Map<string, HostPace>();
  readonly #tokens = new Map<string, TokenCache>();

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

  #tokensOf(host: string): TokenCache {
    let tokens = this.#tokens.get(host);
    if (tokens === undefined) {
      tokens = new TokenCache();
      this.#tokens.set(host, tokens);
    }
    return tokens;
  }

  /** Somebody signed in or out: the next request of every client asks for a token of its own account. */
  forgetTokens(host: string): void {
    this.#tokens.get(host)?.clear();
  }

  #learnedOf(host: string): LearnedHost {
    const now = this.#options.clock.now();
    let learned = this.#learned.get(host);
    if (learned === undefined || now - learned.sinceMs >= KEEP_FINDINGS_MS) {
      const memory = this.#memory;
      learned = {
        modes: new UploadModes(memory.upload(host), (upload) => this.#keep(host, memory.learnUpload(host, upload))),
        mounts: new MountFindings(this.abilitiesOf(host).mount !== 'no', (works) =>
          this.learn(host, 'mount', works ? 'yes' : 'no'),
        ),
        sinceMs: now,
      };
      this.#learned.set(host, learned);
    }
    return learned;
  }

  /** What a host can do, as far as it is known without asking it. */
  abilitiesOf(host: string): HostAbilities {
    return abilitiesOf(host, this.#memory.findings(host));
  }

  /** Notes what was found out about a host while working with it; it holds at once and is remembered. */
  learn<Name extends HostFinding>(host: string, name: Name, value: NonNullable<HostFindings[Name]>): void {
    if (this.#memory.findings(host)[name] === value) return;
    this.#keep(host, this.#memory.learn(host, name, value));
  }

  /** All that was found out about a host. */
  findings(host: string): HostFindings {
    return this.#memory.findings(host);
  }

  /** Takes what a test found: it holds from the next client on. */
  async learnFrom(host: string, findings: HostFindings, upload: LearnedUpload | null): Promise<void> {
    for (const name of Object.keys(hostFindingSchemas) as HostFinding[]) {
      const value = findings[name];
      if (value !== undefined) await this.#memory.learn(host, name, value);
    }
    if (upload !== null) await this.#memory.learnUpload(host, upload);
    this.#learned.delete(host);
  }

  #keep(host: string, work: Promise<void>): void {
    work.catch((thrown: unknown) =>
      this.#options.log.warn('not remembered what a host wants', { host, message: String(thrown) }),
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
      /** Plain http, also where it was not chosen for the host. */
      readonly insecure: boolean;
      /** In place of what was chosen for the host: to try what is not kept yet. */
      readonly choices?: RegistryChoices;
      readonly connections: number;
      readonly repositories?: readonly string[];
      readonly pieceSize?: number | null;
      readonly onRetry?: (notice: RetryNotice) => void;
      /** Waits for the next try; the engine's clock unless given. */
      readonly clock?: Clock;
      /** A sign-in that is being tried, in place of those that are kept; its tokens are its own. */
      readonly credentials?: RegistryCredentials;
    },
  ): RegistryClient {
    const { modes, mounts } = this.#learnedOf(host);
    const pace = this.#paceOf(host);
    const { pieceSize = null, choices = this.#options.choicesOf(host), insecure, ...others } = options;
    const { onRetry, ...shared } = this.#options;
    const chosen = pieceSize === null ? {} : ({ uploadMode: 'chunks', pieceSize } as const);
    return new RegistryClient({
      ...shared,
      ...(onRetry === undefined ? {} : { onRetry: (notice: RetryNotice) => onRetry(host, notice) }),
      ...others,
      host,
      insecure: insecure || choices.insecure,
      trust: { ca: choices.ca, exception: choices.exception?.fingerprint ?? null },
      mostAtOnce: () => this.#options.choicesOf(host).concurrency,
      modes,
      mounts,
      tokens: options.credentials === undefined ? this.#tokensOf(host) : new TokenCache(),
      pace,
      profile: () =>
        profileOf(
          host,
          {
            ...chosen,
            ...modes.learned,
            mounts: mounts.works,
            anonymousMounts: this.abilitiesOf(host).anonymousMount === 'yes',
          },
          { rate: this.#memory.linkRate([host]), quickestMs: pace.quickestMs },
          this.#memory.findings(host).software ?? null,
        ),
      onSoftware: (software) => this.learn(host, 'software', software),
    });
  }
}
