import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FromBlobWorker, ToBlobWorker } from './blob-worker-protocol.ts';

const BLOCK_SIZE = 512 * 1024;
/** Blocks of all writers together: 32 MiB is the most that bodies take in memory, however many clients there are. */
const MOST_BLOCKS = 64;
/** Blocks of one file that wait for the worker: 3 MiB. */
const MOST_WAITING = 6;

/** Digest and bytes of a file. */
export interface FileDigest {
  readonly digest: string;
  readonly size: number;
}

/** How a task is followed and ended. */
export interface FileTaskOptions {
  readonly signal: AbortSignal;
  /** Bytes done since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

interface Slot {
  readonly worker: Worker;
  readonly listeners: Map<number, (message: FromBlobWorker) => void>;
}

/** A staged file that bytes are appended to; hashed and written in a worker. */
export interface Appending {
  /** Bytes that were given so far, those before it was opened among them. */
  readonly size: number;
  /** Copies `bytes`; waits while too much is on its way to the disk. @throws AppError `store.full`, `file.unwritable` */
  push(bytes: Uint8Array): Promise<void>;
  /**
   * Takes a body to its end. A body that is cut leaves what came of it, and this rejects.
   * @throws AppError `store.full`, `file.unwritable`; the stream's own error
   */
  consume(body: Readable): Promise<void>;
  /** Closes the file; a later {@link BlobWriters.append} goes on with its hash. Answers its bytes. */
  pause(): Promise<number>;
  /** Brings the file to the disk and answers what it is. */
  seal(): Promise<FileDigest>;
  /** Closes the file if it is still open; its owner discards it. */
  abandon(): Promise<void>;
}

/** The error of a file that cannot be read or written. */
export function fileError(reason: string, path: string): AppError {
  if (reason === 'cancelled') return new AppError('cancelled');
  if (reason === 'ENOSPC' || reason === 'EDQUOT') return new AppError('store.full', { path, budget: null });
  return new AppError('file.unwritable', { path, reason });
}

/**
 * Worker threads that hash and write blobs, so that the event loop never does. Bodies reach them through a fixed set of
 * shared blocks: bounded memory, and nothing for the garbage collector. Started when first needed; the owner closes them.
 */
export class BlobWriters {
  readonly #workerFile: string;
  readonly #size: number;
  readonly #slots: Slot[] = [];
  /** Which worker holds the hash of a paused file. */
  readonly #homes = new Map<string, Slot>();
  readonly #free: SharedArrayBuffer[] = [];
  readonly #wanting: (() => void)[] = [];
  readonly #filling = new Set<AppendingFile>();
  #made = 0;
  #nextId = 1;
  #closed = false;

  constructor(options: { readonly workerFile: string; readonly workers: number }) {
    this.#workerFile = options.workerFile;
    this.#size = options.workers;
  }

