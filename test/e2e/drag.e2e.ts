import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { chooseMenuItem } from './menu-command.ts';
import { askHost } from './window-bridge.ts';

const pane = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

describe('what is carried in the window', () => {
  let home: TartHome;
  let registry: DockerRegistry;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = await makeTartHome();
    await makeTartVm(home, { name: 'alpha' });
    app = await launchApp({ tartHome: home });
    page = app.page;
    page.setDefaultTimeout(10_000);
    await pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }).waitFor();
    await askHost(page, 'registries.add', { host: registry.host, insecure: true });
    await pane(page, 'Registries').getByRole('treeitem', { name: registry.host }).waitFor();
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    await home.remove();
  });

  it('is a VM that the mouse drops on a registry: its plan opens with the reference filled in', async () => {
    const registryRow = pane(page, 'Registries').getByRole('treeitem', { name: registry.host });
    const fresh = pane(page, 'Registries').getByRole('treeitem', { name: 'New repository…' }).last();
    const chip = page.locator('.drag-chip');
    await pickUp(page, pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }), registryRow);
    await fresh.waitFor();
    await carryTo(page, fresh);
    await chip.getByText('Push to a new repository').waitFor();
    await page.mouse.up();
    await page.getByRole('dialog').getByText(`${registry.host}/alpha`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await chip.count()).toBe(0);
  });

  it('is put back by Escape, with the mouse and with the keys', async () => {
    const row = pane(page, 'Local').getByRole('treeitem', { name: 'alpha' });
    const fresh = pane(page, 'Registries').getByRole('treeitem', { name: 'New repository…' }).last();
    await pickUp(page, row, pane(page, 'Registries').getByRole('treeitem', { name: registry.host }));
    await fresh.waitFor();
    await page.keyboard.press('Escape');
    await fresh.waitFor({ state: 'detached' });
    await page.mouse.up();

    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pick up' }).click();
    await fresh.waitFor();
    await page.getByRole('status').filter({ hasText: 'alpha picked up.' }).waitFor();
    await page.keyboard.press('Escape');
    await fresh.waitFor({ state: 'detached' });
    await page.getByRole('status').filter({ hasText: 'Nothing was changed' }).waitFor();
  });

  it('is a VM that the keyboard carries to a new repository', async () => {
    await chooseMenuItem(app, 'Search and commands…');
    await page.keyboard.type('pick up');
    await page.keyboard.press('Enter');
    const chip = page.locator('.drag-chip');
    await chip.waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await chip.getByText('Push to a new repository').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText(`${registry.host}/alpha`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('is found, with the commands of the window, in one field', async () => {
    await page.getByRole('button', { name: 'Search images, tags, commands' }).click();
    const field = page.getByRole('combobox', { name: 'Search images, repositories, tags, commands' });
    await field.fill('alp');
    await page.getByRole('option', { name: 'alpha' }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: /Push alpha/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Search images, tags, commands' }).click();
    await field.fill('settings keyb');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Keyboard', selected: true }).waitFor();
    await page.keyboard.press('Escape');
  });
});

async function centre(row: Locator): Promise<{ x: number; y: number }> {
  const box = await row.boundingBox();
  if (box === null) throw new Error('not drawn');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Presses on a row and pulls it over another. */
async function pickUp(page: Page, row: Locator, over: Locator): Promise<void> {
  await row.hover();
  await page.mouse.down();
  const { x, y } = await centre(over);
  await page.mouse.move(x, y, { steps: 4 });
}

/** Goes on over a row: a hand never stands quite still, and the rows have come only after the first moves. */
async function carryTo(page: Page, row: Locator): Promise<void> {
  const { x, y } = await centre(row);
  await page.mouse.move(x - 4, y);
  await page.mouse.move(x, y);
}
