import type { Locator, Page } from 'playwright-core';
import type { Settings } from '../../shared/models/settings.ts';
import { askHost } from './window-bridge.ts';

/** The row of a VM in the Local pane. */
export function vmRow(page: Page, name: string, local = 'Local'): Locator {
  return page.getByRole('region', { name: local, exact: true }).getByText(name, { exact: true }).first();
}

/** Selects a VM, opens the push sheet and types references, each with Enter; the plan follows by itself. */
export async function planPush(page: Page, name: string, ...references: readonly string[]): Promise<void> {
  await vmRow(page, name).click();
  await page.getByRole('button', { name: 'Push…' }).click();
  for (const reference of references) {
    await page.keyboard.type(reference);
    await page.keyboard.press('Enter');
  }
  await page.getByText(/Plan made/).waitFor();
}

/** The button that sends: `Push 1.9 GB`. */
export function pushButton(page: Page): Locator {
  return page.getByRole('dialog').getByRole('button', { name: /^Push ~? ?\d/ });
}

/** Changes some settings as the settings screen would. */
export async function changeSettings(page: Page, part: Partial<Settings>): Promise<void> {
  const answer = await askHost(page, 'settings.get', null);
  // The host checked its answer with the schema of the contract.
  const { output } = answer as { readonly output: Settings };
  await askHost(page, 'settings.set', { ...output, ...part });
}
