import { Worker } from 'node:worker_threads';

/**
 * Starts a codec worker. It is a file of its own because a host may do so while the engine still loads, where surely
 * something is to be encoded: a thread needs 80 ms of a processor until it can. Who takes it hears what it says, and ends it.
 *
 * @param workerFile the built codec worker (`codec-worker.cjs`)
 * @param wasmFile the compiled codec (`codec.wasm`)
 */
export function startCodecWorker(workerFile: string, wasmFile: string): Worker {
  const worker = new Worker(workerFile, { workerData: { wasmFile } });
  // One that fails before anybody takes it must not end the process; the pool sees that it is gone, and starts another.
  worker.on('error', () => undefined);
  return worker;
}
