/** `2026-11-20`, `20261120`, `2026.11`: year first. */
const DATE = /^(?:19|20)\d\d(?:[-_.]?\d\d){1,2}(?:\D|$)/;
const VERSION = /^v?\d/i;

function rank(tag: string): 0 | 1 | 2 {
  if (DATE.test(tag)) return 2;
  return VERSION.test(tag) ? 0 : 1;
}

const names = new Intl.Collator('en', { numeric: true });

/** Tags in the order of a row: versions newest first, then names with `latest` last, then dates newest first. */
export function orderTags(tags: readonly string[]): string[] {
  return [...tags].sort((one, other) => {
    const group = rank(one) - rank(other);
    if (group !== 0) return group;
    if (rank(one) !== 1) return names.compare(other, one);
    if ((one === 'latest') !== (other === 'latest')) return one === 'latest' ? 1 : -1;
    return names.compare(one, other);
  });
}
