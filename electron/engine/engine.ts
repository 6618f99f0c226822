import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Emit, Handlers, Subscribe } from '../../shared/contract/handlers.ts';
import type { EngineMethodName, PushRequest } from '../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { Plan } from '../../shared/models/plan.ts';
import { parseReference } from '../../shared/models/reference.ts';
import type { Registry } from '../../shared/models/registry.ts';
import { DEFAULT_SETTINGS, type Settings, settingsSchema } from '../../shared/models/settings.ts';
import type { Vm } from '../../shared/models/vm.ts';
import type { RepositoryName } from '../../shared/models/vm-knowledge.ts';
import { CodecPool } from './codec/codec-pool.ts';
import { ContentIndex } from './digests/content-index.ts';
import { DigestCache } from './digests/digest-cache.ts';
import type { Engine } from './engine-interface.ts';
import { createEventHub } from './event-hub.ts';
import { inspectImage, type ReadingParts, readRepository, verifyImage } from './image-service.ts';
import { Bandwidth } from './jobs/bandwidth.ts';
import { BlobFlights } from './jobs/blob-flights.ts';
import { JobFiles } from './jobs/job-files.ts';
import { JobHistory } from './jobs/job-history.ts';
import { JobQueue } from './jobs/job-queue.ts';
import type { PushJob } from './jobs/push-job.ts';
import { PushRun } from './jobs/push-run.ts';
import { waitOut } from './jobs/stuck-job.ts';
import { CachedLayers } from './plan/cached-layers.ts';
import { knownOfVm, type LookingParts } from './plan/known-vm.ts';
import { openPushSource } from './plan/open-push-source.ts';
import { planPush } from './plan/plan-push.ts';
import { noRequests, type PlanningParts } from './plan/planning-parts.ts';
import { createDraft } from './plan/push-draft.ts';
import { type PushSource, withNewManifest } from './plan/push-source.ts';
import { groupTargets, type PushTarget } from './plan/push-targets.ts';
import { ZeroChunks } from './plan/zero-chunks.ts';
import type { Clock, EnginePorts } from './ports.ts';
import type { HostProfile } from './registry/host-profile.ts';
import type { RegistryClient } from './registry/registry-client.ts';
import { RegistryClients } from './registry/registry-clients.ts';
import type { RetryNotice } from './registry/requester.ts';
import { EMPTY_BOOK, RegistryBook, registryBookSchema } from './registry-book.ts';
import { JsonFile } from './state/json-file.ts';
import { openState, type StateDatabase } from './state/state-database.ts';
import { StoreService } from './store/store-service.ts';
import { listVms } from './tart/list-vms.ts';
import { watchVms } from './tart/watch-vms.ts';

/** More workers than this do not help: the registry and the link are the limit. */
const MOST_WORKERS = 4;
/** A plan under way, or a repository that is read, is shown at most this often, in ms. */
const SHOWN_MS = 100;

/** The rooms of one engine, joined. */
class JoinedEngine {
  readonly #ports: EnginePorts;
  readonly #state: StateDatabase;
  readonly #codec: CodecPool;
  readonly #index: ContentIndex;
  readonly #cache: DigestCache;
  readonly #zeros: ZeroChunks;
  readonly #clients: RegistryClients;
  readonly #settingsFile: JsonFile<Settings>;
  readonly #book: RegistryBook;
  readonly #bandwidth: Bandwidth;
  readonly #jobs: JobQueue;
  readonly #store: StoreService;
  readonly #flights = new BlobFlights();
  readonly #hub = createEventHub();
  /** How hosts were found to want their uploads, as the state had it at the start. */
  readonly #uploadModes = new Map<string, HostProfile['uploadMode']>();
  #settings: Settings = DEFAULT_SETTINGS;
  #watcher: { close(): Promise<void> } | null = null;

