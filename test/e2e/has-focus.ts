import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/** Resolves when an element has the focus: keys that are pressed before go to another one. */
export async function hasFocus(element: Locator): Promise<void> {
  await expect.poll(() => element.evaluate((one) => one === document.activeElement)).toBe(true);
}
