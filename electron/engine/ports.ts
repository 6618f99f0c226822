import type { Dispatcher } from 'undici';

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
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Structured log. Fields never hold a secret. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What the host knows of a registry account. */
export interface Credential {
  readonly username: string;
  readonly secret: string;
  /** `identity` = an OAuth2 refresh token; `password` = password or personal token. */
  readonly kind: 'password' | 'identity';
  /** Where it was found, for the person: `environment`, `docker`, `podman`, `helper:NAME`, `keychain`, `vault`. */
  readonly source: string;
}

/** Finds credentials for a registry host. Asked anew for each challenge; the host may cache. */
export type CredentialProvider = (host: string, signal?: AbortSignal) => Promise<Credential | null>;

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
  /** Proxy for an origin (`http://…`), or null for a direct connection; from HTTPS_PROXY / NO_PROXY. */
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
  readonly credentials: CredentialProvider;
  readonly forkHelper: ForkHelper;
  readonly network: NetworkPort;
  readonly wakefulness: Wakefulness;
  /** Raw bytes of one chunk; 512 MiB in production, 1 MiB in most tests. */
  readonly chunkSize: number;
}
