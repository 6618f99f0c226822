import { Worker } from 'node:worker_threads';

/**
 * What a worker makes for each block (views, promises, requests) is garbage at once: V8 would still let its young heap grow to 8 MB
 * within ten seconds of work, which a short push never sees and a long one pays twice. MiB, of which it uses two thirds at a time.
 */
const YOUNG_HEAP_MIB = 3;

/**
 * Starts a codec worker. It is a file of its own because a host may do so while the engine still loads, where surely
 * something is to be encoded: a thread needs 80 ms of a processor until it can. Who takes it hears what it says, and ends it.
 *
 * @param workerFile the built codec worker (`codec-worker.cjs`)
 * @param wasmFile the compiled codec (`codec.wasm`)
 */
export function startCodecWorker(workerFile: string, wasmFile: string): Worker {
  const worker = new Worker(workerFile, {
    workerData: { wasmFile },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MIB },
  });
  // One that fails before anybody takes it must not end the process; the pool sees that it is gone, and starts another.
  worker.on('error', () => undefined);
  return worker;
}
