import { Worker } from 'node:worker_threads';
import type { StateReply, StateWorkerData } from './state-protocol.ts';

/** A state worker that runs. */
export interface StartedState {
  readonly worker: Worker;
  /** What it says until the database is open, that included; rejects where the worker ends before. */
  readonly opened: Promise<readonly StateReply[]>;
}

/** What ending takes of it. */
type EndedState = { readonly worker: Pick<Worker, 'terminate'>; readonly opened: Promise<unknown> };

/**
 * Starts the state worker. It is a file of its own because a host may do so while the engine still loads: thread and database
 * need 70 ms, on another core.
 *
 * @param workerFile the built state worker (`state-worker.cjs`)
 */
export function startState(workerFile: string, data: StateWorkerData): StartedState {
  const worker = new Worker(workerFile, { workerData: data, name: 'state' });
  const opened = new Promise<readonly StateReply[]>((resolve, reject) => {
    const said: StateReply[] = [];
    const hear = (reply: StateReply): void => {
      said.push(reply);
      if (reply.kind !== 'opened') return;
      worker.off('message', hear);
      resolve(said);
    };
    worker.on('message', hear);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the state worker ended with ${String(code)}`)));
  });
  // Who opens the state hears of it; nobody may have asked yet.
  opened.catch(() => undefined);
  return { worker, opened };
}

/**
 * Ends a state worker that nobody took over. Not before its database is open: a thread that is ended while it loads a native
 * package ends the whole process (`napi_throw` aborts).
 */
export async function endState({ worker, opened }: EndedState): Promise<void> {
  // One that ended by itself has nothing to wait for.
  await opened.catch(() => undefined);
  await worker.terminate();
}
