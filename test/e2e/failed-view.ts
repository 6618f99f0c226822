import type { Page } from 'playwright-core';
import { afterEach, TestRunner } from 'vitest';

/** A view of a hidden or busy window is given up after this. ms */
const LOOK_MS = 5000;
/** Characters of the view that are printed: a table of thousands of rows is cut. */
const LONGEST_VIEW = 20_000;

const open = new Set<Page>();
const told = new Set<string>();

/** Remembers a window, so that what it showed is printed where a test fails; answers the function that forgets it. */
export function watchForFailure(page: Page): () => void {
  open.add(page);
  return () => {
    open.delete(page);
  };
}

/** Prints what the open windows show to a screen reader, if the running test failed; once a test. */
export async function tellFailedView(): Promise<void> {
  const test = TestRunner.getCurrentTest();
  if (test?.result?.state !== 'fail' || told.has(test.id) || open.size === 0) return;
  told.add(test.id);
  for (const page of open) {
    if (page.isClosed()) continue;
    const view = await page
      .locator('body')
      .ariaSnapshot({ timeout: LOOK_MS })
      .catch((error: unknown) => String(error));
    console.error(`\nThe window when “${test.name}” failed:\n${view.slice(0, LONGEST_VIEW)}\n`);
  }
}

/** For the set-up of every file with windows: hooks of the set-up come last, so an app that a test's own hook closes tells it itself. */
export function tellFailedViews(): void {
  afterEach(tellFailedView);
}