  /** Opens a staged file to append at `offset` bytes. */
  append(path: string, offset: number): Appending {
    const slot = this.#homes.get(path) ?? this.#slot();
    this.#homes.set(path, slot);
    const file: AppendingFile = new AppendingFile(path, offset, {
      post: (message) => slot.worker.postMessage({ ...message, id: file.id }),
      take: () => this.#takeBlock(),
      takeNow: () => this.#freeBlock(),
      give: (block) => this.#giveBlock(block),
      filling: (is) => (is ? this.#filling.add(file) : this.#filling.delete(file)),
      ended: (sealed) => {
        slot.listeners.delete(file.id);
        if (sealed) this.#homes.delete(path);
      },
      id: this.#nextId++,
    });
    slot.listeners.set(file.id, (message) => file.receive(message));
    slot.worker.postMessage({ type: 'open', id: file.id, path, offset } satisfies ToBlobWorker);
    return file;
  }

  /** Lets go what is kept of a staged file that will not be appended to again. */
  forget(path: string): void {
    const slot = this.#homes.get(path);
    this.#homes.delete(path);
    slot?.worker.postMessage({ type: 'forget', path } satisfies ToBlobWorker);
  }

  /** Hashes a file. @throws AppError `file.unreadable`, `cancelled` */
  async hash(path: string, options: FileTaskOptions): Promise<FileDigest> {
    return await this.#task((id) => ({ type: 'hash', id, path }), options);
  }

  /** Copies a file into a new one, on the disk when this returns. @throws AppError `store.full`, `file.unreadable`, `cancelled` */
  async copy(from: string, to: string, options: FileTaskOptions): Promise<FileDigest> {
    return await this.#task((id) => ({ type: 'copy', id, from, to }), options);
  }

  #slot(): Slot {
    if (this.#closed) throw new AppError('cancelled');
    const [first, ...others] = this.#slots;
    const least = others.reduce(
      (found, slot) => (slot.listeners.size < (found?.listeners.size ?? 0) ? slot : found),
      first,
    );
    if (least !== undefined && (least.listeners.size === 0 || this.#slots.length >= this.#size)) return least;
    const worker = new Worker(this.#workerFile, { name: 'blobs' });
    const slot: Slot = { worker, listeners: new Map() };
    this.#slots.push(slot);
    const lost = (): void => {
      const at = this.#slots.indexOf(slot);
      if (at !== -1) this.#slots.splice(at, 1);
      for (const [path, home] of this.#homes) if (home === slot) this.#homes.delete(path);
      for (const [id, listener] of slot.listeners) listener({ type: 'failed', id, reason: 'worker', path: '' });
    };
    // Only blob-worker.ts of the same build posts here; its messages have this type.
    worker.on('message', (message: FromBlobWorker) => slot.listeners.get(message.id)?.(message));
    worker.on('error', lost);
    worker.on('exit', lost);
    return slot;
  }

  async #task(message: (id: number) => ToBlobWorker, { signal, onProgress }: FileTaskOptions): Promise<FileDigest> {
    signal.throwIfAborted();
    const slot = this.#slot();
    const id = this.#nextId++;
    const cancel = (): void => slot.worker.postMessage({ type: 'cancel', id } satisfies ToBlobWorker);
    try {
      return await new Promise<FileDigest>((resolve, reject) => {
        slot.listeners.set(id, (answer) => {
          if (answer.type === 'progress') onProgress?.(answer.bytes);
          if (answer.type === 'done') resolve({ digest: answer.digest, size: answer.size });
          if (answer.type === 'failed') reject(taskError(answer.reason, answer.path));
        });
        signal.addEventListener('abort', cancel, { once: true });
        slot.worker.postMessage(message(id));
      });
    } finally {
      signal.removeEventListener('abort', cancel);
      slot.listeners.delete(id);
    }
  }

  #freeBlock(): SharedArrayBuffer | null {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made >= MOST_BLOCKS) return null;
    this.#made += 1;
    return new SharedArrayBuffer(BLOCK_SIZE);
  }

  async #takeBlock(): Promise<SharedArrayBuffer> {
    for (;;) {
      const free = this.#freeBlock();
      if (free !== null) return free;
      // Slow clients must not sit on half-filled blocks while others have none.
      for (const file of this.#filling) file.flush();
      await new Promise<void>((resolve) => this.#wanting.push(resolve));
    }
  }

  #giveBlock(block: SharedArrayBuffer): void {
    this.#free.push(block);
    this.#wanting.shift()?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.map(({ worker }) => worker.terminate()));
  }
}

/** Reading was the fault unless the disk is full. */
function taskError(reason: string, path: string): AppError {
  const error = fileError(reason, path);
  return error.code === 'file.unwritable' ? new AppError('file.unreadable', { path, reason }) : error;
}

type Unnumbered<Message> = Message extends unknown ? Omit<Message, 'id'> : never;

interface AppendingHost {
  readonly id: number;
  post(message: Unnumbered<Exclude<ToBlobWorker, { type: 'forget' }>>): void;
  /** A free block; waits for one. */
  take(): Promise<SharedArrayBuffer>;
  /** A free block if there is one. */
  takeNow(): SharedArrayBuffer | null;
  give(block: SharedArrayBuffer): void;
  filling(is: boolean): unknown;
  ended(sealed: boolean): void;
}

class AppendingFile implements Appending {
  readonly #host: AppendingHost;
  readonly #path: string;
  readonly #sent: SharedArrayBuffer[] = [];
  #block: SharedArrayBuffer | null = null;
  #filled = 0;
  #size: number;
  #failure: AppError | null = null;
  #ended = false;
  #wake: () => void = () => undefined;
  #settle: (message: FromBlobWorker) => void = () => undefined;

  constructor(path: string, offset: number, host: AppendingHost) {
    this.#path = path;
    this.#host = host;
    this.#size = offset;
  }

  get id(): number {
    return this.#host.id;
  }

  get size(): number {
    return this.#size;
  }

  receive(message: FromBlobWorker): void {
    if (message.type === 'took') {
      const block = this.#sent.shift();
      if (block !== undefined) this.#host.give(block);
      this.#wake();
      return;
    }
    if (message.type === 'failed') {
      this.#failure ??= fileError(message.reason, this.#path);
      // A worker that is gone answers no block.
      if (message.reason === 'worker') for (const block of this.#sent.splice(0)) this.#host.give(block);
      this.#wake();
    }
    this.#settle(message);
  }

  async push(bytes: Uint8Array): Promise<void> {
    let at = this.#pushNow(bytes);
    while (at < bytes.length) {
      await this.#room();
      if (this.#failure !== null) throw this.#failure;
      at += this.#pushNow(bytes.subarray(at));
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Takes what can be taken without waiting, and says how many bytes that were. */
  #pushNow(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.#failure === null) {
      if (this.#block === null && !this.#begin(this.#sent.length < MOST_WAITING ? this.#host.takeNow() : null)) break;
      if (this.#block === null) break;
      const part = Math.min(bytes.length - at, BLOCK_SIZE - this.#filled);
      new Uint8Array(this.#block, this.#filled, part).set(bytes.subarray(at, at + part));
      this.#filled += part;
      this.#size += part;
      at += part;
      if (this.#filled === BLOCK_SIZE) this.flush();
    }
    return at;
  }

  #begin(block: SharedArrayBuffer | null): boolean {
    if (block === null) return false;
    this.#block = block;
    this.#host.filling(true);
    return true;
  }

  /** Waits until the worker has taken a block of this file, or any block is free. */
  async #room(): Promise<void> {
    if (this.#sent.length < MOST_WAITING) {
      this.#begin(await this.#host.take());
      return;
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Sends a block on its way, full or not. */
  flush(): void {
    const block = this.#block;
    if (block === null || this.#filled === 0) return;
    this.#host.post({ type: 'block', block, length: this.#filled });
    this.#sent.push(block);
    this.#block = null;
    this.#filled = 0;
    this.#host.filling(false);
  }

  async consume(body: Readable): Promise<void> {
    // Not `for await`: it would join what has been buffered into one more copy.
    await new Promise<void>((resolve, reject) => {
      let pushing: Promise<void> | null = null;
      let ended = false;
      const fail = (error: unknown): void => {
        body.off('data', onData);
        const tell = (): void => reject(error instanceof Error ? error : new Error('aborted'));
        // What came before the cut still goes to the disk.
        (pushing ?? Promise.resolve()).then(tell, tell);
      };
      const onData = (bytes: Uint8Array): void => {
        const taken = this.#pushNow(bytes);
        if (taken === bytes.length) return;
        body.pause();
        const mine = this.push(bytes.subarray(taken));
        pushing = mine;
        mine.then(() => {
          pushing = null;
          if (ended) resolve();
          else body.resume();
        }, fail);
      };
      body.on('data', onData);
      body.once('end', () => {
        ended = true;
        if (pushing === null) resolve();
      });
      body.once('error', fail);
      body.once('close', () => {
        if (!ended) fail(new Error('aborted'));
      });
    });
  }

  async pause(): Promise<number> {
    const answer = await this.#end({ type: 'pause' }, false);
    return answer.type === 'paused' ? answer.size : this.#size;
  }

  async seal(): Promise<FileDigest> {
    const answer = await this.#end({ type: 'seal' }, true);
    if (answer.type !== 'done') throw new AppError('internal', { message: 'a sealed file has a digest' });
    return { digest: answer.digest, size: answer.size };
  }

  async abandon(): Promise<void> {
    if (!this.#ended) await this.pause().catch(() => undefined);
  }

  async #end(message: { readonly type: 'pause' | 'seal' }, sealed: boolean): Promise<FromBlobWorker> {
    this.#ended = true;
    this.flush();
    if (this.#block !== null) {
      this.#host.give(this.#block);
      this.#host.filling(false);
      this.#block = null;
    }
    try {
      return await new Promise<FromBlobWorker>((resolve, reject) => {
        this.#settle = (answer) => {
          if (answer.type === 'failed') reject(this.#failure ?? fileError(answer.reason, this.#path));
          else if (answer.type !== 'progress') resolve(answer);
        };
        if (this.#failure?.params['reason'] === 'worker') reject(this.#failure);
        else this.#host.post(message);
      });
    } finally {
      this.#host.ended(sealed);
    }
  }
}
