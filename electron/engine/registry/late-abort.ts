/**
 * Does work that may go on for `ms` after `signal` aborted: a request whose answer names something that has to be given back.
 * The work's own signal tells it when that time is over.
 */
export async function withLateAbort<Value>(
  signal: AbortSignal,
  ms: number,
  work: (late: AbortSignal) => Promise<Value>,
): Promise<Value> {
  signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), ms);
  };
  signal.addEventListener('abort', begin, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  }
}
