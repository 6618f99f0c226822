import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Emit, Handlers } from '../../../shared/contract/handlers.ts';
import type { EngineMethodName } from '../../../shared/contract/methods.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { FINAL_JOB_STATES, type JobSummary } from '../../../shared/models/job.ts';
import { SAMPLE_REPOSITORY, SAMPLE_VM_ID, type SampleState } from '../../../shared/models/sample.ts';
import type { ServeState } from '../../../shared/models/store.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import type { Clock, Log } from '../ports.ts';
import { JsonFile } from '../state/json-file.ts';
import { readVmRow } from '../tart/vm-row.ts';
import { CHANGED_FILE, dataOfChunks, SAMPLE_CHUNK, SAMPLE_DISK_SIZE, SAMPLE_FILES } from './sample-disk.ts';
import { changeSampleDisk, makeSampleVm, SAMPLE_DATA, SAMPLE_NAME, sampleFolder } from './sample-vm.ts';

type SampleMethodName = Extract<EngineMethodName, `sample.${string}`>;

/** How far the making is, is told at most this often. ms */
const SHOWN_MS = 100;
/** How often a job that was cancelled is looked at, and how long it may take to end. ms */
const ENDING = { lookMs: 50, mostMs: 15_000 } as const;

/** Two pushes leave 91 MB in the store (seen), beside the files of the disk. Bytes. */
const ROOM = SAMPLE_DATA + 91_000_000;

const recordSchema = z.object({
  changedMs: z.number().nullable(),
  /** Where the registry of this computer listened while the sample was there. */
  addresses: z.array(z.string()),
  /** That registry was switched on for the sample, and nobody switched it since then. */
  switchedOn: z.boolean(),
});
type SampleRecord = z.infer<typeof recordSchema>;
const EMPTY_RECORD: SampleRecord = { changedMs: null, addresses: [], switchedOn: false };

/** What the sample needs of the engine around it. */
export interface SampleParts {
  /** Folder of the sample's Tart home and record; made and removed as a whole. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: Emit;
  readonly jobs: {
    list(): Promise<readonly JobSummary[]>;
    cancel(id: string): Promise<void>;
    remove(id: string): Promise<void>;
  };
  /** The registry of this computer. */
  readonly serve: {
    state(): Promise<ServeState>;
    start(port: number | null): Promise<ServeState>;
    stop(): Promise<void>;
  };
  /** Takes a repository out of the local store, with its blobs. */
  readonly dropImages: (repository: string) => Promise<void>;
  /** Forgets what is known of a repository of a registry. */
  readonly forget: (registry: string, repository: string) => Promise<void>;
}

/**
 * The sample VM of a state folder, in a Tart home of its own: it is made, changed and removed here, and everything else treats
 * it as any other VM. What stands is read from the disk, so that trying goes on after a restart.
 */
export class SampleService {
  readonly #parts: SampleParts;
  readonly #recordFile: JsonFile<SampleRecord>;
  #stage: 'making' | 'removing' | null = null;
  #written = 0;
  readonly #lifetime = new AbortController();
  /** One act at a time. */
  #acts: Promise<unknown> = Promise.resolve();

  constructor(parts: SampleParts) {
    this.#parts = parts;
    this.#recordFile = new JsonFile(join(parts.folder, 'sample.json'), recordSchema, EMPTY_RECORD, parts.log);
  }

  /** The Tart home that holds the sample VM alone. */
  get tartHome(): string {
    return join(this.#parts.folder, 'tart');
  }

  async #isMade(): Promise<boolean> {
    return await stat(sampleFolder(this.tartHome)).then(
      () => true,
      () => false,
    );
  }

  /** The sample as a row of the Local pane; none where it was not made. */
  async rows(): Promise<Vm[]> {
    if (!(await this.#isMade())) return [];
    const naming = { id: SAMPLE_VM_ID, kind: 'vm', name: SAMPLE_NAME, tags: [], digest: null } as const;
    return [await readVmRow(sampleFolder(this.tartHome), { ...naming, tags: [] })];
  }

  /** Where the sample stands. */
  async state(): Promise<SampleState> {
    const [made, record, serve] = await Promise.all([
      this.#isMade(),
      this.#recordFile.read(),
      this.#parts.serve.state(),
    ]);
    return {
      stage: this.#stage ?? (made ? 'made' : 'none'),
      written: this.#written,
      dataSize: SAMPLE_DATA,
      diskSize: SAMPLE_DISK_SIZE,
      roomSize: ROOM,
      chunkSize: SAMPLE_CHUNK,
      chunks: dataOfChunks(),
      changedFile: {
        path: CHANGED_FILE,
        size: SAMPLE_FILES.find(({ path }) => path === CHANGED_FILE)?.length ?? 0,
      },
      changedMs: made ? record.changedMs : null,
      address: serve.on ? serve.address : null,
    };
  }

  /** The methods of the contract that the sample answers. */
  handlers(): Handlers<SampleMethodName> {
    return {
      'sample.state': () => this.state(),
      'sample.make': (_nothing, signal) =>
        this.#alone(() => this.#make(AbortSignal.any([signal, this.#lifetime.signal]))),
      'sample.change': () => this.#alone(() => this.#change()),
      'sample.remove': () => this.#alone(() => this.#remove()),
    };
  }

  /** Ends the making of a sample; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#lifetime.abort(new AppError('cancelled'));
    await this.#acts;
  }

  /** Runs an act after those before it, and tells everybody what it led to. */
  async #alone(act: () => Promise<void>): Promise<SampleState> {
    const mine = this.#acts.then(act);
    this.#acts = mine.catch(() => undefined);
    try {
      await mine;
    } finally {
      this.#stage = null;
      await this.#tell();
      this.#parts.emit('vms.changed', null);
    }
    return await this.state();
  }

  async #tell(): Promise<void> {
    this.#parts.emit('sample.changed', await this.state());
  }

