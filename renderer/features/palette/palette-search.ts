/** Something that the palette finds by its words. */
export interface Findable {
  /** What is shown first, and found first. */
  readonly label: string;
  /** What stands behind it: where it is, its digest. */
  readonly more: string;
}

/** What a search left, best first, and how many more there are. */
export interface Found<Item> {
  readonly items: readonly Item[];
  readonly rest: number;
}

/** How well one thing fits: 0 = its label begins so, 1 = a word of it does, 2 = the label has it, 3 = only with what stands behind it. */
function fit(item: Findable, words: readonly string[]): 0 | 1 | 2 | 3 | null {
  const label = item.label.toLowerCase();
  const all = `${label} ${item.more.toLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return null;
  const [first = ''] = words;
  if (label.startsWith(first)) return 0;
  const at = label.indexOf(first);
  if (at < 0) return 3;
  return /[\s/:@._-]/.test(label.charAt(at - 1)) ? 1 : 2;
}

/**
 * Things that have every word of a search, at most `most`, in their own order within one fit. Ten thousand take a few
 * milliseconds: each is looked at once, and only places are kept.
 */
export function search<Item extends Findable>(items: readonly Item[], text: string, most: number): Found<Item> {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const byFit: [Item[], Item[], Item[], Item[]] = [[], [], [], []];
  let count = 0;
  for (const item of items) {
    const place = fit(item, words);
    if (place === null) continue;
    count += 1;
    if (byFit[place].length < most) byFit[place].push(item);
  }
  const best = byFit.flat().slice(0, most);
  return { items: best, rest: count - best.length };
}
