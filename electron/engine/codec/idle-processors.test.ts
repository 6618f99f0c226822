import { describe, expect, it } from 'vitest';
import { IdleProcessors } from './idle-processors.ts';

/** Processors that spent so many ms with work and without. */
function spent(...processors: readonly (readonly [busy: number, idle: number])[]): {
  model: string;
  speed: number;
  times: { user: number; nice: number; sys: number; idle: number; irq: number };
}[] {
  return processors.map(([busy, idle]) => ({
    model: 'any',
    speed: 1,
    times: { user: busy / 2, nice: 0, sys: busy / 2, idle, irq: 0 },
  }));
}

function looksAt(...readings: ReturnType<typeof spent>[]): number[] {
  let at = 0;
  const processors = new IdleProcessors(() => readings[at++] ?? []);
  processors.begin();
  return readings.slice(1).map(() => processors.look());
}

describe('idle processors', () => {
  it('are those that nobody used since the last look', () => {
    expect(
      looksAt(
        spent([5000, 100], [10, 9000]),
        spent([5100, 100], [60, 9050]),
        spent([5100, 200], [60, 9150]),
        spent([5200, 200], [160, 9150]),
      ),
    ).toEqual([0.5, 2, 0]);
  });

  it('are all of them where the system has no figures, or those of the last look', () => {
    expect(looksAt(spent([1, 1], [1, 1]), spent([1, 1], [1, 1]), [])).toEqual([2, 1]);
  });
});
