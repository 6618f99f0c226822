import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

/** Work that ends when the test says so; one that is stopped rejects. */
function heldWork() {
  const begun: { readonly finish: (value: string) => void; readonly fail: (error: Error) => void }[] = [];
  const stopped: number[] = [];
  const work = new InFlight<string, string>();
  const join = (signal = new AbortController().signal): Promise<string> =>
    work.join(
      'key',
      (until) =>
        new Promise((finish, fail) => {
          const number = begun.push({ finish, fail });
          until.addEventListener('abort', () => {
            stopped.push(number);
            fail(new Error('stopped'));
          });
        }),
      signal,
    );
  const outcome = (signal?: AbortSignal): Promise<string> =>
    join(signal).catch((error: unknown) => (error instanceof Error ? error.name : 'unknown'));
  return { begun, stopped, outcome, join };
}

describe('work that many wait for', () => {
  it('is done once, and again for who asks after its end', async () => {
    const { begun, outcome } = heldWork();
    const both = Promise.all([outcome(), outcome()]);
    begun[0]?.finish('found');
    const first = await both;
    const later = outcome();
    begun[1]?.finish('found again');

    expect({ first, later: await later, begun: begun.length }).toEqual({
      first: ['found', 'found'],
      later: 'found again',
      begun: 2,
    });
  });

  it('goes on for the others when the one who asked first gives up', async () => {
    const { begun, stopped, outcome } = heldWork();
    const first = new AbortController();
    const given = outcome(first.signal);
    const waiting = outcome();
    first.abort();
    const gave = await given;
    begun[0]?.finish('found');

    expect({ gave, found: await waiting, stopped }).toEqual({ gave: 'AbortError', found: 'found', stopped: [] });
  });

  it('is stopped when nobody waits any more, and begun anew for the next who asks', async () => {
    const { begun, stopped, outcome } = heldWork();
    const only = new AbortController();
    const given = outcome(only.signal);
    only.abort();
    const gave = await given;
    const next = outcome();
    begun[1]?.finish('found');

    expect({ gave, stopped, found: await next }).toEqual({ gave: 'AbortError', stopped: [1], found: 'found' });
  });

  it('that fails, fails for all who wait, and is begun anew', async () => {
    const { begun, join } = heldWork();
    const both = Promise.allSettled([join(), join()]);
    begun[0]?.fail(new RangeError('no'));
    const failed = (await both).map((one) => (one.status === 'rejected' ? String(one.reason) : 'done'));
    const next = join();
    begun[1]?.finish('found');

    expect({ failed, next: await next }).toEqual({ failed: ['RangeError: no', 'RangeError: no'], next: 'found' });
  });
});
