import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Theme = 'light' | 'dark' | 'contrast';
type Tokens = Readonly<Record<string, string>>;

const RENDERER = join(import.meta.dirname, '..');
const CSS = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

/** The custom properties of a theme, as they are written. */
function tokensOf(theme: Theme): Tokens {
  const block = new RegExp(`data-theme="${theme}"\\]\\s*\\{([^}]*)\\}`).exec(CSS)?.[1] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return ((bright ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** Pairs of the look with what they have to reach at least and what was computed for light, dark and contrast. */
const TABLE: readonly (readonly [
  text: string,
  ground: string,
  least: number,
  figures: readonly [number, number, number],
])[] = [
  ['text', 'pane', 4.5, [16.7, 14.0, 21]],
  ['text', 'sel', 4.5, [13.4, 9.5, 15.8]],
  ['text-2', 'pane', 4.5, [6.9, 7.7, 16.5]],
  ['text-2', 'chrome', 4.5, [5.9, 6.6, 16.5]],
  ['text-2', 'sel', 4.5, [5.5, 5.2, 12.4]],
  ['text-3', 'pane', 4.5, [5.7, 5.6, 12.6]],
  ['text-3', 'side', 4.5, [5.3, 5.2, 12.6]],
  ['text-3', 'chrome', 4.5, [4.9, 4.8, 12.6]],
  ['accent-text', 'pane', 4.5, [6.8, 7.8, 9.7]],
  ['accent-text', 'sel', 4.5, [5.4, 5.3, 7.3]],
  ['on-accent', 'accent-fill', 4.5, [6.0, 5.4, 9.7]],
  ['on-accent', 'danger', 4.5, [5.5, 5.1, 7.8]],
  ['present-text', 'present-tint', 4.5, [5.5, 6.7, 8.6]],
  ['mount-text', 'mount-tint', 4.5, [5.7, 6.5, 9.1]],
  ['dup-text', 'dup-tint', 4.5, [5.4, 6.0, 9.1]],
  ['upload-text', 'upload-tint', 4.5, [5.6, 7.4, 7.7]],
  ['fail-text', 'fail-tint', 4.5, [5.3, 6.0, 7.3]],
  ['present', 'pane', 3, [5.7, 5.0, 8.3]],
  ['mount', 'pane', 3, [5.1, 5.5, 10.2]],
  ['dup', 'pane', 3, [3.8, 4.8, 7.6]],
  ['upload', 'pane', 3, [3.7, 7.8, 5.3]],
  ['fail', 'pane', 3, [5.5, 4.7, 7.8]],
  ['zero', 'pane', 3, [3.9, 3.9, 7.6]],
  ['zero-on-sel', 'sel', 3, [4.0, 4.9, 5.7]],
  ['ctl-line', 'pane', 3, [3.4, 4.1, 21]],
  ['accent', 'pane', 3, [6.0, 5.7, 9.7]],
  ['accent', 'sel', 3, [4.8, 3.9, 7.3]],
  ['tip-text', 'tip-bg', 4.5, [13.3, 9.7, 21]],
  ['tip-2', 'tip-bg', 4.5, [7.9, 6.2, 21]],
  ['on-uniq', 'uniq', 4.5, [5.8, 5.9, 15.9]],
];

function styleSheets(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return styleSheets(path);
    return entry.name.endsWith('.css') ? [path] : [];
  });
}

describe('the colours', () => {
  const themes = ['light', 'dark', 'contrast'] as const;

  it.each(TABLE)('%s on %s is told apart by everybody', (text, ground, least, figures) => {
    const found = themes.map((theme) => {
      const tokens = tokensOf(theme);
      return contrast(tokens[text] ?? '', tokens[ground] ?? '');
    });
    expect(found.every((ratio) => ratio >= least)).toBe(true);
    expect(found.map((ratio, at) => Math.abs(ratio - (figures[at] ?? 0)) < 0.06)).toEqual([true, true, true]);
  });

  it('are the same set in every theme', () => {
    const [light, ...others] = themes.map((theme) => Object.keys(tokensOf(theme)).sort());
    for (const other of others) expect(other).toEqual(light);
  });

  it('are named nowhere but in the tokens', () => {
    const raw = styleSheets(RENDERER)
      .filter((path) => !path.endsWith('tokens.css'))
      .flatMap((path) =>
        readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/i.test(line))
          .map((line) => `${path.slice(RENDERER.length + 1)}: ${line.trim()}`),
      );
    expect(raw).toEqual([]);
  });
});
