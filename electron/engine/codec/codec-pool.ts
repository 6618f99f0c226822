import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { FileState } from '../file-state.ts';
import type {
  CodecResult,
  CodecTask,
  FileRange,
  FromWorker,
  SinkSpec,
  TaskProgress,
  ToWorker,
} from './codec-protocol.ts';
import { startCodecWorker } from './codec-start.ts';
import { takesFurtherTask, waitsForNetwork } from './further-task.ts';
import { IdleProcessors } from './idle-processors.ts';
import { PieceBudget } from './piece-budget.ts';
import { FairTurns, type Share } from './share.ts';
import { directiveOf, type SinkHost } from './sink-host.ts';

/** Piece buffers of all workers together. */
const PIECE_BUDGET = 48 * 1024 * 1024;
/** Bytes of a piece unless a registry demands more. */
export const PIECE_SIZE = 8 * 1024 * 1024;

/** How often it is looked at which workers wait for the network, in ms. */
const LOOK_MS = 100;
/**
 * Packed bytes that a pass may make before the network takes them while its worker has nothing else to do. The last chunk of
 * a disk often ends in zeros, whose hashing takes a tenth of a second and makes next to no bytes: this is 0.14 s of 1 Gbit/s.
 */
const AHEAD = 16 * 1024 * 1024;
/** A sink that takes nothing for so long, in ms, no longer holds up the others: it gets the bytes in a pass of its own. */
const PATIENCE_MS = 15_000;

/** How a task is followed and ended. */
export interface TaskOptions {
  readonly signal: AbortSignal;
  /** Called when a worker has taken the task. */
  readonly onStarted?: () => void;
  /** Called at most ten times a second; the last bytes are told by the result alone. */
  readonly onProgress?: (progress: TaskProgress) => void;
  /** Whose task it is: workers are shared evenly. */
  readonly share?: Share;
  /** Whether others of the same job will follow: then nothing is made ahead of the network. They do not unless it is given. */
  readonly followed?: () => boolean;
}

/** A range to hash. */
export interface HashInput extends FileRange {
  readonly path: string;
  /** The state that the answer is to be of: a file that was changed, or another one in its place, is `vm.diskChanged`. */
  readonly state?: FileState;
  /** Data ranges; what lies outside is a hole. Undefined = read everything. */
  readonly runs?: readonly FileRange[];
}

/** A range to encode. */
export interface EncodeInput extends HashInput {
  readonly form: 'lz4' | 'raw';
  readonly sinks: readonly SinkSpec[];
  /** Bytes; at most 48 MiB. */
  readonly pieceSize?: number;
  /** ms for which a sink that takes nothing may hold up others; 15 s unless given. */
  readonly patience?: number;
  /** Known, and so not hashed again: the packed digest, known too, will tell whether it is still true. */
  readonly rawDigest?: string;
}

interface Running {
  readonly options: TaskOptions;
  readonly sinkHost: SinkHost | null;
  /** Whether it sends one body alone. */
  readonly streams: boolean;
  /** Bytes of the budget that it was given to be ahead of the network. */
  ahead: number;
  /** Whether its worker only waits for answers. */
  encoded: boolean;
  resolve(result: CodecResult): void;
  reject(error: unknown): void;
}

/** Tasks that belong to no job. */
const NOBODYS: Share = { weight: 1 };

/** A task that no worker has taken. */
interface Waiting {
  readonly share: Share;
  start(slot: Slot): void;
  drop(): void;
}

/** The state alone: callers give what they know of a file, which may be more. */
function stateOf(state: FileState | null): FileState | null {
  if (state === null) return null;
  const { inode, size, mtimeNs, ctimeNs } = state;
  return { inode, size, mtimeNs, ctimeNs };
}

/** Whether one body takes all that a task makes. */
function isStream(task: CodecTask): boolean {
  return task.kind === 'encode' && task.sinks.length === 1 && task.sinks[0]?.mode === 'body';
}

