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

/** A quota of which so much is left at each look; null = there is none. */
function quotaWith(...left: readonly (number | null)[]): { begin(): void; look(): number | null } {
  let at = -1;
  return {
    begin: () => {
      at = 0;
    },
    look: () => left[at++] ?? null,
  };
}

function looksAt(...readings: ReturnType<typeof spent>[]): number[] {
  return looksUnder(quotaWith(), ...readings);
}

function looksUnder(quota: ReturnType<typeof quotaWith>, ...readings: ReturnType<typeof spent>[]): number[] {
  let at = 0;
  const processors = new IdleProcessors(() => readings[at++] ?? [], quota);
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

  it('are no more than a quota leaves of them', () => {
    const idle = [
      spent([0, 0], [0, 0]),
      spent([0, 100], [0, 100]),
      spent([0, 200], [0, 200]),
      spent([0, 300], [0, 300]),
    ];

    expect(looksUnder(quotaWith(0.25, null, 5), ...idle)).toEqual([0.25, 2, 2]);
  });

  it('are all of them where the system has no figures, or those of the last look', () => {
    expect(looksAt(spent([1, 1], [1, 1]), spent([1, 1], [1, 1]), [])).toEqual([2, 1]);
  });
});
