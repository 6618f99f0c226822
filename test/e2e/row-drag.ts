import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Rows of a test's registries at most. */
const MOST_PLACES = 12;

async function centre(row: Locator): Promise<{ x: number; y: number }> {
  const box = await row.boundingBox();
  if (box === null) throw new Error('not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Presses on a row and pulls it over another. */
export async function pickUp(page: Page, row: Locator, over: Locator): Promise<void> {
  await row.hover();
  await page.mouse.down();
  const { x, y } = await centre(over);
  await page.mouse.move(x, y, { steps: 4 });
}

/** Goes on over a row: a hand never stands quite still, and the rows have come only after the first moves. */
export async function carryTo(page: Page, row: Locator): Promise<void> {
  await row.waitFor();
  const { x, y } = await centre(row);
  await page.mouse.move(x - 4, y);
  await page.mouse.move(x, y);
}

/** Carries what was picked up with the keyboard to a place, from the first one down: registries stand by their ports. */
export async function aimAt(page: Page, verb: string): Promise<void> {
  const aimed = page.locator('.drag-chip').getByText(verb, { exact: true });
  const over = page.locator('[data-drop="over"]');
  await over.waitFor();
  await page.keyboard.press('Home');
  for (let places = 0; places < MOST_PLACES && !(await aimed.isVisible()); places += 1) {
    const before = await over.getAttribute('data-key');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => over.getAttribute('data-key')).not.toBe(before);
  }
  await aimed.waitFor();
}
