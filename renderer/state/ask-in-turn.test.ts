import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askInTurn, type TurnQuestion } from './ask-in-turn.ts';

describe('a question that is asked whenever something changed', () => {
  let waiting: { answer(): void; fail(): void }[];
  let turn: TurnQuestion;
  const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    waiting = [];
    turn = askInTurn(
      () =>
        new Promise((resolve, reject) => {
          waiting.push({ answer: resolve, fail: () => reject(new Error('not now')) });
        }),
    );
  });
  afterEach(() => {
    turn.close();
    vi.useRealTimers();
  });

  it('is asked once more for a crowd of changes, and not before the answer that is under way', async () => {
    for (let change = 0; change < 5; change += 1) turn.ask();
    const before = waiting.length;
    waiting[0]?.answer();
    await settled();
    waiting[1]?.answer();
    await vi.advanceTimersByTimeAsync(60_000);

    expect({ before, all: waiting.length }).toEqual({ before: 1, all: 2 });
  });

  it('is asked again by itself where there was no answer, until there is one', async () => {
    turn.ask();
    waiting[0]?.fail();
    await vi.advanceTimersByTimeAsync(2000);
    waiting[1]?.fail();
    await vi.advanceTimersByTimeAsync(2000);
    waiting[2]?.answer();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(waiting).toHaveLength(3);
  });

  it('is asked no more once it is closed', async () => {
    turn.ask();
    turn.ask();
    turn.close();
    waiting[0]?.fail();
    await vi.advanceTimersByTimeAsync(60_000);
    turn.ask();

    expect(waiting).toHaveLength(1);
  });
});