  async #make(signal: AbortSignal): Promise<void> {
    if (!(await this.#isMade())) await this.#makeVm(signal);
    const before = await this.#parts.serve.state();
    const serve = before.on ? before : await this.#switchOn();
    if (serve.readOnly)
      throw new AppError('registry.readOnly', { host: serve.address, registry: serve.address, registryMessage: '' });
    await this.#note(({ addresses, switchedOn }) => ({
      addresses: [...new Set([...addresses, serve.address])],
      switchedOn: switchedOn || !before.on,
    }));
  }

  async #note(change: (record: SampleRecord) => Partial<SampleRecord>): Promise<void> {
    const record = await this.#recordFile.read();
    await this.#recordFile.write({ ...record, ...change(record) });
  }

  /** The person switched the registry off: whether it goes on again is no matter of the sample any more. */
  async letRegistryGo(): Promise<void> {
    if (await this.#isMade()) await this.#note(() => ({ switchedOn: false }));
  }

  async #makeVm(signal: AbortSignal): Promise<void> {
    const { folder, clock } = this.#parts;
    this.#stage = 'making';
    this.#written = 0;
    await this.#tell();
    let shownMs = clock.now();
    const onWritten = (bytes: number): void => {
      this.#written = bytes;
      if (clock.now() - shownMs < SHOWN_MS) return;
      shownMs = clock.now();
      void this.#tell();
    };
    await onDisk(folder, async () => {
      // What a crash left half-made.
      await rm(folder, { recursive: true, force: true });
      await makeSampleVm(this.tartHome, onWritten, signal);
    });
  }

  /** Switches the registry of this computer on; at another port where the usual one is in use. */
  async #switchOn(): Promise<ServeState & { readonly on: true }> {
    const { serve } = this.#parts;
    const started = await serve.start(null).catch(async (thrown: unknown) => {
      if (toAppError(thrown).code !== 'serve.portBusy') throw thrown;
      return await serve.start(0);
    });
    if (!started.on) throw new AppError('internal', { message: 'the registry did not start' });
    return started;
  }

  async #change(): Promise<void> {
    const { folder, clock } = this.#parts;
    if (!(await this.#isMade())) throw new AppError('vm.notFound', { name: SAMPLE_NAME, tartHome: this.tartHome });
    if ((await this.#activeJobs()).length > 0) throw new AppError('vm.busy', { name: SAMPLE_NAME });
    await onDisk(folder, () => changeSampleDisk(this.tartHome));
    await this.#note(() => ({ changedMs: clock.now() }));
  }

  async #jobs(): Promise<readonly JobSummary[]> {
    return (await this.#parts.jobs.list()).filter(({ vmId }) => vmId === SAMPLE_VM_ID);
  }

  async #activeJobs(): Promise<readonly JobSummary[]> {
    return (await this.#jobs()).filter(({ state }) => !FINAL_JOB_STATES.includes(state));
  }

  async #remove(): Promise<void> {
    const { folder, jobs, serve, dropImages, forget } = this.#parts;
    this.#stage = 'removing';
    await this.#tell();
    await this.#endJobs();
    for (const { id } of await this.#jobs()) await jobs.remove(id);
    await dropImages(SAMPLE_REPOSITORY);
    const { addresses, switchedOn } = await this.#recordFile.read();
    if (switchedOn) await serve.stop();
    await onDisk(folder, () => rm(folder, { recursive: true, force: true }));
    for (const address of addresses) await forget(address, SAMPLE_REPOSITORY);
  }

  /** Cancels what pushes the sample, here or in another process. @throws AppError `vm.busy` */
  async #endJobs(): Promise<void> {
    const { clock, jobs } = this.#parts;
    const asked = new Set<string>();
    const sinceMs = clock.now();
    for (;;) {
      const active = await this.#activeJobs();
      if (active.length === 0) return;
      if (clock.now() - sinceMs > ENDING.mostMs) throw new AppError('vm.busy', { name: SAMPLE_NAME });
      for (const { id } of active.filter((job) => !asked.has(job.id))) {
        asked.add(id);
        // It may have ended between the two looks.
        await jobs.cancel(id).catch((thrown: unknown) => this.#parts.log.debug('not cancelled', { id, thrown }));
      }
      await clock.sleep(ENDING.lookMs, this.#lifetime.signal);
    }
  }
}

/** Does work in a folder; what the file system refuses becomes `file.unwritable`. */
async function onDisk(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause instanceof AppError) throw cause;
    if (typeof cause.code !== 'string' || cause.name === 'AbortError') throw cause;
    throw new AppError('file.unwritable', { path, reason: cause.code }, { cause });
  }
}
