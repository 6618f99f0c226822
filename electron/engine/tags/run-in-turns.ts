/**
 * Runs work over all items, at most `atOnce` at a time, in order. After a failure nothing more is begun and what runs is let
 * end: a request that is cut off leaves nobody knowing what it did.
 *
 * @throws the first failure
 */
export async function runInTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const turn = async (): Promise<void> => {
    while (failures.length === 0) {
      const at = next;
      next += 1;
      const item = items[at];
      if (item === undefined) return;
      try {
        await work(item);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atOnce, items.length)) }, turn));
  if (failures.length > 0) throw failures[0];
}
