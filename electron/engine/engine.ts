import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { isLayoutPlace } from '../../shared/models/image-location.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { Vm } from '../../shared/models/vm.ts';
import { CodecPool } from './codec/codec-pool.ts';
import { CompareService } from './compare-service.ts';
import { CopyService } from './copy-service.ts';
import { Credentials } from './credentials/credentials.ts';
import { EMPTY_SIGN_IN_BOOK, SignInBook, signInBookSchema } from './credentials/sign-in-book.ts';
import { ContentIndex } from './digests/content-index.ts';
import { DigestCache } from './digests/digest-cache.ts';
import { ImageDisks } from './digests/image-disks.ts';
import { PushedChunks } from './digests/pushed-chunks.ts';
import { seenManifests } from './digests/seen-manifests.ts';
import type { Engine } from './engine-interface.ts';
import { createEventHub } from './event-hub.ts';
import { IndexService } from './index-service.ts';
import { jobHandlers } from './job-handlers.ts';
import { Bandwidth } from './jobs/bandwidth.ts';
import { BlobFlights } from './jobs/blob-flights.ts';
import { HostSlots } from './jobs/host-slots.ts';
import { JobFiles } from './jobs/job-files.ts';
import { JobHistory } from './jobs/job-history.ts';
import { JobQueue } from './jobs/job-queue.ts';
import { makeFolder } from './make-folder.ts';
import { ExtentVolumes } from './plan/extent-volumes.ts';
import type { LookingParts } from './plan/known-vm.ts';
import { MachineRates } from './plan/machine-rates.ts';
import { SnapshotBlocks } from './plan/snapshot-blocks.ts';
import { ZeroChunks } from './plan/zero-chunks.ts';
import type { EnginePorts } from './ports.ts';
import { PushService } from './push-service.ts';
import { HostMemory } from './registry/hosts/host-memory.ts';
import { RegistryClients } from './registry/registry-clients.ts';
import { retryOf } from './registry/retry-notice.ts';
import { EMPTY_BOOK, RegistryBook, registryBookSchema } from './registry-book.ts';
import { RegistryService } from './registry-service.ts';
import { RegistrySettings } from './registry-settings.ts';
import { ReportService } from './report/report-service.ts';
import { SavingsBook } from './report/savings-book.ts';
import { SavingsRecorder } from './report/savings-recorder.ts';
import { SampleService } from './sample/sample-service.ts';
import { sampleParts } from './sample-parts.ts';
import { SettingsService } from './settings-service.ts';
import { SharingService } from './sharing-service.ts';
import { SignInService } from './sign-in-service.ts';
import { SnapshotService } from './snapshot-service.ts';
import { JsonFile } from './state/json-file.ts';
import { openState, type StateDatabase } from './state/state-database.ts';
import { StoreService } from './store/store-service.ts';
import { TagService } from './tag-service.ts';
import { MovedTags } from './tags/moved-tags.ts';
import { TagJournal } from './tags/tag-journal.ts';
import { VmService } from './vm-service.ts';

/** More workers than this do not help: the registry and the link are the limit. */
const MOST_WORKERS = 4;

/** The rooms of one engine, joined. */
class JoinedEngine {
  readonly hub = createEventHub();
  readonly #state: StateDatabase;
  readonly #codec: CodecPool;
  readonly #index: ContentIndex;
  readonly #hosts: HostMemory;
  readonly #rates: MachineRates;
  readonly #book: RegistryBook;
  readonly #bandwidth: Bandwidth;
  readonly #slots: HostSlots;
  readonly #settings: SettingsService;
  readonly #vms: VmService;
  readonly #registries: RegistryService;
  readonly #signIns: SignInService;
  readonly #registrySettings: RegistrySettings;
  readonly #store: StoreService;
  readonly #pushes: PushService;
  readonly #copies: CopyService;
  readonly #tags: TagService;
  readonly #jobs: JobQueue;
  readonly #report: ReportService;
  readonly #learner: IndexService;
  readonly #sample: SampleService;
  readonly #sharing: SharingService;
  readonly #snapshots: SnapshotService;
  readonly #compare: CompareService;

