import type { Locator, Page } from 'playwright-core';

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

/** Presses ↑ until what is carried with the keyboard is aimed at a place. */
export async function aimUpTo(page: Page, verb: string): Promise<void> {
  const aimed = page.locator('.drag-chip').getByText(verb, { exact: true });
  await page.locator('.drag-chip').waitFor();
  for (let press = 0; press < 8 && !(await aimed.isVisible()); press += 1) await page.keyboard.press('ArrowUp');
  await aimed.waitFor();
}
