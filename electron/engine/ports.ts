import type { Worker } from 'node:worker_threads';
import type { Dispatcher } from 'undici';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { StartedState } from './state/state-start.ts';

/** Folders and files that the host chose. All absolute. */
export interface EnginePaths {
  /** Tart's root (`TART_HOME` or `~/.tart`); may be missing. */
  readonly tartHome: string;
  /** The app's own state folder (`TARTAN_HOME` or the platform's place for it); made when missing. */
  readonly stateHome: string;
  /** The built codec worker (`codec-worker.cjs`). */
  readonly codecWorker: string;
  /** The built state worker (`state-worker.cjs`). */
  readonly stateWorker: string;
  /** The built blob worker of the local store (`blob-worker.cjs`). */
  readonly blobWorker: string;
  /** The built lock helper (`lock-helper.cjs`). */
  readonly lockHelper: string;
  /** The compiled codec (`codec.wasm`). */
  readonly codecWasm: string;
}

/** Time, so that tests can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment: for spans. It runs on when a person or the network sets the time of day. */
  steady(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Structured log. Fields never hold a secret. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A sign-in without the place that keeps it. */
export interface Account {
  readonly username: string;
  readonly secret: string;
  /** `identity` = an OAuth2 refresh token; `password` = password or personal token. */
  readonly kind: 'password' | 'identity';
}

/** What the host knows of a registry account. */
export interface Credential extends Account {
  /**
   * Where it was found, for the person: `environment`, `vault` (this app's own), `file` (auth.json of the state folder),
   * `docker`, `podman`, `helper:NAME`, `keychain`.
   */
  readonly source: string;
}

/** What one source of other programs knows of a host. `failed` = it could not be asked (`auth.helper`). */
export type CredentialFinding =
  | {
      readonly type: 'found';
      readonly credential: Credential;
      /** What it is for below the host (Podman's `host/namespace`); null = the whole host. */
      readonly namespace: string | null;
      /** When its file changed last, ms since the epoch; null where no file tells. */
      readonly changedMs: number | null;
    }
  | { readonly type: 'failed'; readonly source: string; readonly error: AppError };

/** Keeps sign-ins, one for a host. The names of Docker Hub count as one host. */
export interface VaultPort {
  /** As in {@link Credential.source}. */
  readonly source: string;
  /**
   * How it keeps them: `system` = encrypted with a key of the system; `memory` = until the process ends; `file` = in a file
   * that only this user may read; `shared` = where other programs of this computer find them, too.
   */
  kind(): Promise<'system' | 'memory' | 'file' | 'shared'>;
  /** Hosts that it has a sign-in for. */
  list(): Promise<readonly string[]>;
  get(host: string, signal?: AbortSignal): Promise<Account | null>;
  /** @throws AppError `file.unwritable`, `auth.helper` */
  set(host: string, account: Account): Promise<void>;
  /** Answers whether there was one. @throws AppError `file.unwritable`, `auth.helper` */
  remove(host: string): Promise<boolean>;
}

/** Where credentials of registries come from, and where new ones are kept. */
export interface CredentialsPort {
  /**
   * What other programs know of a host, in the order in which it counts; each source is asked only when the one before was
   * taken. `repository` null = what is for the whole host; undefined = also what is for a part of it. Throws `cancelled`.
   */
  search(query: {
    readonly host: string;
    readonly repository?: string | null;
    readonly signal?: AbortSignal;
  }): AsyncIterable<CredentialFinding>;
  /** This app's own places, in the order in which they are read; sign-ins of the window go to the first. */
  readonly vaults: readonly VaultPort[];
  /** Where other programs of this computer look for a host: Docker's helper for it, else macOS's keychain. Null = nowhere. */
  sharedVault(host: string): Promise<VaultPort | null>;
  /** What helpers said of a host is asked anew. */
  forget(host: string): void;
}

/** A throw-away child process that talks in JSON messages. */
export interface HelperProcess {
  readonly pid: number | undefined;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the process ended, whatever the reason; `code` is null when a signal ended it. */
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** Forks a helper: `utilityProcess` in Electron, `child_process.fork` in the CLI. */
export type ForkHelper = (file: string, args: readonly string[]) => HelperProcess;

/** TLS and proxy choices of the host process. */
export interface NetworkPort {
  /** PEM certificates that are trusted beside Node's own (the system's store, Docker's certs.d). */
  trustedCertificates(host: string): Promise<readonly string[]>;
  /**
   * Proxy for an origin (`http://…`), or null for a direct connection; from HTTPS_PROXY / NO_PROXY.
   *
   * @throws AppError `proxy.invalid` where a proxy is set, and what is set is no address: nothing goes past it unasked
   */
  proxyFor(origin: string): string | null;
  /** Replaces the transport in tests; undefined in both hosts. */
  readonly dispatcher?: Dispatcher;
}

/** Keeps the machine awake while at least one job runs. */
export interface Wakefulness {
  /** Returns the release function. */
  hold(reason: string): () => void;
}

/** Everything that the engine takes from its host. It reads no environment variable and keeps no module-level state. */
export interface EnginePorts {
  readonly paths: EnginePaths;
  readonly clock: Clock;
  readonly log: Log;
  readonly credentials: CredentialsPort;
  readonly forkHelper: ForkHelper;
  readonly network: NetworkPort;
  readonly wakefulness: Wakefulness;
  /** Raw bytes of one chunk; 512 MiB in production, 1 MiB in most tests. */
  readonly chunkSize: number;
  /** The state worker of `paths.stateHome` where the host started it ahead. */
  readonly startedState?: StartedState | null;
  /** Codec workers of `paths.codecWorker` that the host started ahead; the engine ends them. */
  readonly startedCodec?: readonly Worker[];
}
