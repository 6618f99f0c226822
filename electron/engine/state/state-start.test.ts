import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { endState } from './state-start.ts';

/** A state worker that has not opened its database yet; `steps` tells what becomes of it. */
function openingState() {
  const steps: string[] = [];
  let open: () => void = () => undefined;
  let fail: () => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = () => {
      steps.push('open');
      resolve();
    };
    fail = () => {
      steps.push('failed');
      reject(new Error('the state worker ended with 1'));
    };
  });
  const terminate = (): Promise<number> => Promise.resolve(steps.push('ended'));
  return { steps, open, fail, state: { worker: { terminate }, opened } };
}

describe('a state worker that was started ahead and that nobody wants', () => {
  it.each(['open', 'fail'] as const)(
    'is not ended while it still loads: the process would end with it (%s)',
    async (end) => {
      const opening = openingState();
      const ended = endState(opening.state);
      await setImmediate();
      opening[end]();
      await ended;

      expect(opening.steps).toEqual([end === 'open' ? 'open' : 'failed', 'ended']);
    },
  );
});