interface Slot {
  readonly worker: Worker;
  readonly tasks: Map<number, Running>;
  /** At the last look; null if it has begun something since. */
  seen: EventLoopUtilization | null;
}

/** Tasks for which a worker has something to do, by number. */
function workOf(slot: Slot): (readonly [id: number, task: Running])[] {
  return [...slot.tasks].filter(([, { encoded }]) => !encoded);
}

/**
 * Worker threads that read, hash, encode and send. Started when first needed; owner closes them.
 *
 * Memory per worker: about 20 MiB for the thread with undici and wasm, 6 MiB per task in flight, and its share of the
 * 48 MiB of piece buffers; a pass that would exceed the budget waits. A pass whose sinks all take a body needs no piece, but
 * the last ones may take 16 MiB each of the same budget to be ahead of a slow network.
 *
 * A task waits until a worker has nothing to do but to wait for answers, or is seen to wait for the network: work that is
 * bound to a worker too early leaves the others without any at the end. Of those that wait, one goes first whose job was given
 * the fewest bytes of late, for its weight.
 *
 * A worker that dies fails its tasks with `internal`; the next task starts another one.
 */
export class CodecPool {
  readonly #workerFile: string;
  readonly #wasmFile: string;
  readonly #size: number;
  /** Workers that run already, until they are needed. */
  readonly #started: Worker[];
  readonly #processors = new IdleProcessors();
  readonly #slots: Slot[] = [];
  /** Workers that finish what they have and end then. */
  readonly #retired = new Set<Slot>();
  /** Tasks that no worker has taken, in the order of the calls. */
  readonly #queue: Waiting[] = [];
  /** Whose task goes first, by the bytes of those that went. */
  readonly #turns = new FairTurns();
  #look: NodeJS.Timeout | null = null;
  #nextId = 1;
  #closed = false;
  readonly #pieces = new PieceBudget(PIECE_BUDGET);

  /** @param options.started workers of the same files that run already: the pool's from now on */
  constructor(options: {
    readonly workerFile: string;
    readonly wasmFile: string;
    readonly workers: number;
    readonly started?: readonly Worker[];
  }) {
    this.#workerFile = options.workerFile;
    this.#wasmFile = options.wasmFile;
    this.#size = options.workers;
    this.#started = [...(options.started ?? [])];
  }

  /** Worker threads at most. */
  get workers(): number {
    return this.#size;
  }