  constructor(ports: EnginePorts, state: StateDatabase) {
    this.#state = state;
    const { paths, clock, log, network, wakefulness, chunkSize } = ports;
    const { emit } = this.hub;
    const nowMs = (): number => clock.now();
    const settings = (): Settings => this.#settings.current;
    this.#codec = new CodecPool({
      workerFile: paths.codecWorker,
      wasmFile: paths.codecWasm,
      workers: Math.min(availableParallelism(), MOST_WORKERS),
      started: ports.startedCodec ?? [],
    });
    this.#index = new ContentIndex(state, nowMs);
    this.#hosts = new HostMemory(state, nowMs);
    this.#rates = new MachineRates(state, nowMs);
    const cache = new DigestCache(state, nowMs);
    const zeros = new ZeroChunks(this.#codec, this.#index);
    const signInFile = new JsonFile(join(paths.stateHome, 'sign-ins.json'), signInBookSchema, EMPTY_SIGN_IN_BOOK, log);
    const credentials = new Credentials(ports.credentials, new SignInBook(signInFile));
    const flights = new BlobFlights();
    this.#slots = new HostSlots(clock, this.#codec.workers);
    const slots = this.#slots;
    this.hub.on('settings.changed', () => slots.changed());
    const clients = new RegistryClients(
      {
        network,
        credentials,
        clock,
        log,
        random: Math.random,
        choicesOf: (host) => this.#book.choices(host),
        onRetry: (host, notice) => emit('registries.retrying', { host, retry: retryOf(notice) }),
      },
      this.#hosts,
    );
    this.#bandwidth = new Bandwidth(clock, null);
    this.#settings = new SettingsService(ports, emit, {
      prepare: async (next, before) => {
        if (next.storeFolder !== before.storeFolder) await this.#store.prepare(next.storeFolder);
      },
      follow: (now, before) => this.#follow(now, before),
    });
    const bookFile = new JsonFile(join(paths.stateHome, 'registries.json'), registryBookSchema, EMPTY_BOOK, log);
    const namesOfImages = async (): Promise<string[]> => (await this.#vms.images()).map(({ name }) => name);
    this.#book = new RegistryBook(bookFile, this.#index, namesOfImages, nowMs);
    const extentVolumes = new ExtentVolumes({
      state,
      nowMs,
      log,
      scratch: (vmId) => join(this.#vms.homeOf(vmId), '.tartan'),
    });
    const snapshotBlocks = new SnapshotBlocks({
      volumes: extentVolumes,
      digestCache: cache,
      lastSnapshot: (id, disk) => this.#snapshots.store.baseFor({ id, disk }),
    });
    const looking: LookingParts = {
      snapshotBlocks,
      digestCache: cache,
      contentIndex: this.#index,
      zeroChunks: zeros,
      chunkSize,
      tagsOf: ({ registry, repository }, digest) => this.#book.tagsOf(registry, repository, digest),
    };
    this.#vms = new VmService(ports, settings, this.hub, looking, () => this.#sample);
    this.#store = new StoreService({
      ports,
      settings,
      emit,
      places: {
        holdersOf: (digest) => this.#index.holdersOf([digest]),
        open: (host, insecure) =>
          isLayoutPlace(host) ? this.#store.layoutClient(host) : clients.open(host, { insecure, connections: 4 }),
      },
    });
    const [book, index, store] = [this.#book, this.#index, this.#store];
    const journal = new TagJournal(paths.stateHome, nowMs);
    const movedTags = new MovedTags(journal);
    this.#registries = new RegistryService({ clients, book, index, wasmFile: paths.codecWasm, store, clock, emit });
    this.#signIns = new SignInService({
      credentials,
      clients,
      book,
      tell: (host) => this.#registries.tell(host),
      goOn: (host) => this.#jobs.signedIn(host),
    });
    this.#registrySettings = new RegistrySettings({
      clients,
      book,
      registries: this.#registries,
      store,
      network,
      clock,
      log,
      onChosen: (host, { bandwidth }) => {
        this.#bandwidth.setHostLimit(host, bandwidth);
        slots.changed();
      },
    });
    const files = new JobFiles(paths.stateHome);
    this.#snapshots = new SnapshotService({ ports, settings, vms: this.#vms, emit });
    const snapshots = this.#snapshots;
    this.#pushes = new PushService(ports, {
      settings,
      vms: this.#vms,
      codec: this.#codec,
      index: this.#index,
      cache,
      pushedChunks: new PushedChunks(state, nowMs),
      zeros,
      extentVolumes,
      imageDisks: new ImageDisks(state, nowMs),
      hosts: this.#hosts,
      rates: this.#rates,
      clients,
      book: this.#book,
      registries: this.#registries,
      store,
      bandwidth: this.#bandwidth,
      flights,
      slots,
      movedTags,
      snapshots,
      journalOf: (id) => files.journalOf(id),
      noteSent: (id, note) => files.noteSent(id, note),
      hub: this.hub,
    });
    this.#copies = new CopyService({
      clock,
      settings,
      clients,
      store: this.#store,
      book: this.#book,
      codec: this.#codec,
      index: this.#index,
      registries: this.#registries,
      hosts: this.#hosts,
      rates: this.#rates,
      looking,
      vms: async () => (await this.#vms.list()).vms.filter(({ defect }) => defect === null),
      bandwidth: this.#bandwidth,
      flights,
      slots,
      movedTags,
      noteSent: (id, note) => files.noteSent(id, note),
    });
    this.#tags = new TagService({
      clients,
      book: this.#book,
      hosts: this.#hosts,
      registries: this.#registries,
      store,
      journal,
      read: (host, repository, insecure, signal) =>
        this.#registries.handlers()['repositories.read']({ host, repository, insecure }, signal),
      clock,
      log,
    });
    const savings = new SavingsBook(state);
    const recorder = new SavingsRecorder({
      book: savings,
      clock,
      log,
      emit,
      rates: {
        encodeRate: () => this.#rates.encoderRaw.bytesPerSecond,
        linkRateOf: (registry) => this.#hosts.linkRate([registry]),
      },
    });
    const history = new JobHistory(state, nowMs);
    const images = async (): Promise<Vm[]> => (await this.#vms.images()).filter(({ defect }) => defect === null);
    this.#learner = new IndexService({ index, images, store, history, book, clients, log });
    this.#jobs = new JobQueue({
      clock,
      log,
      emit,
      files,
      history,
      savings: recorder,
      wakefulness,
      chunkSize,
      perform: (job) => {
        const { task } = job.facts;
        return task.kind === 'push' ? this.#pushes.perform(job, task.request) : this.#copies.perform(job, task.request);
      },
      onOver: (id) => snapshots.store.keeper.forgetJob(id),
    });
    const [jobs, registries] = [this.#jobs, this.#registries];
    this.#sample = new SampleService(sampleParts(ports, { emit, jobs, store, savings, index, book, registries }));
    this.#sharing = new SharingService({
      registries: () => this.#registries.list(),
      store,
      index,
      seen: (registry) => seenManifests(state, registry),
    });
    this.#compare = new CompareService({
      looking,
      vms: this.#vms,
      snapshots: () => snapshots.store.kept(null),
      registries: () => this.#sharing.listed(),
      manifests: (digests) => this.#sharing.manifests(digests),
      readManifest: (place, reference, signal) => this.#registries.readManifest(place, reference, signal),
      holders: (digests, signal) => this.#sharing.holders(digests, signal),
      index,
      anyFile: paths.codecWorker,
      clock,
    });
    const settled = async (): Promise<void> => {
      await jobs.recordKilled();
      await recorder.settled();
    };
    this.#report = new ReportService({ book: savings, settled, sharing: this.#sharing.handlers(), clock });
  }

  async open(): Promise<void> {
    await Promise.all([this.#hosts.open(), this.#rates.open(), this.#book.open(), this.#settings.open()]);
    this.#bandwidth.setLimit(this.#settings.current.bandwidthLimit);
    for (const host of this.#book.added()) this.#bandwidth.setHostLimit(host, this.#book.choices(host).bandwidth);
    this.#vms.open();
    this.#snapshots.open();
    this.#jobs.open();
    this.hub.onFirstListener('store.changed', () => this.#store.watch());
  }

  /** Settings changed. */
  async #follow(settings: Settings, before: Settings): Promise<void> {
    this.#bandwidth.setLimit(settings.bandwidthLimit);
    if (settings.tartHome !== before.tartHome) await this.#vms.moveHome();
    if (settings.snapshotBudget !== before.snapshotBudget) await this.#snapshots.keepWithinBudget();
    if (settings.storeFolder !== before.storeFolder) await this.#store.follow();
  }

  handlers(): Handlers<EngineMethodName> {
    const store = this.#store.handlers();
    return {
      ...store,
      ...this.#sample.handlers(),
      ...this.#vms.handlers(),
      ...this.#registries.handlers(),
      ...this.#signIns.handlers(),
      ...this.#registrySettings.handlers(),
      ...this.#settings.handlers(),
      ...this.#snapshots.handlers(),
      ...this.#tags.handlers(),
      ...this.#learner.handlers(),
      // Whoever looks at what is here teaches the index what it is made of.
      'vms.list': async () => {
        const list = await this.#vms.list();
        this.#learner.lookHere(list.vms.filter(({ kind, defect }) => kind === 'image' && defect === null));
        return list;
      },
      'store.list': async (input, signal) => {
        const list = await store['store.list'](input, signal);
        this.#learner.lookHere();
        return list;
      },
      ...this.#sharing.handlers(),
      ...this.#report.handlers(),
      ...this.#compare.handlers(),
      'serve.stop': async (input, signal) => {
        await store['serve.stop'](input, signal);
        await this.#sample.letRegistryGo();
        return null;
      },
      ...jobHandlers({
        pushes: this.#pushes,
        copies: this.#copies,
        jobs: this.#jobs,
        store: this.#store,
        vms: this.#vms,
        slots: this.#slots,
      }),
    };
  }

  runningJobs(): number {
    return this.#jobs.running;
  }

  interruptJobs(): Promise<void> {
    return this.#jobs.close();
  }

  async close(): Promise<void> {
    await this.#sample.close();
    await this.#learner.close();
    await this.#jobs.close();
    await this.#pushes.close();
    // At once: ending a thread takes as long as all else. The state goes last, because they write to it.
    await Promise.all([this.#snapshots.close(), this.#store.close(), this.#vms.close(), this.#codec.close()]);
    await this.#state.close();
  }
}

/** Joins the rooms into an engine. Two engines can live in one process. @throws AppError `state.unavailable` */
export async function createEngine(ports: EnginePorts): Promise<Engine> {
  try {
    await makeFolder(ports.paths.stateHome);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new AppError('state.unavailable', { reason: `${ports.paths.stateHome}: ${reason}` }, { cause });
  }
  const state = await openState({
    directory: ports.paths.stateHome,
    workerFile: ports.paths.stateWorker,
    clock: ports.clock,
    log: ports.log,
    started: ports.startedState ?? null,
  });
  const engine = new JoinedEngine(ports, state);
  await engine.open();
  return {
    handlers: engine.handlers(),
    on: engine.hub.on,
    runningJobs: () => engine.runningJobs(),
    interruptJobs: () => engine.interruptJobs(),
    close: () => engine.close(),
  };
}
