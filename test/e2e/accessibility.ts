import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { standsStill } from './stands-still.ts';

/** Serious and critical findings of axe-core on the page once it stands still, a line each: rule, first element, count. */
export async function seriousIssues(page: Page): Promise<readonly string[]> {
  await standsStill(page);
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(source);
  }
  const results = await page.evaluate(async () => {
    // Defined before.
    const { axe } = globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    // Every rule runs; only of what passes nothing is written down.
    return await axe.run({ resultTypes: ['violations'] });
  });
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''} (${nodes.length})`);
}

const MEDIA = {
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  contrast: { colorScheme: 'light', contrast: 'more' },
  light: { colorScheme: 'light', contrast: 'no-preference' },
} as const;

/** What is serious in dark, in high contrast and in light, each line with its theme; afterwards the page is light. */
export async function seriousIssuesOfThemes(page: Page): Promise<readonly string[]> {
  const issues: string[] = [];
  for (const [theme, media] of Object.entries(MEDIA)) {
    await page.emulateMedia(media);
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
    issues.push(...(await seriousIssues(page)).map((issue) => `${theme}: ${issue}`));
  }
  return issues;
}
