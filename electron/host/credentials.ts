import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Clock, Credential, CredentialProvider, Log } from '../engine/ports.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { authOf, type DockerConfig, dockerConfigSchema, helperOf, normalizeHost } from './docker-config.ts';
import { type Environment, type HostFacts, hostFacts } from './host-facts.ts';
import { silentLog } from './host-log.ts';
import { systemClock } from './system-clock.ts';
import { readTartKeychain } from './tart-keychain.ts';

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

class Credentials {
  readonly #facts: HostFacts;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #remembered = new Map<string, Remembered>();

  constructor(facts: HostFacts, clock: Clock, log: Log) {
    this.#facts = facts;
    this.#clock = clock;
    this.#log = log;
  }

  async find(host: string, signal: AbortSignal | undefined): Promise<Credential | null> {
    const environment = fromEnvironment(this.#facts, host);
    if (environment !== null) return environment;
    let failure: AppError | null = null;
    for (const { file, source } of configFiles(this.#facts)) {
      const config = await this.#read(file);
      if (config === null) continue;
      const answer = await this.#fromHelpers(config, host, signal);
      if (answer instanceof AppError) failure ??= answer;
      else if (answer !== null) return answer;
      const entry = authOf(config, host);
      if (entry !== null) return { ...entry, source };
    }
    const keychain = await this.#once(`keychain ${host}`, async () => {
      const found = await readTartKeychain(host, this.#facts, signal);
      return found === null ? null : { ...found, source: 'keychain' };
    });
    if (keychain instanceof AppError) failure ??= keychain;
    else if (keychain !== null) return keychain;
    if (failure !== null) throw failure;
    return null;
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

  /** The helper of the host, then the store for all hosts. A store that is not installed (any more) is no error. */
  async #fromHelpers(
    config: DockerConfig,
    host: string,
    signal: AbortSignal | undefined,
  ): Promise<Credential | AppError | null> {
    const named = helperOf(config, host);
    const name = named ?? config.credsStore;
    if (name === undefined || name === '') return null;
    return await this.#once(`${name} ${host}`, async () => {
      const facts = this.#facts;
      const answer = await askCredentialHelper(name, host, { facts, ...(signal === undefined ? {} : { signal }) });
      switch (answer.type) {
        case 'found':
          return { ...answer.credential, source: `helper:${name}` };
        case 'none':
          return null;
        case 'missing':
          this.#log.warn('credential helper is not installed', { helper: name, host });
          if (named !== null) throw new AppError('auth.helper', { helper: name, reason: 'missing', message: null });
          return null;
      }
    });
  }

  async #once(key: string, ask: () => Promise<Credential | null>): Promise<Credential | AppError | null> {
    const known = this.#remembered.get(key);
    if (known !== undefined && known.untilMs > this.#clock.now()) return known.answer;
    let answer: Credential | AppError | null;
    try {
      answer = await ask();
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'cancelled') throw thrown;
      this.#log.warn('credentials could not be read', { ...thrown.params });
      answer = thrown;
    }
    const found = answer !== null && !(answer instanceof AppError);
    this.#remembered.set(key, { answer, untilMs: this.#clock.now() + (found ? FOUND_MS : FAILED_MS) });
    return answer;
  }
}

/**
 * Finds credentials as Tart, Docker and Podman do, the first that has one wins: `TART_REGISTRY_*`; Docker's config.json (its
 * helper for the host, its store, its own entry); Podman's auth.json likewise; on macOS the keychain of `tart login`. Files
 * are read anew each time and never written.
 *
 * The provider throws AppError `auth.helper` when a helper failed and nothing else has a credential, and `cancelled`.
 */
export function createCredentialProvider(facts: HostFacts, clock: Clock, log: Log): CredentialProvider {
  const credentials = new Credentials(facts, clock, log);
  return async (host, signal) => await credentials.find(host, signal);
}

/** Finds the credentials of this process's user; see {@link createCredentialProvider}. */
export function hostCredentials(environment: Environment, log: Log = silentLog): CredentialProvider {
  return createCredentialProvider(hostFacts(environment), systemClock, log);
}
