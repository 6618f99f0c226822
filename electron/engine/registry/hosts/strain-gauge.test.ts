import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../test/fixtures/manual-clock.ts';
import { HostPace } from './host-pace.ts';

/** A host that answered so many small questions, each in so many ms; answers how many of 16 it is asked at once then. */
function after(...answers: [count: number, ms: number][]): number[] {
  const pace = new HostPace(new ManualClock());
  return answers.map(([count, ms]) => {
    for (let at = 0; at < count; at += 1) pace.answered({ kind: 'HEAD', ms });
    return pace.of(16);
  });
}

describe('a host that cannot keep up', () => {
  it('is asked a quarter less often each time that its small answers stay slow, and as often as before once they are not', () => {
    expect(after([20, 30], [4, 4000], [8, 4000], [8, 4000], [60, 30])).toEqual([16, 12, 9, 6, 16]);
  });

  it('is not one whose answers were always slow, nor one that is quick still', () => {
    expect([after([50, 3000]), after([20, 5], [50, 900])]).toEqual([[16], [16, 16]]);
  });

  it('is one whose gateway says so', () => {
    const pace = new HostPace(new ManualClock());
    pace.strained();
    pace.strained();

    expect(pace.of(16)).toBe(12);
  });
});
