import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Clock, Credential, CredentialFinding, CredentialsPort, Log, VaultPort } from '../../engine/ports.ts';
import type { HostFacts } from '../host-facts.ts';
import { askCredentialHelper } from './credential-helper.ts';
import {
  authsOf,
  countsFor,
  type DockerConfig,
  dockerConfigSchema,
  type FileCredential,
  helperOf,
  normalizeHost,
} from './docker-config.ts';
import { HelperVault } from './helper-vault.ts';
import { KeychainVault, readTartKeychain } from './tart-keychain.ts';

/** A helper's credential is used this long before it is asked again: some open a dialog, some make tokens that end. */
const FOUND_MS = 5 * 60_000;
/** A failed helper is not asked again within this time. */
const FAILED_MS = 5_000;

interface ConfigFile {
  readonly file: string;
  readonly source: 'docker' | 'podman';
}

/** Files in Docker's form, in the order that they are asked: Docker's own, then Podman's. */
function configFiles(facts: HostFacts): readonly ConfigFile[] {
  const { env, home, platform } = facts;
  const docker = join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json');
  const podman: string[] = [];
  if (env['REGISTRY_AUTH_FILE'] !== undefined) podman.push(env['REGISTRY_AUTH_FILE']);
  if (platform === 'linux') {
    const runtime = env['XDG_RUNTIME_DIR'];
    const folder = runtime === undefined ? `/run/containers/${process.getuid?.() ?? 0}` : join(runtime, 'containers');
    podman.push(join(folder, 'auth.json'));
  }
  podman.push(join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'containers', 'auth.json'));
  return [{ file: docker, source: 'docker' }, ...podman.map((file) => ({ file, source: 'podman' as const }))];
}

/** `TART_REGISTRY_USERNAME` and `TART_REGISTRY_PASSWORD`, for every host or for `TART_REGISTRY_HOSTNAME` only. */
function fromEnvironment(facts: HostFacts, host: string): Credential | null {
  const username = facts.env['TART_REGISTRY_USERNAME'] ?? '';
  const secret = facts.env['TART_REGISTRY_PASSWORD'] ?? '';
  const only = facts.env['TART_REGISTRY_HOSTNAME'] ?? '';
  if (username === '' || secret === '' || (only !== '' && normalizeHost(only) !== normalizeHost(host))) return null;
  return { username, secret, kind: 'password', source: 'environment' };
}

interface Remembered {
  readonly answer: Credential | AppError | null;
  readonly untilMs: number;
}

/** What is asked for; see {@link CredentialsPort.search}. */
type Query = Parameters<CredentialsPort['search']>[0];

class Credentials implements CredentialsPort {
  readonly vaults: readonly VaultPort[];
  readonly #facts: HostFacts;
  readonly #clock: Clock;
  readonly #log: Log;
  /** By source and host. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(facts: HostFacts, clock: Clock, log: Log, vaults: readonly VaultPort[]) {
    this.#facts = facts;
    this.#clock = clock;
    this.#log = log;
    this.vaults = vaults;
  }

  async *search(query: Query): AsyncIterable<CredentialFinding> {
    const { host, repository, signal } = query;
    const environment = fromEnvironment(this.#facts, host);
    if (environment !== null) yield whole(environment);
    for (const { file, source } of configFiles(this.#facts)) {
      const config = await this.#read(file);
      if (config === null) continue;
      const name = helperName(config, host);
      if (name !== null) {
        const named = helperOf(config, host) !== null;
        yield* this.#once(`helper:${name}`, host, () => this.#askHelper(name, host, named, signal));
      }
      const changedMs = await changedAt(file);
      for (const { credential, namespace } of authsOf(config, host)) {
        const counts = repository === undefined || countsFor(namespace, repository);
        if (counts) yield { type: 'found', credential: { ...credential, source }, namespace, changedMs };
      }
    }
    yield* this.#once('keychain', host, () => readTartKeychain(host, this.#facts, signal));
  }

  async sharedVault(host: string): Promise<VaultPort | null> {
    for (const { file, source } of configFiles(this.#facts)) {
      const config = source === 'docker' ? await this.#read(file) : null;
      const name = config === null ? null : helperName(config, host);
      if (name !== null) return new HelperVault(name, this.#facts);
    }
    return this.#facts.platform === 'darwin' ? new KeychainVault(this.#facts) : null;
  }

  forget(host: string): void {
    for (const key of this.#remembered.keys()) if (key.endsWith(` ${host}`)) this.#remembered.delete(key);
  }

  async #read(file: string): Promise<DockerConfig | null> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch {
      return null;
    }
    try {
      return dockerConfigSchema.parse(JSON.parse(text));
    } catch {
      // The text may hold secrets; only the name of the file is told.
      this.#log.warn('credentials file is not in the form of Docker’s config.json', { file });
      return null;
    }
  }

  /** A store for all hosts that is not installed (any more) is no error; a helper that the host names is. */
  async #askHelper(
    name: string,
    host: string,
    named: boolean,
    signal: AbortSignal | undefined,
  ): Promise<FileCredential | null> {
    const answer = await askCredentialHelper(name, host, {
      facts: this.#facts,
      ...(signal === undefined ? {} : { signal }),
    });
    switch (answer.type) {
      case 'found':
        return answer.credential;
      case 'none':
        return null;
      case 'missing':
        this.#log.warn('credential helper is not installed', { helper: name, host });
        if (named) throw new AppError('auth.helper', { helper: name, reason: 'missing', message: null });
        return null;
    }
  }

  async *#once(
    source: string,
    host: string,
    ask: () => Promise<FileCredential | null>,
  ): AsyncIterable<CredentialFinding> {
    const key = `${source} ${host}`;
    const known = this.#remembered.get(key);
    let answer: Credential | AppError | null;
    if (known !== undefined && known.untilMs > this.#clock.now()) answer = known.answer;
    else {
      answer = await this.#outcome(source, ask);
      const found = answer !== null && !(answer instanceof AppError);
      this.#remembered.set(key, { answer, untilMs: this.#clock.now() + (found ? FOUND_MS : FAILED_MS) });
    }
    if (answer instanceof AppError) yield { type: 'failed', source, error: answer };
    else if (answer !== null) yield whole(answer);
  }

  async #outcome(source: string, ask: () => Promise<FileCredential | null>): Promise<Credential | AppError | null> {
    try {
      const found = await ask();
      return found === null ? null : { ...found, source };
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown;
      this.#log.warn('credentials could not be read', { ...thrown.params });
      return thrown;
    }
  }
}

function whole(credential: Credential): CredentialFinding {
  return { type: 'found', credential, namespace: null, changedMs: null };
}

/** The helper of the host, else the store for all hosts. */
function helperName(config: DockerConfig, host: string): string | null {
  const name = helperOf(config, host) ?? config.credsStore ?? '';
  return name === '' ? null : name;
}

async function changedAt(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return null;
  }
}

/**
 * Finds credentials as Tart, Docker and Podman do: `TART_REGISTRY_*`; Docker's config.json (its helper for the host, its
 * store, its own entries); Podman's auth.json likewise; on macOS the keychain of `tart login`. Their files are read anew each
 * time and never written.
 *
 * @param vaults the app's own places, in the order in which they are read
 */
export function createCredentials(
  facts: HostFacts,
  clock: Clock,
  log: Log,
  vaults: readonly VaultPort[],
): CredentialsPort {
  return new Credentials(facts, clock, log, vaults);
}