  /** @throws AppError `file.unreadable`, `vm.gone`, `vm.diskChanged` (it ends early, or is not in its state), `cancelled` */
  async hash(input: HashInput, options: TaskOptions): Promise<CodecResult> {
    const { path, offset, length, runs = null, state = null } = input;
    return await this.#run(
      { kind: 'hash', path, state: stateOf(state), range: { offset, length }, runs },
      null,
      options,
    );
  }

  /** Encodes to every sink, or to nowhere. Errors as {@link CodecPool.hash}; a sink that fails is dropped, not thrown. */
  async encode(input: EncodeInput, options: TaskOptions & { readonly sinkHost?: SinkHost }): Promise<CodecResult> {
    const { path, offset, length, runs = null, form, sinks, rawDigest = null, patience = PATIENCE_MS } = input;
    const state = stateOf(input.state ?? null);
    const pieceSize = Math.min(input.pieceSize ?? PIECE_SIZE, PIECE_BUDGET);
    const range = { offset, length };
    const task: CodecTask = { kind: 'encode', path, state, range, runs, form, sinks, pieceSize, patience, rawDigest };
    return await this.withPiece(sinks.some(({ mode }) => mode === 'pieces') ? pieceSize : 0, options.signal, () =>
      this.#run(task, options.sinkHost ?? null, options),
    );
  }

  /** Does work that holds one piece of `bytes` in memory, when the budget of all pieces has room for it. */
  async withPiece<Result>(bytes: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const held = Math.min(bytes, PIECE_BUDGET);
    await this.#pieces.take(held, signal);
    try {
      return await work();
    } finally {
      this.#pieces.giveBack(held);
    }
  }

  /** Starts workers for `tasks` tasks that will come, so that the first of them does not wait for a thread to load. */
  warm(tasks: number): void {
    if (this.#closed) return;
    while (this.#slots.length < Math.min(tasks, this.#size)) this.#start();
  }

  /** Gives waiting tasks to workers without one, and looks again later whether others have room. */
  #dispatch(): void {
    while (this.#queue.length > 0) {
      const free = this.#slots.find((one) => workOf(one).length === 0);
      const slot = free ?? (this.#slots.length < this.#size ? this.#start() : null);
      if (slot === null) break;
      this.#startNext(slot);
    }
    if (this.#queue.length === 0 && this.#alone().length === 0) {
      for (const slot of this.#slots) slot.seen = null;
      return;
    }
    if (this.#look !== null) return;
    for (const slot of this.#slots) slot.seen ??= slot.worker.performance.eventLoopUtilization();
    this.#processors.begin();
    this.#look = setTimeout(() => this.#lookForRoom(), LOOK_MS);
  }

  /** Workers that stream one task and will get no other one, because none waits: those that may let it go ahead. */
  #alone(): { readonly slot: Slot; readonly id: number; readonly task: Running }[] {
    if (this.#queue.length > 0) return [];
    const running = this.#slots.reduce((sum, slot) => sum + workOf(slot).length, 0);
    if (running > this.#size) return [];
    return this.#slots.flatMap((slot) => {
      const [first, ...further] = workOf(slot);
      if (first === undefined || further.length > 0) return [];
      const [id, task] = first;
      return task.streams && task.ahead === 0 ? [{ slot, id, task }] : [];
    });
  }

  /** Lets the only task of a worker that waited for the network make more before it is taken. */
  #letGoAhead({ slot, id, task }: { readonly slot: Slot; readonly id: number; readonly task: Running }): void {
    if (!this.#pieces.tryTake(AHEAD)) return;
    task.ahead = AHEAD;
    this.#post(slot, { type: 'ahead', id, bytes: AHEAD });
  }

  /** Gives each worker that waited for the network a further task, those with the fewest first, or lets it go ahead. */
  #lookForRoom(): void {
    this.#look = null;
    // Asking reads a file of each processor: only where somebody waits.
    const idle = this.#queue.length === 0 ? 0 : this.#processors.look();
    for (const slot of [...this.#slots].sort((one, other) => workOf(one).length - workOf(other).length)) {
      const { performance } = slot.worker;
      const now = performance.eventLoopUtilization();
      const busy = slot.seen === null ? 1 : performance.eventLoopUtilization(now, slot.seen).utilization;
      const alone = this.#alone().find((one) => one.slot === slot);
      if (alone === undefined) {
        if (takesFurtherTask(busy, idle)) this.#startNext(slot);
      } else if (waitsForNetwork(busy) && alone.task.options.followed?.() !== true) {
        this.#letGoAhead(alone);
      }
      slot.seen = now;
    }
    this.#dispatch();
  }

  #startNext(slot: Slot): void {
    const next = this.#turns.next(this.#queue);
    if (next === undefined) return;
    this.#queue.splice(this.#queue.indexOf(next), 1);
    next.start(slot);
  }

  #start(): Slot {
    const worker = this.#startedWorker() ?? startCodecWorker(this.#workerFile, this.#wasmFile);
    const slot: Slot = { worker, tasks: new Map(), seen: null };
    this.#slots.push(slot);
    const lost = (thrown: unknown): void => {
      const at = this.#slots.indexOf(slot);
      if (at !== -1) this.#slots.splice(at, 1);
      for (const task of slot.tasks.values())
        task.reject(this.#closed ? new AppError('cancelled') : toAppError(thrown));
      slot.tasks.clear();
      if (!this.#closed) this.#dispatch();
    };
    // Only codec-worker.ts of the same build posts here; its messages have this type.
    worker.on('message', (message: FromWorker) => {
      void this.#receive(slot, message);
    });
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`the codec worker ended with ${code}`)));
    return slot;
  }

  /** One that was started ahead and still runs. */
  #startedWorker(): Worker | undefined {
    for (;;) {
      const worker = this.#started.shift();
      // Its thread has no number any more once it has ended.
      if (worker === undefined || worker.threadId !== -1) return worker;
    }
  }

  async #run(task: CodecTask, sinkHost: SinkHost | null, options: TaskOptions): Promise<CodecResult> {
    options.signal.throwIfAborted();
    if (this.#closed) throw new AppError('cancelled');
    const id = this.#nextId++;
    const { share = NOBODYS } = options;
    let taker: { readonly slot: Slot; readonly running: Running } | null = null;
    let cancel = (): void => undefined;
    try {
      return await new Promise<CodecResult>((resolve, reject) => {
        const waiting: Waiting = {
          share,
          start: (slot) => {
            const running: Running = {
              options,
              sinkHost,
              streams: isStream(task),
              ahead: 0,
              encoded: false,
              resolve,
              reject,
            };
            taker = { slot, running };
            this.#turns.serve(share, task.range.length);
            slot.tasks.set(id, running);
            // How busy it was with the last task, whose end waits for the network, says nothing of this one.
            slot.seen = null;
            this.#post(slot, { type: 'start', id, task });
            options.onStarted?.();
          },
          drop: () => reject(new AppError('cancelled')),
        };
        cancel = () => {
          if (taker === null) {
            this.#queue.splice(this.#queue.indexOf(waiting), 1);
            waiting.drop();
          } else {
            this.#post(taker.slot, { type: 'cancel', id });
          }
        };
        options.signal.addEventListener('abort', cancel, { once: true });
        this.#queue.push(waiting);
        this.#dispatch();
      });
    } catch (thrown) {
      options.signal.throwIfAborted();
      throw thrown;
    } finally {
      options.signal.removeEventListener('abort', cancel);
      // Assigned in a callback, which the flow analysis does not follow.
      const taken = taker as { readonly slot: Slot; readonly running: Running } | null;
      if (taken !== null) this.#ended(taken.slot, id, taken.running);
    }
  }

  #ended(slot: Slot, id: number, { ahead }: Running): void {
    if (ahead > 0) this.#pieces.giveBack(ahead);
    slot.tasks.delete(id);
    if (slot.tasks.size === 0 && this.#retired.delete(slot)) void slot.worker.terminate();
    if (!this.#closed) this.#dispatch();
  }

  #retire(slot: Slot): void {
    const at = this.#slots.indexOf(slot);
    if (at === -1) return;
    this.#slots.splice(at, 1);
    this.#retired.add(slot);
  }

  #post(slot: Slot, message: ToWorker): void {
    slot.worker.postMessage(message);
  }

  async #receive(slot: Slot, message: FromWorker): Promise<void> {
    const task = slot.tasks.get(message.id);
    if (task === undefined) return;
    switch (message.type) {
      case 'progress':
        task.options.onProgress?.(message.progress);
        break;
      case 'encoded':
        task.encoded = true;
        if (!this.#closed) this.#dispatch();
        break;
      case 'done':
        task.resolve(message.result);
        break;
      case 'failed':
        task.reject(new AppError(message.code, message.params));
        // Nobody foresaw it, so the worker may be broken: it gets no further task.
        if (message.code === 'internal') this.#retire(slot);
        break;
      case 'ask': {
        const directive = await directiveOf(task.sinkHost, message.sink, message.question);
        this.#post(slot, { type: 'directive', id: message.id, asked: message.asked, directive });
        break;
      }
    }
  }

  /** Ends every worker; tasks that still run end with `cancelled`. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#look !== null) clearTimeout(this.#look);
    for (const waiting of this.#queue.splice(0)) waiting.drop();
    const workers = [...this.#slots, ...this.#retired].map(({ worker }) => worker);
    await Promise.all([...workers, ...this.#started.splice(0)].map((worker) => worker.terminate()));
  }
}
