import type { Page } from 'playwright-core';

/** Resolves when no animation of the page is running: what fades in has less contrast, and another place, than it will have. */
export async function standsStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const running = () => document.getAnimations().filter(({ playState }) => playState === 'running');
    for (let left = running(); left.length > 0; left = running()) {
      await Promise.allSettled(left.map(({ finished }) => finished));
    }
  });
}
