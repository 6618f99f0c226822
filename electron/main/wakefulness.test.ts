import { describe, expect, it } from 'vitest';
import { createWakefulness } from './wakefulness.ts';

describe('the machine', () => {
  it('is kept awake from the first hold to the last release', () => {
    const calls: string[] = [];
    const wakefulness = createWakefulness({
      start: (type) => calls.push(`start ${type}`),
      stop: (id) => {
        calls.push(`stop ${id}`);
        return true;
      },
      isStarted: () => true,
    });
    const first = wakefulness.hold('push');
    const second = wakefulness.hold('push');
    first();
    first();
    calls.push('one left');
    second();

    expect(calls).toEqual(['start prevent-app-suspension', 'one left', 'stop 1']);
  });
});
