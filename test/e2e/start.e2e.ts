import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { seriousIssues } from './accessibility.ts';
import { type LaunchedApp, launchApp } from './app.ts';

describe('starting the app', () => {
  const running: LaunchedApp[] = [];

  async function start(options?: Parameters<typeof launchApp>[0]): Promise<LaunchedApp> {
    const app = await launchApp(options);
    running.push(app);
    return app;
  }

  afterEach(async () => {
    for (const app of running.splice(0)) await app.close();
  });

  it.each(['light', 'dark'] as const)('shows the three panes in %s, readable for everybody', async (colorScheme) => {
    const tartHome = await makeTartHome();
    await makeTartVm(tartHome, { name: 'builder' });
    const { page } = await start({ tartHome, colorScheme });
    for (const name of ['Local', 'Registries', 'Detail']) {
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    await page.getByRole('region', { name: 'Local', exact: true }).getByText('builder').first().waitFor();

    expect(await seriousIssues(page)).toEqual([]);
    await tartHome.remove();
  });

  it('says where it looked when there is no VM', async () => {
    const { page, tartHome } = await start();
    await page.getByText('No VM found yet').waitFor();
    await expect.poll(() => page.getByText(tartHome.root, { exact: false }).count()).toBeGreaterThan(0);
  });

  it('is one instance for each state folder: a second start ends and the first comes to the front', async () => {
    const first = await start();
    expect(await first.startAgain()).toBe('Tartan is running already; its window comes to the front.\n');
    expect(await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('remembers where its window stood', async () => {
    const first = await start();
    await first.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 60, width: 1100, height: 700 });
    });
    // The page hears of its new size once the window has it.
    await first.page.waitForFunction(() => window.outerWidth === 1100);
    await first.electron.close();
    running.length = 0;
    const saved: unknown = JSON.parse(await readFile(join(first.stateHome, 'window.json'), 'utf8'));
    const again = await start({ stateHome: first.stateHome, tartHome: first.tartHome });
    const bounds = await again.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());

    expect(saved).toMatchObject({ width: 1100, height: 700 });
    expect(bounds).toMatchObject({ width: 1100, height: 700 });
  });
});
