import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Serious and critical findings of axe-core on the page once it stands still, a line each: rule, first element, count. */
export async function seriousIssues(page: Page): Promise<readonly string[]> {
  // What fades in has less contrast than it will have.
  await page.evaluate(async () => {
    const running = () => document.getAnimations().filter(({ playState }) => playState === 'running');
    for (let left = running(); left.length > 0; left = running()) {
      await Promise.allSettled(left.map(({ finished }) => finished));
    }
  });
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const results = await page.evaluate(async () => {
    // Defined by the line before.
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return await axe.run();
  });
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200) ?? ''} (${nodes.length})`);
}
