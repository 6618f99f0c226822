import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeLayout, skopeo } from '../fixtures/oci-image.ts';
import { tagsOf } from '../fixtures/push-through.ts';
import { startTokenServer, type TokenServer } from '../fixtures/token-server.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { hasFocus } from './has-focus.ts';
import { aimAt, carryTo, pickUp } from './row-drag.ts';

const account = { user: 'alice', password: 'made-up-for-two-registries' };

describe('somebody with images in one registry and another beside it', () => {
  let tokens: TokenServer;
  /** Wants tokens; has `runner:1.0` and `runner:stable` of one digest, and `runner:2.0`. */
  let own: DockerRegistry;
  let other: DockerRegistry;
  let folder: string;
  let digests: { readonly one: string; readonly two: string };
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    tokens = await startTokenServer({ account });
    [own, other] = await Promise.all([startDockerRegistry({ token: tokens }), startDockerRegistry()]);
    folder = await mkdtemp(join(tmpdir(), 'two-registries-'));
    const [one, two] = await Promise.all([
      makeLayout(join(folder, 'one'), 'it', ['a', 'shared']),
      makeLayout(join(folder, 'two'), 'it', ['b', 'shared']),
    ]);
    digests = { one: one.digest, two: two.digest };
    const creds = ['--dest-creds', `${account.user}:${account.password}`];
    const put = (image: string, tag: string): Promise<string> =>
      skopeo('copy', ...creds, `oci:${folder}/${image}:it`, `docker://${own.host}/runner:${tag}`);
    // One after the other: docker-registry loses blobs that two clients bring into one repository at the same moment.
    for (const [name, tag] of [
      ['one', '1.0'],
      ['one', 'stable'],
      ['two', '2.0'],
    ] as const)
      await put(name, tag);
    app = await launchApp();
    page = app.page;
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([own.stop(), other.stop(), tokens.close(), rm(folder, { recursive: true, force: true })]);
  });

  const registries = (): Locator => page.getByRole('region', { name: 'Registries', exact: true });
  const registryRow = ({ host }: DockerRegistry): Locator => registries().locator(`[data-key="${host}"]`);
  const repositoryRow = ({ host }: DockerRegistry): Locator => registries().locator(`[data-key="${host}/runner"]`);
  const tokenIn = ({ host }: DockerRegistry, tag: string): Locator =>
    registries().locator(`[data-key^="${host}/runner@"] [data-tag="${tag}"]`);
  const digestOf = async (tag: string): Promise<string> => {
    const text = await skopeo('inspect', '--format', '{{.Digest}}', `docker://${other.host}/runner:${tag}`);
    return text.trim();
  };
  const add = async (registry: DockerRegistry, testsWriting = false): Promise<void> => {
    await registries().getByRole('button', { name: 'Add registry', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Host' }).fill(registry.host);
    if (testsWriting) await dialog.getByText('Test uploads, mounts and deletes, too').click();
    await dialog.getByRole('button', { name: 'Test and add' }).click();
    await registryRow(registry).waitFor();
  };

  it('adds them by the form, signs in and reads the tags', async () => {
    await add(own);
    await registryRow(own).getByRole('button', { name: 'Sign in' }).click();
    const dialog = page.getByRole('dialog', { name: `Sign in to ${own.host}` });
    await dialog.getByRole('textbox', { name: 'User name' }).fill(account.user);
    await dialog.getByLabel('Password', { exact: true }).fill(account.password);
    await page.keyboard.press('Enter');
    await repositoryRow(own).dblclick();
    await tokenIn(own, 'stable').waitFor();
  });

  it('sees what the other can do when it is added, where a test may write', async () => {
    await add(other, true);
    await registryRow(other).click();
    const found = (name: string): Locator => page.getByRole('row', { name: new RegExp(`^${name}`) });
    await found('Mount').and(page.locator('[data-result="yes"]')).waitFor();
    expect({ upload: await found('Upload').innerText(), tag: await found('Delete a tag').innerText() }).toEqual({
      upload: expect.stringContaining('one PUT, one PATCH, chunks'),
      tag: expect.stringContaining('only with its digest'),
    });
  });

  it('drags a tag to a repository that is not there yet', async () => {
    await pickUp(page, tokenIn(own, '2.0'), registryRow(other));
    await carryTo(page, registries().locator(`[data-key="${other.host} newRepository"]`), 'Copy to a new repository');
    await page.mouse.up();
    const dialog = page.getByRole('dialog', { name: 'Copy 2.0' });
    await expect.poll(() => dialog.getByRole('combobox', { name: 'To' }).inputValue()).toBe(`${other.host}/runner`);
    await dialog.getByRole('button', { name: /^Copy \d/ }).click();
    await expect.poll(() => tagsOf(other.origin, 'runner')).toEqual(['2.0']);
    await tokenIn(other, '2.0').waitFor();
  });

  it('carries two tags of one digest there with the keyboard', async () => {
    await tokenIn(own, 'stable')
      .locator('xpath=ancestor::*[@role="treeitem"]')
      .click({ position: { x: 4, y: 10 } });
    await hasFocus(registries().getByRole('tree'));
    await page.keyboard.press('Enter');
    await aimAt(page, `Copy to ${other.host}/runner`);
    await page.keyboard.press('Enter');
    await expect.poll(() => tagsOf(other.origin, 'runner')).toEqual(['1.0', '2.0', 'stable']);
    expect([await digestOf('stable'), await digestOf('2.0')]).toEqual([digests.one, digests.two]);
  });

  it('renames a tag, deletes one of two that share a digest, and takes both back', async () => {
    await tokenIn(other, 'stable').waitFor();
    await repositoryRow(other).click();
    const grid = page.getByRole('grid', { name: `Tags of ${other.host}/runner` });
    await grid.locator('[data-tag="2.0"]').click();
    await page.getByRole('button', { name: 'Rename…' }).click();
    await page.getByRole('dialog', { name: 'Rename 2.0' }).getByLabel('New name').fill('2.1');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Pending changes' }).getByText('1 change, nothing applied yet').waitFor();
    await grid.locator('[data-tag="stable"]').click();
    await grid.press('Delete');
    await page.getByRole('region', { name: 'Pending changes' }).getByText('2 changes, nothing applied yet').waitFor();
    await page.keyboard.press('Control+Enter');
    const asked = page.getByRole('alertdialog');
    await asked.getByText('Keep 1.0').click();
    await asked.getByRole('button', { name: 'Delete 1 tag' }).click();
    const toast = page.getByRole('group', { name: '2 tag changes made' });
    // It stays while the pointer is on it.
    await toast.hover();
    expect(await tagsOf(other.origin, 'runner')).toEqual(['1.0', '2.1']);

    await toast.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => tagsOf(other.origin, 'runner')).toEqual(['1.0', '2.0', 'stable']);
    expect([await digestOf('1.0'), await digestOf('stable')]).toEqual([digests.one, digests.one]);
  });
});
