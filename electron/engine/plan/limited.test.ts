import { describe, expect, it } from 'vitest';
import { settle } from '../../../test/fixtures/manual-clock.ts';
import { limited } from './limited.ts';

const never = new AbortController().signal;

/** Work that the test ends, item by item. */
function manual() {
  const started: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void; signal: AbortSignal }>();
  return {
    started,
    work: (item: number, signal: AbortSignal): Promise<void> => {
      started.push(item);
      return new Promise((resolve, reject) => ends.set(item, { resolve, reject, signal }));
    },
    end: (item: number): Promise<void> => {
      ends.get(item)?.resolve();
      return settle();
    },
    fail: (item: number, error: Error): Promise<void> => {
      ends.get(item)?.reject(error);
      return settle();
    },
    signalOf: (item: number): AbortSignal | undefined => ends.get(item)?.signal,
  };
}

describe('work on many things, some at once', () => {
  it('begins in order, never more than the limit of the moment', async () => {
    const { started, work, end } = manual();
    let limit = 2;
    const all = limited([1, 2, 3, 4, 5], () => limit, never, work);
    const seen = [[...started]];
    await end(2);
    seen.push([...started]);
    limit = 1;
    await end(1);
    seen.push([...started]);
    await end(3);
    seen.push([...started]);
    for (const item of [4, 5]) await end(item);
    await all;

    expect(seen).toEqual([
      [1, 2],
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3, 4],
    ]);
  });

  it('begins more as soon as the limit is raised, and listens for that no longer than it works', async () => {
    const { started, work, end } = manual();
    let limit = 1;
    let listening = false;
    let raise: () => void = () => undefined;
    const all = limited(
      [1, 2, 3],
      () => limit,
      never,
      work,
      (wake) => {
        listening = true;
        raise = wake;
        return () => {
          listening = false;
        };
      },
    );
    await settle();
    const before = { started: [...started], listening };
    limit = 2;
    raise();
    await settle();
    const after = [...started];
    for (const item of [1, 2, 3]) await end(item);
    await all;

    expect({ before, after, started, listening }).toEqual({
      before: { started: [1], listening: true },
      after: [1, 2],
      started: [1, 2, 3],
      listening: false,
    });
  });

  it('ends with the first failure, after everything that runs has heard of it and ended', async () => {
    const { started, work, end, fail, signalOf } = manual();
    const outcome: string[] = [];
    const all = limited([1, 2, 3], () => 2, never, work).catch((error: unknown) => outcome.push(String(error)));
    await fail(2, new Error('first'));
    const during = { told: signalOf(1)?.aborted, outcome: [...outcome] };
    await fail(1, new Error('second'));
    await all;
    await end(3);

    expect({ during, outcome, started }).toEqual({
      during: { told: true, outcome: [] },
      outcome: ['Error: first'],
      started: [1, 2],
    });
  });

  it('ends with the reason of its signal, after what runs has ended', async () => {
    const { started, work, fail } = manual();
    const stop = new AbortController();
    const refused = expect(limited([1, 2], () => 1, stop.signal, work)).rejects.toThrow('cancelled by a person');
    stop.abort(new Error('cancelled by a person'));
    await fail(1, new Error('ended'));

    await refused;
    expect(started).toEqual([1]);
  });

  it('does nothing at all where nothing is to be done', async () => {
    await limited(
      [],
      () => 1,
      never,
      () => Promise.reject(new Error('no work')),
    );
  });
});
