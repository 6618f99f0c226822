/**
 * The row that a key leads to from row `at` of `count`, never beyond the ends; null for a key that moves nowhere, and where there
 * are no rows. `at` -1 = before the first. `page`: rows of a page.
 */
export function stepInRows(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const within = (to: number): number => Math.max(0, Math.min(count - 1, to));
  switch (key) {
    case 'ArrowDown':
      return within(at + 1);
    case 'ArrowUp':
      return within(at - 1);
    case 'PageDown':
      return within(at + page);
    case 'PageUp':
      return within(at - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
