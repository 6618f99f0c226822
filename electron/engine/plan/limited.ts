import { setMaxListeners } from 'node:events';

/**
 * Runs `work` over all items, at most `limit()` at once, in order; the first failure aborts the rest and is thrown
 * after all running work has ended, so that no resource is in use when this returns.
 *
 * @param onRaise subscribes to changes of the limit while nothing ends, and answers what ends the subscription
 */
export async function limited<Item>(
  items: Iterable<Item>,
  limit: () => number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
  onRaise: (wake: () => void) => () => void = () => () => undefined,
): Promise<void> {
  const failure = new AbortController();
  const joined = AbortSignal.any([signal, failure.signal]);
  // Every request under way listens: dozens are right, not a leak.
  setMaxListeners(0, joined, signal);
  const running = new Set<Promise<void>>();
  let wake: () => void = () => undefined;
  const unsubscribe = onRaise(() => wake());
  let first: { readonly error: unknown } | null = null;
  for (const item of items) {
    while (running.size >= Math.max(1, limit()) && !joined.aborted) {
      const raised = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([...running, raised]);
    }
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
  unsubscribe();
  await Promise.all(running);
  // Assigned in a callback, which the flow analysis does not follow.
  const failed = first as { readonly error: unknown } | null;
  signal.throwIfAborted();
  if (failed !== null) throw failed.error;
}
