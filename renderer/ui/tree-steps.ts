import type { TreeRow } from './tree-list.tsx';

/** What a key does in a tree. */
export type TreeStep =
  | { readonly do: 'go'; readonly to: number; readonly typed?: string }
  | { readonly do: 'open' | 'close'; readonly keys: readonly string[] };

/** A key as it was pressed. */
export interface TreeKey {
  readonly key: string;
  /** Ctrl, ⌘ or Alt is down. */
  readonly command: boolean;
  /** Letters typed just before. */
  readonly typed: string;
  /** Rows of a page. */
  readonly page: number;
}

/** The step of a key from row `at`; null for a key that is none of the tree's. */
export function stepInTree(rows: readonly TreeRow[], at: number, key: TreeKey): TreeStep | null {
  if (rows.length === 0 || key.command) return null;
  const go = (to: number): TreeStep => ({ do: 'go', to: Math.max(0, Math.min(rows.length - 1, to)) });
  switch (key.key) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at - 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(rows.length - 1);
    case 'PageDown':
      return go(at + key.page);
    case 'PageUp':
      return go(at - key.page);
    case 'ArrowRight':
      return stepIn(rows, at);
    case 'ArrowLeft':
      return stepOut(rows, at);
    case '*':
      return openLevel(rows, at);
    default:
      return key.key.length === 1 && (key.key !== ' ' || key.typed !== '') ? jump(rows, at, key) : null;
  }
}

function stepIn(rows: readonly TreeRow[], at: number): TreeStep | null {
  const row = rows[at];
  if (row === undefined || row.open === null) return null;
  if (!row.open) return { do: 'open', keys: [row.key] };
  const next = rows[at + 1];
  return next !== undefined && next.level > row.level ? { do: 'go', to: at + 1 } : null;
}

function stepOut(rows: readonly TreeRow[], at: number): TreeStep | null {
  const row = rows[at];
  if (row === undefined) return null;
  if (row.open === true) return { do: 'close', keys: [row.key] };
  for (let up = at - 1; up >= 0; up--) if ((rows[up]?.level ?? 0) < row.level) return { do: 'go', to: up };
  return null;
}

/** Opens every closed row of this level below the same parent. */
function openLevel(rows: readonly TreeRow[], at: number): TreeStep | null {
  const level = rows[at]?.level ?? 0;
  const siblings = (step: 1 | -1): TreeRow[] => {
    const found: TreeRow[] = [];
    for (let to = at + step; to >= 0 && to < rows.length; to += step) {
      const row = rows[to];
      if (row === undefined || row.level < level) break;
      if (row.level === level) found.push(row);
    }
    return found;
  };
  const keys = [...siblings(-1), ...rows.slice(at, at + 1), ...siblings(1)]
    .filter(({ open }) => open === false)
    .map(({ key }) => key);
  return keys.length === 0 ? null : { do: 'open', keys };
}

/** The next row whose name begins with what was typed, else one that has it behind a separator; the same letter goes on. */
function jump(rows: readonly TreeRow[], at: number, { key, typed }: TreeKey): TreeStep | null {
  const text = (typed + key).toLowerCase();
  const repeated = typed !== '' && text === text.charAt(0).repeat(text.length);
  const wanted = repeated ? (text[0] ?? '') : text;
  const from = typed === '' || repeated ? at + 1 : at;
  const order = rows.map((_row, index) => (from + index) % rows.length);
  const begins = order.find((index) => rows[index]?.name.toLowerCase().startsWith(wanted) === true);
  const within = order.find((index) =>
    (rows[index]?.name.toLowerCase().split(/[\s/:@.-]+/) ?? []).some((part) => part.startsWith(wanted)),
  );
  const to = begins ?? within;
  return to === undefined ? null : { do: 'go', to, typed: text };
}
