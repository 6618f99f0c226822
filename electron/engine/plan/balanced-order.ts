/** Something that one worker does from its beginning to its end. */
export interface Work<Item> {
  readonly item: Item;
  /** How long it takes, in any unit that is the same for all. */
  readonly cost: number;
}

/** The loads of the workers when all is done, and who does what. */
interface Sharing<Item> {
  readonly longest: number;
  readonly shares: readonly (readonly Work<Item>[])[];
}

/**
 * The order in which `workers` workers, each of which takes the next item when it is done with its last one, end soonest.
 * "Longest first" leaves them unequal where a few items are left: of 9, 8, 8, 6, 4 it makes 19 and 16, where 17 and 18 can be had.
 *
 * @param works a dozen at most: every sharing is tried that can still be better than the best one
 */
export function balancedOrder<Item>(works: readonly Work<Item>[], workers: number): Item[] {
  const longestFirst = works.toSorted((one, other) => other.cost - one.cost);
  const empty: Work<Item>[][] = Array.from({ length: Math.max(1, workers) }, () => []);
  const { shares } = share(longestFirst, empty, { longest: Number.POSITIVE_INFINITY, shares: [] });
  return shares
    .flatMap((own) => {
      let start = 0;
      return own.map(({ item, cost }) => {
        start += cost;
        return { item, cost, start: start - cost };
      });
    })
    .sort((one, other) => one.start - other.start || other.cost - one.cost)
    .map(({ item }) => item);
}

const loadOf = (share: readonly Work<unknown>[]): number => share.reduce((sum, { cost }) => sum + cost, 0);

/** The best way to give `rest` to those who have `shares` already, or `best` if there is no better one. */
function share<Item>(
  rest: readonly Work<Item>[],
  shares: readonly (readonly Work<Item>[])[],
  best: Sharing<Item>,
): Sharing<Item> {
  const loads = shares.map(loadOf);
  const longest = Math.max(...loads);
  if (longest >= best.longest) return best;
  const [next, ...later] = rest;
  if (next === undefined) return { longest, shares };
  let found = best;
  for (const [at, load] of loads.entries()) {
    // One with the same load is the same: whoever comes first.
    if (loads.indexOf(load) < at) continue;
    const given = shares.map((own, of) => (of === at ? [...own, next] : own));
    found = share(later, given, found);
  }
  return found;
}
