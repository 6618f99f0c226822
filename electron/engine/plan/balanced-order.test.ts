import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedOrder } from './balanced-order.ts';

/** When the last worker is done, if each takes the next item as soon as it is free. */
function endOf(costs: readonly number[], workers: number): number {
  const free: number[] = Array.from({ length: workers }, () => 0);
  for (const cost of costs) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + cost;
  }
  return Math.max(...free);
}

/** The soonest end of all ways to share. */
function soonest(costs: readonly number[], workers: number): number {
  const go = (at: number, loads: readonly number[]): number => {
    const cost = costs[at];
    if (cost === undefined) return Math.max(...loads);
    return Math.min(
      ...[...loads.keys()].map((of) =>
        go(
          at + 1,
          loads.map((load, own) => (own === of ? load + cost : load)),
        ),
      ),
    );
  };
  return go(
    0,
    Array.from({ length: workers }, () => 0),
  );
}

const order = (costs: readonly number[], workers: number): number[] =>
  balancedOrder(
    costs.map((cost) => ({ item: cost, cost })),
    workers,
  );

describe('the order of work for several workers', () => {
  it('lets them end together where longest first would not', () => {
    const costs = [9, 8, 8, 6, 4];

    expect({ order: order(costs, 2), end: endOf(order(costs, 2), 2), longestFirst: endOf(costs, 2) }).toEqual({
      order: [9, 8, 6, 8, 4],
      end: 18,
      longestFirst: 19,
    });
  });

  it('ends as soon as the best way to share ends, and holds each item once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 7 }),
        fc.integer({ min: 1, max: 4 }),
        (costs, workers) => {
          const found = order(costs, workers);
          expect([found.toSorted((a, b) => a - b), endOf(found, workers)]).toEqual([
            costs.toSorted((a, b) => a - b),
            soonest(costs, workers),
          ]);
        },
      ),
    );
  });

  it('is longest first for one worker', () => {
    expect(order([1, 3, 2], 1)).toEqual([3, 2, 1]);
  });
});
