import type { Handlers } from '../../shared/contract/handlers.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { Capabilities, Capability, CapabilityDetail, CapabilityName } from '../../shared/models/capabilities.ts';
import { CAPABILITIES } from '../../shared/models/capabilities.ts';
import { isRegistryHost, isRepositoryName } from '../../shared/models/reference.ts';
import { DEFAULT_CHOICES, type RegistryChoices } from '../../shared/models/registry-choices.ts';
import type { Clock, Log, NetworkPort } from './ports.ts';
import { authorityText } from './registry/authority-text.ts';
import type { LearnedUpload } from './registry/hosts/upload-modes.ts';
import { PROBE_REPOSITORY, probeRegistry } from './registry/probe/probe-registry.ts';
import { readCertificate } from './registry/read-certificate.ts';
import type { RegistryClients } from './registry/registry-clients.ts';
import type { HostTrust } from './registry/transport.ts';
import type { RegistryBook } from './registry-book.ts';
import type { RegistryService } from './registry-service.ts';
import type { StoreService } from './store/store-service.ts';

/** The methods of {@link RegistrySettings}. */
export type RegistrySettingName =
  | 'registries.add'
  | 'registries.edit'
  | 'registries.remove'
  | 'registries.probe'
  | 'registries.certificate';

/** Details that a test by reading takes from what was known before it. */
const RETOLD: ReadonlySet<CapabilityDetail> = new Set(['notTested', 'earlier', 'known', 'digestOnly']);
/** A test gives up after this time. */
const PROBE_MS = 120_000;
/** Connections of a test: it asks one question after the other. */
const CONNECTIONS = 4;

/** What the settings of registries work with. */
export interface RegistrySettingsParts {
  readonly clients: RegistryClients;
  readonly book: RegistryBook;
  readonly registries: RegistryService;
  /** It may serve a registry of this computer, for which nothing is chosen. */
  readonly store: Pick<StoreService, 'serves'>;
  readonly network: NetworkPort;
  readonly clock: Clock;
  readonly log: Log;
  /** Told after what was chosen for a host changed. */
  readonly onChosen: (host: string, choices: RegistryChoices) => void;
}

/** Registries as things with settings: added, edited, tested; their certificates shown. */
export class RegistrySettings {
  readonly #parts: RegistrySettingsParts;

  constructor(parts: RegistrySettingsParts) {
    this.#parts = parts;
  }

  handlers(): Handlers<RegistrySettingName> {
    const { book, registries } = this.#parts;
    return {
      'registries.add': async ({ host, ...given }, signal) => {
        const choices = this.#choices(host, given);
        await this.#tryOut(host, choices, signal);
        await this.#keep(host, choices);
        await this.#probeQuietly(host, signal);
        return await registries.tell(host);
      },
      'registries.edit': async ({ host, choices: given }, signal) => {
        const choices = this.#choices(host, given);
        const reached = reachesOtherwise(book.choices(host), choices);
        if (reached) await this.#tryOut(host, choices, signal);
        await this.#keep(host, choices);
        if (reached) await this.#probeQuietly(host, signal);
        return await registries.tell(host);
      },
      'registries.remove': async ({ host }) => {
        await book.remove(host);
        this.#parts.onChosen(host, DEFAULT_CHOICES);
        await registries.tell(host);
        return null;
      },
      'registries.probe': async ({ host, repository, write }, signal) => {
        try {
          return await this.#probe(host, repository, write, signal);
        } catch (thrown) {
          // What was asked wrongly tells nothing of the registry.
          if (toAppError(thrown).code !== 'reference.invalid') book.note(host, { thrown });
          throw thrown;
        } finally {
          await registries.tell(host);
        }
      },
      'registries.certificate': ({ host }, signal) => {
        checkHost(host);
        return readCertificate(host, this.#parts.network, trustOf(book.choices(host)), signal);
      },
    };
  }

  /** What is chosen for a host from now on. @throws AppError `certificate.invalid`, `reference.invalid` */
  #choices(
    host: string,
    given: { readonly [Name in keyof RegistryChoices]?: RegistryChoices[Name] | undefined },
  ): RegistryChoices {
    checkHost(host);
    const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const choices = { ...this.#parts.book.choices(host), ...said };
    return { ...choices, ca: choices.ca === null || choices.ca.trim() === '' ? null : authorityText(choices.ca) };
  }

  async #keep(host: string, choices: RegistryChoices): Promise<void> {
    if (this.#parts.store.serves(host)) return;
    await this.#parts.book.add(host, choices);
    this.#parts.onChosen(host, choices);
  }

  /** Asks whether the registry answers with choices that are not kept yet. What it answers otherwise says nothing of it. */
  async #tryOut(host: string, choices: RegistryChoices, signal: AbortSignal): Promise<void> {
    const { clients, book } = this.#parts;
    const client = clients.open(host, { insecure: false, choices, connections: CONNECTIONS });
    try {
      await client.ping(signal);
      book.note(host, { account: client.account });
    } finally {
      await client.close();
    }
  }

