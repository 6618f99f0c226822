import type { Page } from 'playwright-core';
import { TestRunner } from 'vitest';

/** Dialogs and menus that can lie above one another. */
const MOST_ABOVE = 4;

/** After a test that failed: lets go what is carried and closes what is open, so that the tests that follow tell of themselves. */
export async function putBackAfterFailure(page: Page): Promise<void> {
  if (TestRunner.getCurrentTest()?.result?.state !== 'fail') return;
  await page.keyboard.up('Shift');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  const above = page.locator('[role="dialog"], [role="alertdialog"], [role="menu"], .drag-chip');
  for (let left = MOST_ABOVE; left > 0 && (await above.count()) > 0; left -= 1) await page.keyboard.press('Escape');
}