  constructor(ports: EnginePorts, state: StateDatabase) {
    this.#ports = ports;
    this.#state = state;
    const { paths, clock, log, network, credentials, wakefulness, chunkSize } = ports;
    const nowMs = (): number => clock.now();
    this.#codec = new CodecPool({
      workerFile: paths.codecWorker,
      wasmFile: paths.codecWasm,
      workers: Math.min(availableParallelism(), MOST_WORKERS),
    });
    this.#index = new ContentIndex(state, nowMs);
    this.#cache = new DigestCache(state, nowMs);
    this.#zeros = new ZeroChunks(this.#codec, this.#index);
    this.#clients = new RegistryClients(
      {
        network,
        credentials,
        clock,
        random: Math.random,
        linkRate: (host) => this.#index.linkRate([host]),
        onLearn: (host, mode) => {
          this.#index
            .learnUploadMode(host, mode)
            .catch((thrown: unknown) => log.warn('upload mode not remembered', { host, message: String(thrown) }));
        },
      },
      this.#uploadModes,
    );
    this.#settingsFile = new JsonFile(join(paths.stateHome, 'settings.json'), settingsSchema, DEFAULT_SETTINGS, log);
    const bookFile = new JsonFile(join(paths.stateHome, 'registries.json'), registryBookSchema, EMPTY_BOOK, log);
    this.#book = new RegistryBook(
      bookFile,
      this.#index,
      async () => {
        const { vms } = await this.#list();
        return vms.filter(({ kind }) => kind === 'image').map(({ name }) => name);
      },
      nowMs,
    );
    this.#store = new StoreService({
      ports,
      settings: () => this.#settings,
      emit: this.emit,
      places: {
        holdersOf: (digest) => this.#index.holdersOf([digest]),
        open: (host, insecure) =>
          this.#clients.open(host, { insecure: insecure || this.#book.insecure(host), connections: 4 }),
      },
    });
    this.#bandwidth = new Bandwidth(clock, null);
    this.#jobs = new JobQueue({
      clock,
      log,
      emit: this.emit,
      files: new JobFiles(paths.stateHome),
      history: new JobHistory(state, nowMs),
      wakefulness,
      chunkSize,
      perform: (job) => this.#perform(job),
    });
  }

  get emit(): Emit {
    return this.#hub.emit;
  }

  get on(): Subscribe {
    const { on } = this.#hub;
    return on;
  }

  async open(): Promise<void> {
    await Promise.all([this.#index.open(), this.#book.open()]);
    for (const { host, mode } of await this.#index.uploadModes()) this.#uploadModes.set(host, mode);
    this.#settings = await this.#settingsFile.read();
    this.#bandwidth.setLimit(this.#settings.bandwidthLimit);
    this.#watch();
  }

  #tartHome(): string {
    return this.#settings.tartHome ?? this.#ports.paths.tartHome;
  }

  /** Begins to watch only when somebody listens for changes: the command line never does. */
  #watch(): void {
    this.#hub.onFirstListener('vms.changed', () => {
      this.#watcher = watchVms(this.#tartHome(), this.#ports.clock, () => this.emit('vms.changed', null));
    });
    this.#hub.onFirstListener('store.changed', () => this.#store.watch());
  }

  #list(): ReturnType<typeof listVms> {
    return listVms(this.#tartHome(), this.#ports.clock.now());
  }

  async #vm(vmId: string): Promise<Vm> {
    const list = await this.#list();
    const found = list.vms.find(({ id }) => id === vmId);
    if (found === undefined) throw new AppError('vm.notFound', { name: vmId, tartHome: list.tartHome });
    if (found.defect !== null) throw AppError.fromData(found.defect);
    return found;
  }

  /** Parts for one plan or job, with clients of its own. */
  #parts(
    request: PushRequest,
    following: { readonly onRetry?: (notice: RetryNotice) => void; readonly clock?: Clock } = {},
  ): { parts: PlanningParts; close: () => Promise<void> } {
    const open = new Map<string, RegistryClient>();
    const targets = groupTargets(request.references);
    const connections = (request.concurrency ?? this.#settings.concurrency) + 2;
    const clientOf = (host: string): RegistryClient => {
      const known = open.get(host);
      if (known !== undefined) return known;
      const insecure = request.insecure || this.#book.insecure(host);
      const made = this.#clients.open(host, {
        insecure,
        connections: Math.max(connections, 16),
        repositories: targets.filter(({ registry }) => registry === host).map(({ repository }) => repository),
        pieceSize: request.pieceSize,
        ...following,
      });
      open.set(host, made);
      return made;
    };
    return {
      parts: {
        clock: this.#ports.clock,
        codec: this.#codec,
        digestCache: this.#cache,
        contentIndex: this.#index,
        zeroChunks: this.#zeros,
        cachedLayers: new CachedLayers({
          clock: this.#ports.clock,
          codec: this.#codec,
          digestCache: this.#cache,
          contentIndex: this.#index,
          images: async () =>
            (await this.#list()).vms.filter(({ kind, defect }) => kind === 'image' && defect === null),
        }),
        clientOf,
        requests: noRequests(),
      },
      close: async () => {
        for (const [host, client] of open) {
          if (client.requester.authorizer.account !== null)
            this.#book.note(host, { account: client.requester.authorizer.account });
        }
        await Promise.all([...open.values()].map((client) => client.close()));
      },
    };
  }

  /** Known without reading: for the Local pane and the detail. */
  async #known(vmId: string, against: RepositoryName | null, signal: AbortSignal) {
    const parts: LookingParts = {
      digestCache: this.#cache,
      contentIndex: this.#index,
      zeroChunks: this.#zeros,
      chunkSize: this.#ports.chunkSize,
      tagsOf: ({ registry, repository }, digest) => this.#book.tagsOf(registry, repository, digest),
    };
    return await knownOfVm(parts, await this.#vm(vmId), against, signal);
  }

  async #makePlan(input: PushRequest & { readonly planId: string }, signal: AbortSignal): Promise<Plan> {
    const targets = groupTargets(input.references);
    await this.#store.requireOn(targets.map(({ registry }) => registry));
    const source = await openPushSource(await this.#vm(input.vmId), this.#ports, signal);
    const { parts, close } = this.#parts(input);
    let shownMs = 0;
    const onChange = (draw: () => Plan): void => {
      const now = this.#ports.clock.now();
      if (now - shownMs < SHOWN_MS) return;
      shownMs = now;
      this.emit('plans.changed', { planId: input.planId, plan: draw() });
    };
    const hosts = [...new Set(targets.map(({ registry }) => registry))];
    try {
      const plan = await inEitherForm(source, input, (form, mayChange) =>
        planPush(
          parts,
          createDraft(form, targets, this.#ports.chunkSize),
          {
            planId: input.planId,
            manifest: { labels: input.labels, os: form.os, arch: form.arch },
            expectedTags: {},
            newManifest: mayChange,
            onChange,
          },
          signal,
        ),
      );
      for (const host of hosts) {
        if (this.#book.note(host, { account: parts.clientOf(host).requester.authorizer.account })) {
          await this.#tellRegistry(host);
        }
      }
      const own = plan.targets.find(({ registry }) => this.#store.serves(registry));
      if (own !== undefined) own.storeRoom = await this.#store.room();
      return plan;
    } catch (thrown) {
      // What a VM or another registry refuses tells nothing of a registry.
      const { params } = toAppError(thrown);
      const refused = hosts.find((host) => host === (params['registry'] ?? params['host']));
      if (refused !== undefined && this.#book.note(refused, { thrown })) await this.#tellRegistry(refused);
      throw thrown;
    } finally {
      await source.close();
      await close();
    }
  }

  async #perform(job: PushJob): Promise<void> {
    const { request } = job.facts;
    const targets = groupTargets(request.references);
    const source = await openPushSource(await this.#vm(request.vmId), this.#ports, job.signal);
    let run: PushRun | null = null;
    const onRetry = (notice: RetryNotice): void => run?.retrying(notice);
    const { parts, close } = this.#parts(request, { onRetry, clock: job.waits });
    try {
      const startedMs = this.#ports.clock.now();
      await inEitherForm(source, request, async (form) => {
        run = this.#runOf(job, parts, form, targets);
        job.attach(run);
        await run.run(job.signal).finally(() => run?.close());
        if (request.populateCache === true) {
          await run.populateCache(this.#ports.paths.tartHome, this.#ports.clock, job.signal);
        }
      });
      await this.#learnRates(job, targets, startedMs);
    } catch (thrown) {
      for (const { registry } of targets) this.#book.note(registry, { thrown });
      throw thrown;
    } finally {
      await source.close();
      await close();
    }
    for (const { registry } of targets) {
      await this.#book.unhide(registry);
      await this.#tellRegistry(registry);
    }
  }

  #runOf(job: PushJob, parts: PlanningParts, source: PushSource, targets: readonly PushTarget[]): PushRun {
    const { request } = job.facts;
    const draft = createDraft(source, targets, this.#ports.chunkSize);
    const concurrency = (): number => {
      const usual = request.concurrency ?? this.#settings.concurrency;
      return Math.min(...targets.map(({ registry }) => parts.clientOf(registry).requester.pace.of(usual)));
    };
    return new PushRun(parts, draft, request, job.gate, this.#bandwidth, concurrency, this.#flights, {
      onStarted: () => job.started(),
      onChange: (layer) => job.touch(layer),
      onSent: (bytes) => job.sent(bytes),
      onStuck: async (stuck, signal) => {
        job.wait(stuck);
        const host = stuck.error.params['host'];
        const client = typeof host === 'string' ? parts.clientOf(host) : null;
        await waitOut(stuck, job.waits, async (until) => (await client?.answers(until)) ?? true, signal);
        job.goOn();
      },
    });
  }

  /** What a push over a few seconds tells of the link; shorter ones tell more of the registry than of the link. */
  async #learnRates(job: PushJob, targets: readonly { readonly registry: string }[], startedMs: number): Promise<void> {
    const seconds = (this.#ports.clock.now() - startedMs) / 1000;
    if (seconds < 1 || job.sentBytes < 8_000_000) return;
    for (const registry of new Set(targets.map((target) => target.registry))) {
      await this.#index.learnLinkRate(registry, job.sentBytes / seconds);
    }
  }

  /** Runs one request against one registry with a client of its own and notes how it answered. */
  async #ask<Result>(
    host: string,
    insecure: boolean,
    work: (client: RegistryClient) => Promise<Result>,
  ): Promise<Result> {
    const client = this.#clients.open(host, { insecure: insecure || this.#book.insecure(host), connections: 16 });
    try {
      const result = await work(client);
      this.#book.note(host, { account: client.requester.authorizer.account });
      return result;
    } catch (thrown) {
      this.#book.note(host, { thrown });
      throw thrown;
    } finally {
      await client.close();
      await this.#tellRegistry(host);
    }
  }

  /** Its registry while it is on; while it is off, an address that only pushes to it made known. */
  #isThisComputer(host: string): boolean {
    return this.#store.serves(host) || (host === this.#store.host() && !this.#book.isAdded(host));
  }

  /** Tells everybody what is known of a registry now. */
  async #tellRegistry(host: string): Promise<Registry> {
    const registry = await (this.#store.serves(host) ? this.#store.registry() : this.#book.find(host));
    this.emit('registries.changed', registry);
    return registry;
  }

  #readingParts(client: RegistryClient, repository: string): ReadingParts {
    const { clock } = this.#ports;
    let shownMs = 0;
    return {
      client,
      index: this.#index,
      nowMs: () => clock.now(),
      onRead: (read, total) => {
        const now = clock.now();
        if (now - shownMs < SHOWN_MS) return;
        shownMs = now;
        this.emit('repositories.reading', { host: client.host, repository, read, total });
      },
    };
  }

  handlers(): Handlers<EngineMethodName> {
    const none = async (work: Promise<void>): Promise<null> => {
      await work;
      return null;
    };
    return {
      ...this.#store.handlers(),
      'vms.list': () => this.#list(),
      'vms.known': ({ vmId, against }, signal) => this.#known(vmId, against, signal),
      'plans.make': (input, signal) => this.#makePlan(input, signal),
      'jobs.push': async (input) => {
        await this.#store.requireOn(groupTargets(input.references).map(({ registry }) => registry));
        const vm = await this.#vm(input.vmId);
        return await this.#jobs.push(input, vm.kind === 'vm' ? vm.name : `${vm.name}:${vm.tags[0] ?? vm.digest ?? ''}`);
      },
      'jobs.list': () => this.#jobs.list(),
      'jobs.get': ({ id }) => this.#jobs.get(id),
      'jobs.document': ({ id }) => this.#jobs.document(id),
      'jobs.pause': ({ id }) => none(this.#jobs.pause(id)),
      'jobs.resume': ({ id }) => none(this.#jobs.resume(id)),
      'jobs.cancel': ({ id }) => none(this.#jobs.cancel(id)),
      'jobs.retry': ({ id, force, newManifest }) => none(this.#jobs.retry(id, force, newManifest)),
      'jobs.remove': ({ id }) => none(this.#jobs.remove(id)),
      // The registry of this computer stands last, whatever was pushed to it.
      'registries.list': async () => [
        ...(await this.#book.list()).filter(({ host }) => !this.#isThisComputer(host)),
        await this.#store.registry(),
      ],
      'registries.add': async ({ host, insecure }, signal) => {
        await this.#ask(host, insecure, (client) => client.ping(signal));
        if (!this.#store.serves(host)) await this.#book.add(host, insecure);
        return await this.#tellRegistry(host);
      },
      'registries.remove': async ({ host }) => {
        await this.#book.remove(host);
        await this.#tellRegistry(host);
        return null;
      },
      'registries.read': async ({ host }, signal) => {
        // A registry that refuses the list alone is reachable all the same.
        const names = await this.#ask(host, false, async (client) => {
          await client.ping(signal);
          return await client.listRepositories({ signal }).catch((thrown: unknown) => toAppError(thrown));
        });
        if (names instanceof AppError) throw names;
        await this.#book.rememberNames(host, names);
        return await this.#tellRegistry(host);
      },
      'repositories.read': async ({ host, repository }, signal) => {
        const read = await this.#ask(host, false, (client) =>
          readRepository(this.#readingParts(client, repository), repository, signal),
        );
        await this.#book.remember(host, read);
        await this.#tellRegistry(host);
        return read;
      },
      'images.inspect': ({ reference, insecure, askTags }, signal) =>
        this.#ask(parseReference(reference).registry, insecure, (client) =>
          inspectImage(client, reference, askTags !== false, signal),
        ),
      'images.verify': ({ reference, insecure, deep }, signal) =>
        this.#ask(parseReference(reference).registry, insecure, (client) =>
          verifyImage(client, reference, deep, signal),
        ),
      'settings.get': () => Promise.resolve(this.#settings),
      'settings.set': async (settings) => await this.#setSettings(settings),
    };
  }

  async #setSettings(settings: Settings): Promise<Settings> {
    const movesHome = settings.tartHome !== this.#settings.tartHome;
    const movesStore = settings.storeFolder !== this.#settings.storeFolder;
    if (movesStore) await this.#store.prepare(settings.storeFolder);
    await this.#settingsFile.write(settings);
    this.#settings = settings;
    this.#bandwidth.setLimit(settings.bandwidthLimit);
    if (movesHome && this.#watcher !== null) {
      await this.#watcher.close();
      this.#watcher = watchVms(this.#tartHome(), this.#ports.clock, () => this.emit('vms.changed', null));
      this.emit('vms.changed', null);
    }
    this.emit('settings.changed', settings);
    if (movesStore) await this.#store.follow();
    return settings;
  }

  runningJobs(): number {
    return this.#jobs.running;
  }

  interruptJobs(): Promise<void> {
    return this.#jobs.close();
  }

  async close(): Promise<void> {
    await this.#jobs.close();
    await this.#store.close();
    await this.#watcher?.close();
    await this.#codec.close();
    await this.#state.close();
  }
}

/**
 * Works with a cached image's own manifest; where that cannot be and a new one was agreed to, once more with a new one.
 * `mayChange` tells the work that a second time would follow.
 */
async function inEitherForm<Result>(
  source: PushSource,
  { newManifest }: PushRequest,
  work: (source: PushSource, mayChange: boolean) => Promise<Result>,
): Promise<Result> {
  const mayChange = source.verbatim !== null && newManifest === true;
  try {
    return await work(source, mayChange);
  } catch (thrown) {
    if (!mayChange || !(thrown instanceof AppError) || thrown.code !== 'image.layerMissing') throw thrown;
    return await work(withNewManifest(source), false);
  }
}

/** Joins the rooms into an engine. Two engines can live in one process. @throws AppError `state.unavailable` */
export async function createEngine(ports: EnginePorts): Promise<Engine> {
  try {
    await mkdir(ports.paths.stateHome, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('state.unavailable', { reason: `${ports.paths.stateHome}: ${reason}` }, { cause });
  }
  const state = await openState({
    directory: ports.paths.stateHome,
    workerFile: ports.paths.stateWorker,
    clock: ports.clock,
    log: ports.log,
  });
  const engine = new JoinedEngine(ports, state);
  await engine.open();
  return {
    handlers: engine.handlers(),
    on: engine.on,
    runningJobs: () => engine.runningJobs(),
    interruptJobs: () => engine.interruptJobs(),
    close: () => engine.close(),
  };
}
