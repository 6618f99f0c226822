import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Settings } from '../../shared/models/settings.ts';
import { hasFocus } from './has-focus.ts';
import { askHost } from './window-bridge.ts';

/** The row of a VM in the Local pane. */
export function vmRow(page: Page, name: string, local = 'Local'): Locator {
  return page.getByRole('region', { name: local, exact: true }).getByText(name, { exact: true }).first();
}

/** Selects a VM and opens the push sheet; its field for a reference has the focus. */
export async function openSheet(page: Page, name: string): Promise<void> {
  await vmRow(page, name).click();
  // The detail is the VM's: a button that belongs to another one would push that.
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Push…' }).click();
  // What is typed before goes elsewhere.
  await hasFocus(page.getByRole('dialog').getByRole('combobox').first());
}

/** Selects a VM, opens the push sheet and types references, each with Enter; the plan follows by itself. */
export async function planPush(page: Page, name: string, ...references: readonly string[]): Promise<void> {
  await openSheet(page, name);
  for (const reference of references) {
    await page.keyboard.type(reference);
    await page.keyboard.press('Enter');
  }
  await page.getByText(/Plan made/).waitFor();
}

/** Closes the push sheet with the keyboard: where suggestions are open, the first Escape closes those. */
export async function closeSheet(page: Page): Promise<void> {
  const sheet = page.getByRole('dialog');
  const close = async (): Promise<number> => {
    if ((await sheet.count()) > 0) await page.keyboard.press('Escape');
    return await sheet.count();
  };
  await expect.poll(close).toBe(0);
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
