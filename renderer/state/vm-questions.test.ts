import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VmQuestions } from './vm-questions.ts';

/** A question that waits for its answer. */
interface Waiting {
  readonly vmId: string;
  readonly signal: AbortSignal;
  answer(): void;
  fail(): void;
}

describe('what is asked of each VM', () => {
  let asked: Waiting[];
  let questions: VmQuestions;
  const names = (): readonly string[] => asked.map(({ vmId }) => vmId);
  const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    questions = new VmQuestions(
      (vmId, signal) =>
        new Promise((resolve, reject) => {
          asked.push({ vmId, signal, answer: resolve, fail: () => reject(new Error('not now')) });
        }),
    );
  });
  afterEach(() => {
    questions.close();
    vi.useRealTimers();
  });

  it('is asked three at a time, once for each state', async () => {
    const wanted = ['a', 'b', 'c', 'd'].map((vmId) => ({ vmId, state: '1' }));
    questions.follow(wanted);
    const first = names();
    for (const one of asked.slice()) one.answer();
    await settled();
    asked[3]?.answer();
    await settled();
    questions.follow(wanted.map((one) => (one.vmId === 'b' ? { ...one, state: '2' } : one)));

    expect({ first, all: names() }).toEqual({ first: ['a', 'b', 'c'], all: ['a', 'b', 'c', 'd', 'b'] });
  });

  it('goes on while the list is read again and again, and ends for a VM that changed or went', async () => {
    questions.follow([
      { vmId: 'same', state: '1' },
      { vmId: 'changes', state: '1' },
      { vmId: 'goes', state: '1' },
    ]);
    for (let round = 0; round < 5; round += 1) {
      questions.follow([
        { vmId: 'same', state: '1' },
        { vmId: 'changes', state: '2' },
      ]);
    }
    const ends = asked.map(({ signal }) => signal.aborted);
    asked[1]?.fail();
    await settled();

    expect({ ends, names: names() }).toEqual({
      ends: [false, true, true],
      names: ['same', 'changes', 'goes', 'changes'],
    });
  });

  it('is asked again where it failed, after a pause that grows, and not beside that', async () => {
    questions.follow([{ vmId: 'a', state: '1' }]);
    const counts: number[] = [];
    for (const pauseMs of [999, 1, 1999, 1]) {
      asked.at(-1)?.fail();
      await vi.advanceTimersByTimeAsync(pauseMs);
      questions.follow([{ vmId: 'a', state: '1' }]);
      counts.push(asked.length);
    }
    asked.at(-1)?.answer();
    await vi.advanceTimersByTimeAsync(600_000);

    expect({ counts, all: asked.length }).toEqual({ counts: [1, 2, 2, 3], all: 3 });
  });

  it('ends with its owner', async () => {
    questions.follow([{ vmId: 'a', state: '1' }]);
    questions.close();
    asked[0]?.fail();
    await vi.advanceTimersByTimeAsync(600_000);

    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true]);
  });
});
