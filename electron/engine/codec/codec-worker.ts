import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { loadCodecModule } from './codec-module.ts';
import type { CodecResult, CodecTask, Directive, FromWorker, ToWorker } from './codec-protocol.ts';
import { EncodePass, hashRange, type TaskHost } from './encode-task.ts';
import { Encoder } from './encoder.ts';
import { SinkSender } from './sink-sender.ts';

const { wasmFile } = z.object({ wasmFile: z.string() }).parse(workerData);
if (parentPort === null) throw new AppError('internal', { message: 'the codec worker runs in a worker thread only' });
const port = parentPort;

const modulePromise = loadCodecModule(wasmFile);
const sender = new SinkSender();
/** Instances and buffers are reused: a task takes one of each and puts it back. */
const idleEncoders: Encoder[] = [];
const idlePieces: Buffer[] = [];
const running = new Map<
  number,
  { readonly controller: AbortController; readonly directives: Map<string, (directive: Directive) => void> }
>();

function tell(message: FromWorker): void {
  port.postMessage(message);
}

function hostOf(
  id: number,
  controller: AbortController,
  directives: Map<string, (directive: Directive) => void>,
): TaskHost {
  const ask = (sink: string, message: FromWorker): Promise<Directive> =>
    new Promise((resolve, reject) => {
      controller.signal.throwIfAborted();
      const abort = (): void => reject(new AppError('cancelled'));
      controller.signal.addEventListener('abort', abort, { once: true });
      directives.set(sink, (directive) => {
        controller.signal.removeEventListener('abort', abort);
        resolve(directive);
      });
      tell(message);
    });
  return {
    signal: controller.signal,
    sender,
    progress: (raw, read, packed) => tell({ type: 'progress', id, raw, read, packed }),
    piece: (sink, piece) => ask(sink, { type: 'piece', id, sink, piece }),
    answer: (sink, piece, answer) => ask(sink, { type: 'answer', id, sink, piece, answer }),
  };
}

function takePiece(size: number): Buffer {
  const at = idlePieces.findIndex((buffer) => buffer.length === size);
  const [found] = at === -1 ? [] : idlePieces.splice(at, 1);
  return found ?? Buffer.allocUnsafeSlow(size);
}

async function perform(task: CodecTask, host: TaskHost): Promise<CodecResult> {
  const encoder = idleEncoders.pop() ?? new Encoder(await modulePromise);
  try {
    if (task.kind === 'hash') return await hashRange(task, encoder.window, host);
    const pieces = task.sinks.some(({ mode }) => mode === 'pieces');
    const piece = pieces ? takePiece(task.pieceSize) : Buffer.alloc(0);
    try {
      return await new EncodePass(task, piece, host).run(encoder);
    } finally {
      // Other sizes than the usual one are rare; keeping them all would grow.
      if (piece.length > 0 && idlePieces.length < 2) idlePieces.push(piece);
    }
  } finally {
    idleEncoders.push(encoder);
  }
}

async function start(id: number, task: CodecTask): Promise<void> {
  const controller = new AbortController();
  const directives = new Map<string, (directive: Directive) => void>();
  running.set(id, { controller, directives });
  try {
    tell({ type: 'done', id, result: await perform(task, hostOf(id, controller, directives)) });
  } catch (thrown) {
    const error = controller.signal.aborted ? new AppError('cancelled') : toAppError(thrown);
    tell({ type: 'failed', id, code: error.code, params: error.params });
  } finally {
    running.delete(id);
  }
}

// Only codec-pool.ts of the same build posts here; its messages have this type.
port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void start(message.id, message.task);
      break;
    case 'directive': {
      const task = running.get(message.id);
      const take = task?.directives.get(message.sink);
      task?.directives.delete(message.sink);
      take?.(message.directive);
      break;
    }
    case 'cancel':
      running.get(message.id)?.controller.abort();
      break;
  }
});