  /** A test by reading of a registry that has answered: what goes wrong with it is no reason not to add it. */
  async #probeQuietly(host: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#probe(host, null, false, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      this.#parts.log.warn('a registry was not tested', { host, code: toAppError(thrown).code });
    }
  }

  async #probe(host: string, repository: string | null, write: boolean, signal: AbortSignal): Promise<Capabilities> {
    const { clients, book, network, clock } = this.#parts;
    checkHost(host);
    if (repository !== null && !isRepositoryName(repository)) {
      throw new AppError('reference.invalid', {
        input: repository,
        position: 0,
        expected: 'repository',
        suggestion: null,
      });
    }
    const client = clients.open(host, { insecure: false, connections: CONNECTIONS });
    const until = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
    try {
      const { capabilities, findings } = await probeRegistry(
        {
          client,
          clock,
          certificate: () => readCertificate(host, network, trustOf(book.choices(host)), until),
          known: () => ({ abilities: clients.abilitiesOf(host), findings: clients.findings(host) }),
          repository:
            repository ?? (await book.find(host)).repositories.find(({ tagCount }) => tagCount)?.repository ?? null,
          writeTo: write ? (repository ?? PROBE_REPOSITORY) : null,
        },
        until,
      );
      await clients.learnFrom(host, findings, uploadOf(capabilities));
      const merged = withEarlier(capabilities, book.capabilities(host));
      if (!this.#parts.store.serves(host)) await book.rememberTest(host, merged);
      book.note(host, { account: client.account });
      return merged;
    } catch (thrown) {
      const tooLong = until.aborted && !signal.aborted;
      throw tooLong ? new AppError('registry.unreachable', { host, reason: 'ETIMEDOUT' }, { cause: thrown }) : thrown;
    } finally {
      await client.close();
    }
  }
}

function checkHost(host: string): void {
  if (isRegistryHost(host)) return;
  throw new AppError('reference.invalid', { input: host, position: 0, expected: 'host', suggestion: null });
}

function trustOf({ ca, exception }: RegistryChoices): HostTrust {
  return { ca, exception: exception?.fingerprint ?? null };
}

/** Whether the registry is reached in another way than before, and not only with less trust. */
function reachesOtherwise(before: RegistryChoices, now: RegistryChoices): boolean {
  const accepts = now.exception !== null && now.exception.fingerprint !== before.exception?.fingerprint;
  return now.insecure !== before.insecure || (now.ca !== null && now.ca !== before.ca) || accepts;
}

/** The form of uploads that a test found, where the usual one is refused. */
function uploadOf({ found }: Capabilities): LearnedUpload | null {
  if (found.chunks.result !== 'no') return null;
  if (found.whole.result === 'yes') return { uploadMode: 'mono' };
  return found.stream.result === 'yes' ? { uploadMode: 'stream' } : null;
}

/** What only writing tells stays known from the last test that wrote, unless this one says otherwise. */
function withEarlier(now: Capabilities, before: Capabilities | null): Capabilities {
  if (before === null || now.wroteTo !== null || before.wroteTo === null) return now;
  const keep = (name: CapabilityName): Capability => {
    const [fresh, old] = [now.found[name], before.found[name]];
    const retold = RETOLD.has(fresh.detail);
    return retold && (fresh.result === 'unknown' || fresh.result === old.result) ? old : fresh;
  };
  const found = Object.fromEntries(CAPABILITIES.map((name) => [name, keep(name)]));
  // Every name of the list is there.
  return { ...now, wroteTo: before.wroteTo, left: before.left, found: found as Capabilities['found'] };
}
