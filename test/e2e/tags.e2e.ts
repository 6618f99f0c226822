import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { tagsOf } from '../fixtures/push-through.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { askHost } from './window-bridge.ts';

const REPOSITORY = 'acme/runner';

describe('tags of a registry that deletes by digest, in the window', () => {
  let registry: DockerRegistry;
  let folder: string;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    folder = await mkdtemp(join(tmpdir(), 'tags-window-'));
    await makeLayout(join(folder, 'old'), 'one', ['a']);
    await makeLayout(join(folder, 'new'), 'one', ['a', 'b']);
    for (const tag of ['1.0', 'stable']) await put('old', tag);
    for (const tag of ['2.0', 'edge', 'latest']) await put('new', tag);
    app = await launchApp();
    page = app.page;
    await askHost(page, 'registries.add', { host: registry.host, insecure: true });
    await askHost(page, 'registries.read', { host: registry.host });
    // Its tags are read because it is looked at.
    await page.getByRole('treeitem', { name: REPOSITORY }).click();
    await grid().waitFor();
    await Promise.all(['1.0', 'stable', '2.0', 'edge', 'latest'].map((tag) => token(tag).waitFor()));
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (image: 'old' | 'new', tag: string): Promise<string> =>
    skopeo('copy', `oci:${folder}/${image}:one`, `docker://${registry.host}/${REPOSITORY}:${tag}`);
  const grid = (): Locator => page.getByRole('grid', { name: `Tags of ${registry.host}/${REPOSITORY}` });
  const token = (tag: string): Locator => grid().locator(`[data-tag="${tag}"]`);
  const pending = (): Locator => page.getByRole('region', { name: 'Pending changes' });
  const tags = (): Promise<string[]> => tagsOf(registry.origin, REPOSITORY);
  const toast = (text: string): Locator => page.getByRole('group', { name: text });

  it('are renamed and deleted in a list that says what it does, and nothing is sent before it is applied', async () => {
    await token('stable').click();
    await page.getByRole('button', { name: 'Rename…' }).click();
    await page.getByRole('dialog', { name: 'Rename stable' }).getByLabel('New name').fill('steady');
    await page.keyboard.press('Enter');
    await pending().getByText('1 change, nothing applied yet').waitFor();
    await token('edge').click();
    await grid().press('Delete');
    await pending().getByText('2 changes, nothing applied yet').waitFor();
    await page.keyboard.press('Control+z');
    await pending().getByText('1 change, nothing applied yet').waitFor();
    await grid().press('Delete');
    await pending().getByText('asks first: 2 other tags share the digest').waitFor();

    expect({ issues: await seriousIssues(page), tags: await tags() }).toEqual({
      issues: [],
      tags: ['1.0', '2.0', 'edge', 'latest', 'stable'],
    });
  });

  it('share digests: the others are shown before, and kept as it is chosen', async () => {
    await page.keyboard.press('Control+Enter');
    const rename = page.getByRole('alertdialog', { name: 'Rename stable to steady?' });
    await rename.getByRole('radio', { name: /small manifest/, checked: true }).waitFor();
    await rename.getByRole('button', { name: 'Rename' }).click();
    const remove = page.getByRole('alertdialog');
    await remove.getByRole('heading', { name: 'Delete 3 tags that share one digest?' }).waitFor();
    await remove.getByRole('button', { name: 'Delete 3 tags' }).waitFor();
    await hasFocus(remove.getByRole('button', { name: 'Cancel' }));
    expect(await seriousIssues(page)).toEqual([]);
    await remove.getByText('Keep 2.0, latest').click();
    await remove.getByText(/Push the manifest again/).click();
    await remove.getByRole('button', { name: 'Delete 1 tag' }).click();
    // It stays while the pointer is on it.
    await toast('2 tag changes made').hover();
    await pending().waitFor({ state: 'detached' });

    expect(await tags()).toEqual(['1.0', '2.0', 'latest', 'steady']);
  });

  it('are put back by the toast, and the list shows it', async () => {
    await toast('2 tag changes made').getByRole('button', { name: 'Undo' }).click();
    const remove = page.getByRole('alertdialog');
    // What was just put back is not offered to go with it.
    await expect.poll(() => remove.getByRole('checkbox').count()).toBe(0);
    await remove.getByRole('button', { name: 'Delete 1 tag' }).click();
    await toast('3 tag changes undone').waitFor();
    await token('edge').waitFor();

    expect(await tags()).toEqual(['1.0', '2.0', 'edge', 'latest', 'stable']);
  });

  it('that moved meanwhile are not overwritten unless the person says so', async () => {
    await token('1.0').click();
    await page.getByRole('button', { name: 'Add tag…' }).click();
    await page.getByRole('dialog').getByLabel('Tags').fill('latest, fresh');
    await page
      .getByRole('dialog')
      .getByText(/moves from/)
      .waitFor();
    await page.getByRole('button', { name: 'Add 2 tags' }).click();
    await pending().getByText('2 changes, nothing applied yet').waitFor();
    await makeLayout(join(folder, 'third'), 'one', ['c']);
    await skopeo('copy', `oci:${folder}/third:one`, `docker://${registry.host}/${REPOSITORY}:latest`);
    await page.getByRole('button', { name: /Apply 2 changes/ }).click();
    const moved = page.getByRole('alertdialog', { name: '1 tag was moved by somebody else' });
    await moved.getByText('latest').waitFor();
    await moved.getByRole('button', { name: 'Leave them' }).click();
    await toast('1 tag change made').waitFor();
    await page.getByRole('button', { name: 'Tag edits of the last 30 days' }).click();
    const history = page.getByRole('dialog', { name: 'Tag edits of the last 30 days' });

    await expect.poll(() => history.getByRole('listitem').count()).toBe(3);
    expect(await tags()).toEqual(['1.0', '2.0', 'edge', 'fresh', 'latest', 'stable']);
    await page.keyboard.press('Escape');
  });

  it('are picked by a rule: first what that is, then in the list', async () => {
    await page.getByRole('button', { name: 'Delete tags by rule…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete tags by rule…' });
    await dialog.getByLabel('Names like').fill('[12].0');
    await dialog.getByRole('button', { name: 'Show what that is' }).click();
    await dialog.getByText('2 stay: their images have other tags').waitFor();
    await dialog.getByText('Keep tags whose image has another tag that the name does not fit').click();
    await dialog.getByRole('button', { name: 'Show what that is' }).click();
    await dialog.getByRole('button', { name: 'Add 2 deletes to the list' }).click();
    await pending().getByText('2 changes, nothing applied yet').waitFor();
    await pending().getByRole('button', { name: 'Discard all' }).click();
    await pending().waitFor({ state: 'detached' });
  });
});
