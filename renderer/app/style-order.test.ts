import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const RENDERER = join(import.meta.dirname, '..');

it('gives every style sheet of the window one place in their order', () => {
  const sheets = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.css'));
  const ordered = ['../main.tsx', 'style-order.ts'].flatMap((file) => {
    const source = join(import.meta.dirname, file);
    return [...readFileSync(source, 'utf8').matchAll(/^import '(\..*\.css)';$/gm)].map(([, sheet = '']) =>
      relative(RENDERER, join(source, '..', sheet)),
    );
  });
  expect(ordered.toSorted()).toEqual(sheets.toSorted());
});
