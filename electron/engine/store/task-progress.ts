import type { Emit } from '../../../shared/contract/handlers.ts';
import type { Clock } from '../ports.ts';

/** Bytes that are done, of all. */
export type OnProgress = (done: number, total: number) => void;

/** A task is told at most this often, in ms. */
const SHOWN_MS = 100;

/** Tells how far a long task is, if somebody named it. */
export function taskProgress(taskId: string | undefined, clock: Clock, emit: Emit): OnProgress {
  if (taskId === undefined) return () => undefined;
  let shownMs = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = clock.now();
    if (now - shownMs < SHOWN_MS) return;
    shownMs = now;
    emit('store.progress', { taskId, done: Math.round(done), total });
  };
}
