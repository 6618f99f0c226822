import { parentPort, workerData } from 'node:worker_threads';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { loadCodecModule } from './codec-module.ts';
import type { CodecResult, CodecTask, Directive, FromWorker, Question, ToWorker } from './codec-protocol.ts';
import { EncodePass } from './encode-pass.ts';
import { Encoder } from './encoder.ts';
import { hashRange } from './hash-range.ts';
import { SinkSender } from './sink-sender.ts';
import type { TaskHost } from './task-host.ts';

/** Progress of a task is told at most this often, in ms: each message wakes the main thread. */
const PROGRESS_MS = 100;
/**
 * Without a task for so long, in ms, a worker drops all encoders but one. Not at once: between two layers of a push it often
 * has no task, and what is dropped stays until V8 collects it, which a thread with little garbage does every other minute.
 * A push of 100 GB held 40 MiB of instances that nobody used any more.
 */
const KEPT_MS = 10_000;

// Only codec-pool.ts of the same build starts this; zod would cost each worker its loading.
const { wasmFile } = workerData as { readonly wasmFile: string };
if (parentPort === null) throw new AppError('internal', { message: 'the codec worker runs in a worker thread only' });
const port = parentPort;

const modulePromise = loadCodecModule(wasmFile);
const sender = new SinkSender();
/** Instances and buffers are reused: a task takes one of each and puts it back. */
const idleEncoders: Encoder[] = [];
/** Dropped when no task is left: the budget of all workers' pieces is for those in use. */
const idlePieces: Buffer[] = [];

interface Running {
  readonly controller: AbortController;
  /** Questions without an answer, by number. */
  readonly asked: Map<number, (directive: Directive) => void>;
  /** The pass that it is, once it has begun. */
  pass: EncodePass | null;
  /** Packed bytes that it may make before the network takes them: told once, perhaps before it has begun. */
  ahead: number;
}
const running = new Map<number, Running>();

function tell(message: FromWorker): void {
  port.postMessage(message);
}

function hostOf(id: number, { controller, asked }: Running): TaskHost {
  const { signal } = controller;
  let questions = 0;
  let toldMs = performance.now();
  return {
    signal,
    sender,
    progress: (draw) => {
      const now = performance.now();
      if (now - toldMs < PROGRESS_MS) return;
      toldMs = now;
      tell({ type: 'progress', id, progress: draw() });
    },
    ask: (sink: string, question: Question): Promise<Directive> =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        questions += 1;
        const number = questions;
        const abort = (): void => {
          asked.delete(number);
          reject(new AppError('cancelled'));
        };
        signal.addEventListener('abort', abort, { once: true });
        asked.set(number, (directive) => {
          asked.delete(number);
          signal.removeEventListener('abort', abort);
          resolve(directive);
        });
        tell({ type: 'ask', id, asked: number, sink, question });
      }),
  };
}

function takePiece(size: number): Buffer {
  const at = idlePieces.findIndex((buffer) => buffer.length === size);
  const [found] = at === -1 ? [] : idlePieces.splice(at, 1);
  return found ?? Buffer.allocUnsafeSlow(size);
}

async function perform(id: number, task: CodecTask, own: Running, host: TaskHost): Promise<CodecResult> {
  const encoder = idleEncoders.pop() ?? new Encoder(await modulePromise);
  let held = true;
  const giveBack = (): void => {
    if (held) idleEncoders.push(encoder);
    held = false;
  };
  try {
    if (task.kind === 'hash') return await hashRange(task, encoder.window, host);
    const pieces = task.sinks.some(({ mode }) => mode === 'pieces');
    const piece = pieces ? takePiece(task.pieceSize) : Buffer.alloc(0);
    try {
      own.pass = new EncodePass(task, piece, host);
      if (own.ahead > 0) own.pass.goAhead(own.ahead);
      return await own.pass.run(encoder, () => {
        giveBack();
        tell({ type: 'encoded', id });
      });
    } finally {
      if (pieces) idlePieces.push(piece);
    }
  } finally {
    giveBack();
  }
}

let dropping: NodeJS.Timeout | undefined;

/** Without a task no piece is kept, and after a while but one encoder. */
function release(): void {
  if (running.size > 0) return;
  idlePieces.length = 0;
  dropping = setTimeout(() => {
    idleEncoders.length = Math.min(idleEncoders.length, 1);
  }, KEPT_MS).unref();
}

async function start(id: number, task: CodecTask): Promise<void> {
  const own: Running = { controller: new AbortController(), asked: new Map(), pass: null, ahead: 0 };
  running.set(id, own);
  clearTimeout(dropping);
  try {
    tell({ type: 'done', id, result: await perform(id, task, own, hostOf(id, own)) });
  } catch (thrown) {
    const error = own.controller.signal.aborted ? new AppError('cancelled') : toAppError(thrown);
    tell({ type: 'failed', id, code: error.code, params: error.params });
  } finally {
    running.delete(id);
    release();
  }
}

// Only codec-pool.ts of the same build posts here; its messages have this type.
port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void start(message.id, message.task);
      break;
    case 'directive':
      running.get(message.id)?.asked.get(message.asked)?.(message.directive);
      break;
    case 'ahead': {
      const own = running.get(message.id);
      if (own !== undefined) own.ahead = message.bytes;
      own?.pass?.goAhead(message.bytes);
      break;
    }
    case 'cancel':
      running.get(message.id)?.controller.abort();
      break;
  }
});
