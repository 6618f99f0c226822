import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Rows of a test's registries at most. */
const MOST_PLACES = 12;

async function centre(row: Locator): Promise<{ x: number; y: number }> {
  const box = await row.boundingBox();
  if (box === null) throw new Error('not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Moves the mouse to a row; a hand never stands quite still. */
async function moveOver(page: Page, row: Locator): Promise<void> {
  const { x, y } = await centre(row);
  await page.mouse.move(x - 4, y);
  await page.mouse.move(x, y);
}

/**
 * Presses on a row and pulls it over another. A row that comes at that moment moves the others: what was pressed instead is let
 * go again, as a hand would.
 */
export async function pickUp(page: Page, row: Locator, over: Locator): Promise<void> {
  const press = async (): Promise<boolean> => {
    await row.hover();
    await page.mouse.down();
    const isPressed = await row.evaluate((element) => element.matches(':active'));
    if (!isPressed) await page.mouse.up();
    return isPressed;
  };
  await expect.poll(press).toBe(true);
  await over.waitFor();
  const { x, y } = await centre(over);
  await page.mouse.move(x, y, { steps: 4 });
  // It is drawn with the next move.
  await page.locator('.drag-chip').waitFor({ state: 'attached' });
}

/** Goes on over a row until the chip says what a drop there does: the rows come only after the first moves. */
export async function carryTo(page: Page, row: Locator, verb: string): Promise<void> {
  await row.waitFor();
  const said = page.locator('.drag-chip').getByText(verb, { exact: true });
  const hover = async (): Promise<boolean> => {
    await moveOver(page, row);
    return await said.isVisible();
  };
  await expect.poll(hover).toBe(true);
}

/** Goes on over something that is no place of a registry and takes text, and lets go there. */
export async function dropOn(page: Page, field: Locator): Promise<void> {
  await moveOver(page, field);
  await page.mouse.up();
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
