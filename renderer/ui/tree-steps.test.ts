import { describe, expect, it } from 'vitest';
import { rowsInSight } from './rows-in-sight.ts';
import type { TreeRow } from './tree-list.tsx';
import { stepInTree } from './tree-steps.ts';

function row(name: string, level: number, open: boolean | null = null): TreeRow {
  return { key: name, name, level, open, selectable: true };
}

const ROWS = [
  row('ghcr.io', 1, true),
  row('macos/sonoma', 2, true),
  row('14.4.1 latest', 3),
  row('14.3', 3),
  row('macos/tahoe', 2, false),
  row('linux/ubuntu', 2, false),
  row('quay.io', 1, false),
];

/** What a key does from a row, by name. */
function from(name: string, key: string, typed = ''): string | null {
  const at = ROWS.findIndex((candidate) => candidate.name === name);
  const step = stepInTree(ROWS, at, { key, command: false, typed, page: 3 });
  if (step === null) return null;
  return step.do === 'go' ? (ROWS[step.to]?.name ?? '') : `${step.do} ${step.keys.join(', ')}`;
}

describe('the keys of a tree', () => {
  it.each([
    ['ghcr.io', 'ArrowDown', 'macos/sonoma'],
    ['ghcr.io', 'ArrowUp', 'ghcr.io'],
    ['ghcr.io', 'End', 'quay.io'],
    ['ghcr.io', 'PageDown', '14.3'],
    ['macos/sonoma', 'ArrowRight', '14.4.1 latest'],
    ['macos/tahoe', 'ArrowRight', 'open macos/tahoe'],
    ['14.3', 'ArrowRight', null],
    ['macos/sonoma', 'ArrowLeft', 'close macos/sonoma'],
    ['14.3', 'ArrowLeft', 'macos/sonoma'],
    ['macos/tahoe', 'ArrowLeft', 'ghcr.io'],
    ['macos/sonoma', '*', 'open macos/tahoe, linux/ubuntu'],
  ])('from %s, %s leads to %s', (name, key, to) => {
    expect(from(name, key)).toBe(to);
  });

  it('jump by typing: to the beginning of a name, else behind a separator, and on with the same letter', () => {
    expect([
      from('ghcr.io', 'q'),
      from('ghcr.io', 'm'),
      from('macos/sonoma', 'm', 'm'),
      from('ghcr.io', 'u'),
      from('macos/sonoma', 'a', 'm'),
    ]).toEqual(['quay.io', 'macos/sonoma', 'macos/tahoe', 'linux/ubuntu', 'macos/sonoma']);
  });

  it('leave to others what is pressed with Ctrl, ⌘ or Alt', () => {
    expect(stepInTree(ROWS, 0, { key: 'a', command: true, typed: '', page: 3 })).toBeNull();
  });
});

describe('the rows in the document', () => {
  it('are all of them up to 200', () => {
    expect(rowsInSight(200, 26, { top: 0, height: 600 })).toEqual({ first: 0, last: 200, before: 0, after: 0 });
  });

  it('are those in sight of ten thousand, and the scroll bar keeps its length', () => {
    const { first, last, before, after } = rowsInSight(10_000, 26, { top: 130_000, height: 600 });
    expect(last - first).toBeLessThan(60);
    expect([first <= 5000, last >= 5023, before + after + (last - first) * 26]).toEqual([true, true, 260_000]);
  });
});
