import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FromBlobWorker, ToBlobWorker } from './blob-worker-protocol.ts';

if (parentPort === null) throw new AppError('internal', { message: 'the blob worker runs in a worker thread only' });
const port = parentPort;

/** Bytes read at once; between two reads other messages have their turn. */
const READ_SIZE = 1024 * 1024;

/** A staged file that is being appended to. */
interface Appending {
  readonly path: string;
  readonly descriptor: number;
  size: number;
  /** Of the bytes so far; null where they were written by somebody else (an app that ended): hashed at the end. */
  hash: Hash | null;
  /** errno name of the write that failed; nothing is written after it. */
  failed: string | null;
}

const open = new Map<number, Appending>();
/** Hashes of staged files between two parts of an upload. One entry a session: their number is limited. */
const paused = new Map<string, { readonly hash: Hash; readonly size: number }>();
const cancelled = new Set<number>();
let readBuffer: Buffer | null = null;

function tell(message: FromBlobWorker): void {
  port.postMessage(message);
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

function start(id: number, path: string, offset: number): void {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  ftruncateSync(descriptor, offset);
  const known = paused.get(path);
  paused.delete(path);
  const hash = offset === 0 ? createHash('sha256') : known?.size === offset ? known.hash : null;
  open.set(id, { path, descriptor, size: offset, hash, failed: null });
}

function append(id: number, file: Appending, bytes: Uint8Array): void {
  if (file.failed !== null) return;
  const before = file.size;
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file.descriptor, bytes, at, bytes.length - at, before + at);
    file.size = before + bytes.length;
    file.hash?.update(bytes);
  } catch (thrown) {
    file.failed = reasonOf(thrown);
    ftruncateSync(file.descriptor, before);
    tell({ type: 'failed', id, reason: file.failed, path: file.path });
  }
}

/** Hashes a file from its start. */
async function hashOf(id: number, descriptor: number, path: string): Promise<{ hash: Hash; size: number }> {
  readBuffer ??= Buffer.allocUnsafeSlow(READ_SIZE);
  const hash = createHash('sha256');
  let size = 0;
  for (;;) {
    const length = readSync(descriptor, readBuffer, 0, READ_SIZE, size);
    if (length === 0) return { hash, size };
    hash.update(readBuffer.subarray(0, length));
    size += length;
    tell({ type: 'progress', id, bytes: length });
    await nextTurn();
    if (cancelled.has(id)) throw Object.assign(new Error(path), { code: 'cancelled' });
  }
}

async function seal(id: number, file: Appending): Promise<void> {
  try {
    if (file.failed !== null) throw Object.assign(new Error(file.path), { code: file.failed });
    const hash = file.hash ?? (await hashOf(id, file.descriptor, file.path)).hash;
    fdatasyncSync(file.descriptor);
    tell({ type: 'done', id, digest: `sha256:${hash.digest('hex')}`, size: file.size });
  } finally {
    open.delete(id);
    closeSync(file.descriptor);
  }
}

function pause(id: number, file: Appending): void {
  open.delete(id);
  closeSync(file.descriptor);
  if (file.hash !== null) paused.set(file.path, { hash: file.hash, size: file.size });
  if (file.failed === null) tell({ type: 'paused', id, size: file.size });
  else tell({ type: 'failed', id, reason: file.failed, path: file.path });
}

async function hashFile(id: number, path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    const { hash, size } = await hashOf(id, descriptor, path);
    tell({ type: 'done', id, digest: `sha256:${hash.digest('hex')}`, size });
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the file could be made of shared blocks. */
function cloned(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    // Another volume, or a file system that shares no blocks: the bytes are copied.
    return false;
  }
}

async function copyFile(id: number, from: string, to: string): Promise<void> {
  const shared = cloned(from, to);
  const source = openSync(shared ? to : from, constants.O_RDONLY);
  try {
    if (!fstatSync(source).isFile()) throw Object.assign(new Error(from), { code: 'notFile' });
    const target = shared ? source : openSync(to, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644);
    try {
      const { hash, size } = shared ? await hashOf(id, source, from) : await copyBytes(id, source, target, from);
      fdatasyncSync(target);
      tell({ type: 'done', id, digest: `sha256:${hash.digest('hex')}`, size });
    } finally {
      if (target !== source) closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

async function copyBytes(
  id: number,
  source: number,
  target: number,
  path: string,
): Promise<{ hash: Hash; size: number }> {
  // A buffer of its own: other tasks read into the shared one between two turns.
  const buffer = Buffer.allocUnsafeSlow(READ_SIZE);
  const hash = createHash('sha256');
  let size = 0;
  for (;;) {
    const length = readSync(source, buffer, 0, READ_SIZE, size);
    if (length === 0) return { hash, size };
    const bytes = buffer.subarray(0, length);
    hash.update(bytes);
    for (let at = 0; at < length; ) at += writeSync(target, bytes, at, length - at, size + at);
    size += length;
    tell({ type: 'progress', id, bytes: length });
    await nextTurn();
    if (cancelled.has(id)) throw Object.assign(new Error(path), { code: 'cancelled' });
  }
}

function opened(id: number): Appending {
  const file = open.get(id);
  // Its opening failed, and said so.
  if (file === undefined) throw Object.assign(new Error('not open'), { code: 'notOpen' });
  return file;
}

async function perform(message: ToBlobWorker): Promise<void> {
  switch (message.type) {
    case 'open':
      start(message.id, message.path, message.offset);
      return;
    case 'block': {
      const file = open.get(message.id);
      if (file !== undefined) append(message.id, file, new Uint8Array(message.block, 0, message.length));
      tell({ type: 'took', id: message.id });
      return;
    }
    case 'pause':
      pause(message.id, opened(message.id));
      return;
    case 'seal':
      await seal(message.id, opened(message.id));
      return;
    case 'forget':
      paused.delete(message.path);
      return;
    case 'hash':
      await hashFile(message.id, message.path);
      return;
    case 'copy':
      await copyFile(message.id, message.from, message.to);
      return;
    case 'cancel':
      cancelled.add(message.id);
      return;
  }
}

function pathOf(message: ToBlobWorker): string {
  if ('path' in message) return message.path;
  if ('from' in message) return message.from;
  return 'id' in message ? (open.get(message.id)?.path ?? '') : '';
}

// Only blob-writers.ts of the same build posts here; its messages have this type.
port.on('message', (message: ToBlobWorker) => {
  const path = pathOf(message);
  perform(message)
    .catch((thrown: unknown) => {
      if ('id' in message) tell({ type: 'failed', id: message.id, reason: reasonOf(thrown), path });
    })
    .finally(() => {
      if ('id' in message && message.type !== 'cancel') cancelled.delete(message.id);
    })
    .catch(() => undefined);
});
