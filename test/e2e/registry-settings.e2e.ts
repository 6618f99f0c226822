import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';

describe('the settings of registries', () => {
  let secured: DockerRegistry;
  let app: LaunchedApp;
  let page: Page;

  beforeAll(async () => {
    secured = await startDockerRegistry({ tls: {} });
    app = await launchApp({ size: { width: 1440, height: 900 } });
    page = app.page;
  });
  afterAll(async () => {
    await app.close();
    await secured.stop();
  });

  /** The row of a table of capabilities, as text. */
  const capability = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });

  it('adds a registry that nobody vouches for once its certificate was shown and accepted, and says what it can do', async () => {
    await page.getByRole('button', { name: 'Add registry' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add registry' });
    await dialog.getByRole('textbox', { name: 'Host' }).fill(secured.host);
    await page.keyboard.press('Enter');
    await dialog.getByText('Nobody whom this computer trusts vouches for it.').waitFor();
    await dialog.getByText('Test CA').first().waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Accept and add' }).click();
    await page.getByRole('treeitem', { name: secured.host }).first().waitFor();
    await capability('Certificate').getByText('accepted by you').waitFor();
    await expect.poll(() => capability('Mount').getAttribute('data-result')).toBe('unknown');
  });

  it('tests by writing only where that was agreed to, and then knows mounts, uploads and deletes', async () => {
    await page.getByRole('button', { name: 'Registry settings' }).click();
    await page.getByRole('button', { name: 'Test by writing…' }).click();
    const dialog = page.getByRole('dialog', { name: `Test ${secured.host} by writing?` });
    await dialog.getByText('Your images are not touched.', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('The test wrote to tartan/probe.').waitFor();

    expect({
      mount: await capability('Mount').getAttribute('data-result'),
      upload: await capability('Upload').innerText(),
      tag: await capability('Delete a tag').innerText(),
    }).toEqual({
      mount: 'yes',
      upload: expect.stringContaining('one PUT, one PATCH, chunks'),
      tag: expect.stringContaining('only with its digest'),
    });
  });

  it('keeps what is chosen: a name, a limit, an authority in place of the accepted certificate', async () => {
    const name = page.getByRole('textbox', { name: 'Name in lists' });
    await name.fill('House');
    await name.press('Enter');
    await page.getByRole('heading', { name: 'House', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Limit…' }).click();
    await page.getByRole('textbox', { name: 'At the same time' }).waitFor();
    await page.getByText('Accept this private certificate').click();
    await page.getByRole('button', { name: 'Test again' }).click();
    await page.getByRole('alert').getByText('is not trusted').waitFor();
    await page.getByRole('button', { name: 'Paste…' }).click();
    const pem = await readFile(secured.certificates?.authorityFile ?? '', 'utf8');
    await page.getByRole('dialog').getByRole('textbox').fill(pem);
    await page.getByRole('button', { name: 'Trust it for this registry' }).click();
    await capability('Certificate').getByText('trusted by its own authority').waitFor();
    await page.getByText('1 certificate is trusted besides').waitFor();
    await page.getByRole('button', { name: 'Show certificate', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByText('The authority that was chosen for this registry vouches for it.')
      .waitFor();
    await page.keyboard.press('Escape');
    // What was announced of a button that is gone is taken away after a while.
    await page.waitForFunction(() => document.querySelector('[data-live-announcer] [role="img"]') === null);
    expect(await seriousIssues(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('House').first().waitFor({ state: 'detached' });
  });
});
