import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../fixtures/fake-registry.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';
import { changeSettings } from './push-driver.ts';
import { askHost } from './window-bridge.ts';

/** Slow enough that a copy of a few megabytes can be seen running. */
const SLOW = 400_000;

let app: LaunchedApp;
let source: FakeRegistry;
let target: FakeRegistry;

beforeAll(async () => {
  [source, target] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
  source.content.image('acme/app', {
    tags: ['1', 'latest'],
    layers: ['one', 'two', 'three'].map((name) => randomBytesOf(name, 2_000_000)),
  });
  app = await launchApp();
});
afterAll(async () => {
  await app.close();
  await Promise.all([source.close(), target.close()]);
});

describe('a copy in the window', () => {
  it('is a transfer like any other: its layers, pause and resume, the end, the command that does the same', async () => {
    const { page } = app;
    await changeSettings(page, { bandwidthLimit: SLOW });
    const from = `${source.host}/acme/app`;
    const to = `${target.host}/mirror/app`;
    await askHost(page, 'jobs.copy', {
      images: [],
      repositories: [{ source: from, targets: [to] }],
      insecure: false,
      concurrency: null,
      force: false,
      existing: 'overwrite',
      referrers: false,
    });
    await page.getByRole('button', { name: 'Open transfers' }).click();
    const job = page.getByRole('article', { name: `Copy of ${from}` });
    await job.getByRole('button', { name: 'Pause' }).click();
    await job.getByRole('button', { name: 'Resume' }).waitFor();
    await expect.poll(() => job.getByRole('grid', { name: 'Layers' }).getByRole('row').count()).toBe(6);
    const paused = {
      layers: await job.getByRole('grid', { name: 'Layers' }).getByRole('row').count(),
      pictures: await job.getByRole('img').count(),
      tags: target.content.tagsOf('mirror/app'),
      problems: await seriousIssues(page),
    };
    await changeSettings(page, { bandwidthLimit: null });
    await job.getByRole('button', { name: 'Resume' }).click();
    await job.getByText('Not sent').waitFor();
    await expect.poll(() => job.getByText(/^written$/).count()).toBe(2);

    // The head, the config, three layers, the manifest.
    expect(paused).toEqual({ layers: 6, pictures: 0, tags: {}, problems: [] });
    expect(target.content.isWhole('mirror/app', 'latest')).toBe(true);
    expect(target.content.tagsOf('mirror/app')).toEqual(source.content.tagsOf('acme/app'));
  });
});
