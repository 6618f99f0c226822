import { describe, expect, it } from 'vitest';
import { createQuitGate, type QuitGate } from './quit-question.ts';

function gateOf(jobs: number, quits: boolean): { readonly gate: QuitGate; readonly done: string[] } {
  const done: string[] = [];
  const gate = createQuitGate({
    runningJobs: () => jobs,
    ask: (running) => {
      done.push(`ask ${running}`);
      return Promise.resolve(quits);
    },
    close: () => {
      done.push('close');
      return jobs === 99 ? Promise.reject(new Error('stuck')) : Promise.resolve();
    },
    exit: () => done.push('exit'),
  });
  return { gate, done };
}

describe('quitting', () => {
  it.each([
    ['asks nothing while no job runs', 0, false, ['close', 'exit']],
    ['keeps a job running if the person says so', 2, false, ['ask 2']],
    ['interrupts jobs if the person says so', 2, true, ['ask 2', 'close', 'exit']],
  ])('%s', async (_name, jobs, quits, expected) => {
    const { gate, done } = gateOf(jobs, quits);
    await gate.wish();
    expect(done).toEqual(expected);
  });

  it('asks once when the wish comes twice, and again after it was declined', async () => {
    const { gate, done } = gateOf(1, false);
    await Promise.all([gate.wish(), gate.wish()]);
    await gate.wish();
    expect(done).toEqual(['ask 1', 'ask 1']);
  });

  it('leaves without a question when the system ends the process, and only once', async () => {
    const { gate, done } = gateOf(1, false);
    await Promise.all([gate.leave(), gate.leave(), gate.wish()]);
    expect(done).toEqual(['close', 'exit']);
  });

  it('is told from everything else that ends: only who leaves is leaving', async () => {
    const [kept, left] = [gateOf(1, false).gate, gateOf(1, true).gate];
    const before = left.isLeaving();
    await Promise.all([kept.wish(), left.wish()]);
    expect([before, kept.isLeaving(), left.isLeaving()]).toEqual([false, false, true]);
  });

  it('leaves even if the engine cannot close', async () => {
    const { gate, done } = gateOf(99, true);
    await gate.wish().catch(() => undefined);
    expect(done).toEqual(['ask 99', 'close', 'exit']);
  });
});
