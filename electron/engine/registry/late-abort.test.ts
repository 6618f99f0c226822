import { describe, expect, it, vi } from 'vitest';
import { withLateAbort } from './late-abort.ts';

describe('work that ends late', () => {
  it('gets its answer although it is not wanted any more, if that comes in time', async () => {
    const wanted = new AbortController();
    const answer = await withLateAbort(wanted.signal, 1000, async (late) => {
      wanted.abort();
      await Promise.resolve();
      return late.aborted ? 'cut off' : 'answered';
    });

    expect(answer).toBe('answered');
  });

  it('is cut off when its time is over, and is not begun for nobody', async () => {
    vi.useFakeTimers();
    const wanted = new AbortController();
    const work = withLateAbort(
      wanted.signal,
      1000,
      (late) => new Promise((_resolve, reject) => late.addEventListener('abort', () => reject(new Error('cut off')))),
    );
    const ended = work.catch((thrown: unknown) => thrown);
    wanted.abort();
    await vi.advanceTimersByTimeAsync(1000);
    const told = await ended;
    const timers = vi.getTimerCount();
    vi.useRealTimers();

    expect([told, timers]).toEqual([new Error('cut off'), 0]);
    await expect(withLateAbort(wanted.signal, 1000, () => Promise.resolve('begun'))).rejects.toThrow();
  });
});
