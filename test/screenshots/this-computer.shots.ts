import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/models/settings.ts';
import { launchApp } from '../e2e/app.ts';
import { chooseMenuItem } from '../e2e/menu-command.ts';
import { planPush, pushButton } from '../e2e/push-driver.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm } from '../fixtures/tart-vm.ts';
import { openAlbum } from './album.ts';

const PORT = 5987;
const NAMES = {
  en: { settings: 'Local store settings', check: 'Check' },
  'zh-CN': { settings: '本地存储设置', check: '检查' },
} as const;

describe('this computer', () => {
  it.each(['en', 'zh-CN'] as const)(
    'keeps pictures of its row, its detail and its settings in %s',
    async (language) => {
      const words = NAMES[language];
      const home = await makeTartHome();
      await makeTartVm(home, { name: 'sonoma-base' });
      const registry = await startDockerRegistry();
      const stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
      const settings = { ...DEFAULT_SETTINGS, servePort: PORT, storeBudget: 20_000_000 };
      await writeFile(join(stateHome, 'settings.json'), JSON.stringify(settings));
      const app = await launchApp({ tartHome: home, stateHome, size: { width: 1440, height: 900 } });
      const { page } = app;
      const repositories = page.locator('.pane-registries [role="treeitem"]', { hasText: 'macos/sonoma' });
      await page.locator('[data-key="this computer"]').click();
      await page.locator('[data-key="this computer"]').locator('.serve-switch').click();
      await page.getByRole('treeitem').getByText(`127.0.0.1:${PORT}`).waitFor();
      await planPush(page, 'sonoma-base', `127.0.0.1:${PORT}/macos/sonoma:14.4`, `${registry.host}/macos/sonoma:14.4`);
      await pushButton(page).click();
      await repositories.nth(1).waitFor();
      await chooseMenuItem(app, 'Show or hide transfers');
      const album = await openAlbum(app, 'this-computer', language);
      await page.locator('[data-key="this computer"]').click();
      await album.take('1-on');
      await page.getByRole('button', { name: words.check, exact: true }).click();
      await page
        .getByRole('status')
        .filter({ hasText: /all are right|全部正确/ })
        .waitFor();
      await album.take('2-checked');
      await page.getByRole('button', { name: /Collect…|清理…/ }).click();
      await page.getByRole('alertdialog').waitFor();
      await album.take('3-collect');
      await page.keyboard.press('Escape');
      const blobs = join(stateHome, 'store', 'blobs', 'sha256');
      const [name = ''] = await readdir(blobs);
      await writeFile(join(blobs, name), 'damaged');
      await album.set({ storeBudget: 8_500_000 });
      await page.getByRole('button', { name: words.check, exact: true }).click();
      await page
        .getByRole('status')
        .filter({ hasText: /is not right|有问题/ })
        .waitFor();
      await album.take('6-damaged');
      await album.set({ textScale: 150 });
      await album.take('7-large');
      await album.set({ textScale: 100 });
      await page.locator('[data-key="this computer"]').locator('.serve-switch').click();
      await repositories.nth(1).waitFor({ state: 'detached' });
      await album.take('4-off');
      await page.getByRole('button', { name: words.settings }).click();
      await album.take('5-settings');
      await app.close();
      await Promise.all([registry.stop(), home.remove(), rm(stateHome, { recursive: true })]);
    },
  );
});
