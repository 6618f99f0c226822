import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { CHECKOUT, type LaunchedApp, launchApp } from '../e2e/app.ts';
import { changeSettings } from '../e2e/push-driver.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { fillSampleHome } from '../fixtures/sample-home.ts';
import { makeTartHome, runTartVm } from '../fixtures/tart-vm.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1100, height: 700 },
  { width: 2560, height: 1440 },
] as const;
const THEMES = ['light', 'dark', 'contrast'] as const;
const FOLDER = join(CHECKOUT, 'screenshots', 'panes');

async function resize(app: LaunchedApp, size: (typeof SIZES)[number]): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
  }, size);
  await app.page.waitForFunction((width) => window.innerWidth === width, size.width);
}

/** A picture in every theme, in these sizes. */
async function take(app: LaunchedApp, step: string, sizes: readonly (typeof SIZES)[number][]): Promise<void> {
  const language = await app.page.evaluate(() => document.documentElement.lang);
  for (const size of sizes) {
    await resize(app, size);
    for (const theme of THEMES) {
      await changeSettings(app.page, { theme });
      await app.page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
      const name = `${step}-${String(size.width)}x${String(size.height)}-${theme}-${language}.png`;
      await app.page.screenshot({ path: join(FOLDER, name) });
    }
  }
  await resize(app, SIZES[0]);
}

describe('the panes', () => {
  it('keeps pictures of a full app: a VM, a registry, an image, the settings, in both languages', async () => {
    await mkdir(FOLDER, { recursive: true });
    const [one, other] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
    const home = await makeTartHome();
    const stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const { toRun } = await fillSampleHome(home, stateHome, { one: one.host, other: other.host });
    const running = await runTartVm(toRun);
    const app = await launchApp({ tartHome: home, stateHome, size: SIZES[0] });
    const { page } = app;
    await page.getByRole('treeitem', { name: 'sonoma-xcode-16.2' }).click();
    await page.getByText(/A push now would upload/).waitFor();
    await take(app, '1-vm', SIZES);
    await changeSettings(page, { language: 'zh-CN' });
    await page.getByText(/现在推送只需上传/).waitFor();
    await take(app, '1-vm', [SIZES[0]]);
    await changeSettings(page, { language: 'en' });
    await page.getByRole('treeitem', { name: 'broken-config' }).click();
    await take(app, '2-defect', [SIZES[0]]);
    await page.getByRole('treeitem', { name: '14.4.1' }).click();
    await page.getByRole('heading', { name: /^Layers/ }).waitFor();
    await take(app, '3-image', [SIZES[0], SIZES[1]]);
    await other.stop();
    await page.getByRole('treeitem', { name: other.host }).last().click();
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByRole('heading', { name: /cannot be reached|not reachable/ }).waitFor();
    await take(app, '4-registry-offline', [SIZES[0]]);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await take(app, '5-settings', [SIZES[0]]);
    await page.getByRole('tab', { name: 'Appearance' }).click();
    await take(app, '6-appearance', [SIZES[0]]);
    await app.close();
    await running.stop();
    await Promise.all([one.stop(), home.remove(), rm(stateHome, { recursive: true })]);
  });

  it('keeps pictures of an empty app', async () => {
    await mkdir(FOLDER, { recursive: true });
    const app = await launchApp({ size: SIZES[0] });
    await app.page.getByText('No VM found yet').waitFor();
    await take(app, '0-first-run', [SIZES[0], SIZES[1]]);
    await app.close();
  });
});
