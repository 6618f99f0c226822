import { setMaxListeners } from 'node:events';

/**
 * Runs `work` over all items, at most `limit()` at once, in order; the first failure aborts the rest and is thrown
 * after all running work has ended, so that no resource is in use when this returns.
 */
export async function limited<Item>(
  items: Iterable<Item>,
  limit: () => number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const joined = AbortSignal.any([signal, failure.signal]);
  // Every request under way listens: dozens are right, not a leak.
  setMaxListeners(0, joined, signal);
  const running = new Set<Promise<void>>();
  let first: { readonly error: unknown } | null = null;
  for (const item of items) {
    while (running.size >= Math.max(1, limit()) && !joined.aborted) await Promise.race(running);
    if (joined.aborted) break;
    const task: Promise<void> = work(item, joined)
      .catch((error: unknown) => {
        first ??= { error };
        failure.abort(error);
      })
      .finally(() => {
        running.delete(task);
      });
    running.add(task);
  }
  await Promise.all(running);
  // Assigned in a callback, which the flow analysis does not follow.
  const failed = first as { readonly error: unknown } | null;
  signal.throwIfAborted();
  if (failed !== null) throw failed.error;
}
