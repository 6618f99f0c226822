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
  const found = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''} (${nodes.length})`);
  return [...found, ...(await issuesWithoutRule(page))];
}

/** What who listens is lost without, and axe-core has no rule for: tables that nothing names, and headings that hold a button beside their words. */
async function issuesWithoutRule(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const tables = [...document.querySelectorAll('table, [role="grid"], [role="treegrid"]')].filter(
      (table) =>
        !table.hasAttribute('aria-label') &&
        !table.hasAttribute('aria-labelledby') &&
        table.querySelector('caption') === null,
    );
    // One that is all button opens what is below it.
    const headings = [...document.querySelectorAll('h1, h2, h3, h4, [role="heading"]')].filter((heading) => {
      const button = heading.querySelector('button, [role="button"]');
      return button !== null && button.textContent !== heading.textContent;
    });
    return [
      ...tables.map((table) => `table without a name: ${table.outerHTML.slice(0, 200)}`),
      ...headings.map((heading) => `button in a heading: ${heading.outerHTML.slice(0, 200)}`),
    ];
  });
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
