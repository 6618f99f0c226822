import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../engine/ports.ts';

/** The computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
