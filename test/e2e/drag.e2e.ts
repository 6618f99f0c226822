import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type MadeImage, makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { tagsOf } from '../fixtures/push-through.ts';
import { makeTartHome, makeTartVm, type TartHome } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { tellFailedView } from './failed-view.ts';
import { hasFocus } from './has-focus.ts';
import { chooseMenuItem } from './menu-command.ts';
import { putBackAfterFailure } from './put-back.ts';
import { aimAt, carryTo, dropOn, pickUp } from './row-drag.ts';
import { askHost } from './window-bridge.ts';

const pane = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

describe('what is carried in the window', () => {
  let home: TartHome;
  /** Has `app:1.0` and `app:latest` of one digest, and `app:old` of another. */
  let registry: DockerRegistry;
  /** Has `app:latest` of yet another digest. */
  let other: DockerRegistry;
  let images: { readonly now: MadeImage; readonly old: MadeImage; readonly theirs: MadeImage };
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    const both = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
    // In the order of the tree.
    const [above, below] = both.sort((one, two) => one.host.localeCompare(two.host));
    [other, registry] = [above, below];
    images = await fill(registry, other);
    home = await makeTartHome();
    await makeTartVm(home, { name: 'alpha' });
    app = await launchApp({ tartHome: home });
    page = app.page;
    await pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }).waitFor();
    for (const { host } of [registry, other]) {
      await askHost(page, 'registries.add', { host, insecure: true });
      await askHost(page, 'registries.read', { host });
      await askHost(page, 'repositories.read', { host, repository: 'app' });
    }
    await rowOf(registry, 'old').waitFor();
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([registry.stop(), other.stop()]);
    await home.remove();
  });

  // A test that failed in its middle leaves nothing in the way of the others.
  afterEach(async () => {
    await tellFailedView();
    await putBackAfterFailure(page);
  });

  /** The row of a registry's repository, or with a tag that of its digest. */
  const rowOf = ({ host }: DockerRegistry, tag: string | null): Locator =>
    pane(page, 'Registries')
      .locator(`[data-key^="${host}/app${tag === null ? '"]' : '@"]'}`)
      .filter(tag === null ? { hasNotText: 'sha256' } : { has: page.locator(`[data-tag="${tag}"]`) })
      .first();
  const digestAt = async ({ origin }: DockerRegistry, reference: string): Promise<unknown> => {
    const answer = await request(`${origin}/v2/${reference}`, {
      method: 'HEAD',
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    });
    return answer.statusCode === 200 ? answer.headers['docker-content-digest'] : answer.statusCode;
  };

  it('is a VM that the mouse drops on a registry: its plan opens with the reference filled in', async () => {
    const registryRow = pane(page, 'Registries').getByRole('treeitem', { name: registry.host });
    const fresh = pane(page, 'Registries').getByRole('treeitem', { name: 'New repository…' }).last();
    const chip = page.locator('.drag-chip');
    await pickUp(page, pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }), registryRow);
    await fresh.waitFor();
    await carryTo(page, fresh, 'Push to a new repository');
    await page.mouse.up();
    await page.getByRole('dialog').getByText(`${registry.host}/alpha`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => chip.count()).toBe(0);
  });

  it('is a VM that takes over the tag of the table it is dropped on', async () => {
    await rowOf(other, null).click();
    const token = page.getByRole('grid', { name: `Tags of ${other.host}/app` }).locator('[data-tag="latest"]');
    await pickUp(page, pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }), token);
    await carryTo(page, token, `Push to ${other.host}/app:latest`);
    await page.mouse.up();
    await page.getByRole('dialog').locator('.target-name').getByText('app').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
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
    await hasFocus(pane(page, 'Registries').getByRole('tree'));
    await page.keyboard.press('Escape');
    await fresh.waitFor({ state: 'detached' });
    await page.getByRole('status').filter({ hasText: 'Nothing was changed' }).waitFor();
  });

  it('is a VM that the keyboard carries to a new repository', async () => {
    await pane(page, 'Local').getByRole('treeitem', { name: 'alpha' }).click();
    await chooseMenuItem(app, 'Search and commands…');
    await hasFocus(page.getByRole('combobox', { name: 'Search images, repositories, tags, commands' }));
    await page.keyboard.type('pick up');
    await page.getByRole('option', { name: /^Pick up/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    const chip = page.locator('.drag-chip');
    await chip.waitFor();
    await hasFocus(pane(page, 'Registries').getByRole('tree'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await chip.getByText('Push to a new repository').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').locator('.target-name').getByText('alpha').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('is found, with the commands of the window, in one field', async () => {
    await page.getByRole('button', { name: 'Search images, tags, commands' }).click();
    const field = page.getByRole('combobox', { name: 'Search images, repositories, tags, commands' });
    await field.fill('alp');
    await page.getByRole('option', { name: 'alpha', selected: true }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: /Push alpha/ }).waitFor();
    await hasFocus(page.getByRole('dialog').getByRole('combobox').first());
    // The first closes the suggestions.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Search images, tags, commands' }).click();
    await field.fill('settings keyb');
    await page.getByRole('option', { name: /Keyboard/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'Keyboard', selected: true }).waitFor();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
  });

  it('is a tag that says its price at every target, and begins to be copied where it is dropped', async () => {
    const token = rowOf(registry, 'old').locator('[data-tag="old"]');
    await pickUp(page, token, rowOf(other, null));
    await carryTo(page, rowOf(other, null), `Copy to ${other.host}/app`);
    await rowOf(other, null)
      .getByText(/^streams \d/)
      .waitFor();
    await rowOf(registry, null).getByText('source').waitFor();
    const chip = page.locator('.drag-chip');
    await chip.getByText(/through this computer/).waitFor();
    await page.mouse.up();
    await expect.poll(() => digestAt(other, 'app/manifests/old')).toBe(images.old.digest);
    await rowOf(other, 'old').waitFor();
  });

  it('is dropped with the keyboard, and asks once about tags that are taken', async () => {
    await rowOf(registry, 'latest').click();
    await hasFocus(pane(page, 'Registries').getByRole('tree'));
    await page.keyboard.press('Enter');
    await aimAt(page, `Copy to ${other.host}/app`);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Copy 2 tags' });
    await dialog.getByText('1 tag names another image there.').waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await dialog.getByRole('radio', { name: 'New names' }).or(dialog.getByText('New names')).first().click();
    await expect.poll(() => dialog.getByRole('textbox', { name: 'New name of latest' }).inputValue()).toBe('latest-2');
    await dialog.getByRole('button', { name: /^Copy \d/ }).click();
    await expect.poll(() => digestAt(other, 'app/manifests/latest-2')).toBe(images.now.digest);
    expect([await digestAt(other, 'app/manifests/latest'), await digestAt(other, 'app/manifests/1.0')]).toEqual([
      images.theirs.digest,
      images.now.digest,
    ]);
    // The rows of what came move those below them.
    for (const tag of ['latest-2', '1.0']) await rowOf(other, tag).waitFor();
    await page.getByText('Nothing running').waitFor();
  });

  it('moves under the key for it: the tag goes from the source once it is copied, and can be put back', async () => {
    await pickUp(page, rowOf(registry, 'old').locator('[data-tag="old"]'), rowOf(other, null));
    await page.keyboard.down('Shift');
    const fresh = pane(page, 'Registries').locator(`[data-key="${other.host} newRepository"]`);
    await carryTo(page, fresh, 'Move to a new repository');
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const dialog = page.getByRole('dialog', { name: 'Move old' });
    await dialog.getByRole('combobox', { name: 'To' }).fill(`${other.host}/archive:2023`);
    await dialog.getByText(`Once it is copied, the tag goes from ${registry.host}/app.`).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await dialog.getByRole('button', { name: /^Move \d/ }).click();
    const toast = page.getByRole('group', { name: '1 tag moved' });
    // It stays while the pointer is on it.
    await toast.hover();
    expect([await digestAt(other, 'archive/manifests/2023'), await digestAt(registry, 'app/manifests/old')]).toEqual([
      images.old.digest,
      404,
    ]);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => digestAt(registry, 'app/manifests/old')).toBe(images.old.digest);
    // Its row moves those below it.
    await rowOf(registry, 'old').waitFor();
  });

  it('is its reference for a text field, and so for any other program', async () => {
    const field = page.getByRole('textbox', { name: 'Filter repositories and tags' });
    await pickUp(page, rowOf(registry, 'latest').locator('[data-tag="latest"]'), field);
    await dropOn(page, field);
    await expect.poll(() => field.inputValue()).toBe(`${registry.host}/app:latest`);
  });

  it('is all that is selected in a repository, or the repository itself', async () => {
    const fresh = pane(page, 'Registries').locator(`[data-key="${other.host} newRepository"]`);
    const copyTo = async (repository: string): Promise<string | null> => {
      await carryTo(page, fresh, 'Copy to a new repository');
      await page.mouse.up();
      const dialog = page.getByRole('dialog');
      const heading = await dialog.getByRole('heading').textContent();
      await dialog.getByRole('combobox', { name: 'To' }).fill(`${other.host}/${repository}`);
      await dialog.getByRole('button', { name: /^Copy \d/ }).click();
      await dialog.waitFor({ state: 'detached' });
      return heading;
    };
    await page.getByRole('textbox', { name: 'Filter repositories and tags' }).fill('');
    await rowOf(registry, null).click();
    const grid = page.getByRole('grid', { name: `Tags of ${registry.host}/app` });
    await grid.locator('[data-tag="latest"]').click();
    await grid.locator('[data-tag="old"]').click({ modifiers: ['Control'] });
    await pickUp(page, grid.locator('[data-tag="old"]'), rowOf(other, null));
    const headings = [await copyTo('pair')];
    await expect.poll(() => tagsOf(other.origin, 'pair')).toEqual(['latest', 'old']);
    // Its rows move those below them.
    await pane(page, 'Registries').locator(`[data-key="${other.host}/pair"]`).waitFor();
    await page.getByText('Nothing running').waitFor();
    await pickUp(page, rowOf(registry, null), rowOf(other, null));
    headings.push(await copyTo('whole'));
    await expect.poll(() => tagsOf(other.origin, 'whole')).toEqual(['1.0', 'latest', 'old']);
    expect(headings).toEqual(['Copy 2 tags', 'Copy app']);
    // Quitting would ask about a copy that is not quite done.
    await page.getByText('Nothing running').waitFor();
  });
});

/** Puts three small images into two registries. */
async function fill(
  registry: DockerRegistry,
  other: DockerRegistry,
): Promise<{ readonly now: MadeImage; readonly old: MadeImage; readonly theirs: MadeImage }> {
  const folder = await mkdtemp(join(tmpdir(), 'images-'));
  const make = (name: string): Promise<MadeImage> => makeLayout(join(folder, name), 'it', [name, 'shared']);
  const [now, old, theirs] = await Promise.all([make('now'), make('old'), make('theirs')]);
  const put = async (name: string, { host }: DockerRegistry, tag: string): Promise<void> => {
    await skopeo('copy', `oci:${join(folder, name)}:it`, `docker://${host}/app:${tag}`);
  };
  // One after the other: docker-registry loses blobs that two clients bring into one repository at the same moment.
  await put('now', registry, '1.0');
  await put('now', registry, 'latest');
  await put('old', registry, 'old');
  await put('theirs', other, 'latest');
  await rm(folder, { recursive: true });
  return { now, old, theirs };
}
