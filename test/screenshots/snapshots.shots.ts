import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { vmRow } from '../e2e/push-driver.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type LoopVolume, makeLoopVolume } from '../fixtures/loop-volume.ts';
import { makeTartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { changeChunks, cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';
import { openAlbum } from './album.ts';

const WORDS = {
  en: {
    local: 'Local',
    push: 'Push…',
    made: /Plan made/,
    written: 'written',
    commands: /^Commands for the snapshot/,
    pin: 'Pin',
    close: 'Close transfers',
    settings: 'Settings',
    vms: 'Local VMs',
    transfers: 'Transfers',
  },
  'zh-CN': {
    local: '本地',
    push: '推送…',
    made: /方案生成于/,
    written: '已写入',
    commands: /快照的命令$/,
    pin: '固定',
    close: '关闭传输',
    settings: '设置',
    vms: '本地虚拟机',
    transfers: '传输',
  },
} as const;

describe.each(['en', 'zh-CN'] as const)('snapshots and what a plan tells by them (%s)', (language) => {
  let registry: DockerRegistry;
  let volume: LoopVolume;
  let app: LaunchedApp;
  let vm: TartVm;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    volume = makeLoopVolume('xfs', undefined, 1024 ** 3);
    const home = await makeTartHome(volume.path);
    vm = await makeWovenVm(home, { name: 'sonoma-base', tail: '40r1d20r3d10r18h30r' });
    await cloneWithChanges(home, vm, 'sonoma-xcode-16.2', [0, 17, 18, 42, 71]);
    app = await launchApp({ tartHome: home, size: { width: 1440, height: 900 } });
  });
  afterAll(async () => {
    await app.close();
    await registry.stop();
    volume.remove();
  });

  it('keeps a picture of each step', async () => {
    const { page } = app;
    const words = WORDS[language];
    const album = await openAlbum(app, 'snapshots', language);
    const openSheet = async (name: string, reference: string) => {
      await vmRow(page, name, words.local).click();
      await page.getByRole('button', { name: words.push, exact: true }).click();
      await page.keyboard.type(`${registry.host}/${reference} `);
      await page.getByText(words.made).waitFor();
    };
    await openSheet('sonoma-base', 'macos/sonoma:14.4.1');
    await page.keyboard.press('Control+Enter');
    await page.getByText(words.written).first().waitFor();
    // The detail and the settings have the whole window.
    await page.getByRole('button', { name: words.close, exact: true }).click();
    await changeChunks(vm, [3, 18, 19, 50], 'later');
    await vmRow(page, 'sonoma-base', words.local).click();
    await page.getByRole('button', { name: words.commands }).click();
    await page.getByRole('menuitem', { name: words.pin, exact: true }).click();
    await page.getByRole('button', { name: words.commands }).scrollIntoViewIfNeeded();
    await album.take('1-in-the-detail');
    await openSheet('sonoma-base', 'macos/sonoma:14.4.2');
    await album.take('2-plan-from-its-base');
    await page.keyboard.press('Escape');
    await openSheet('sonoma-xcode-16.2', 'macos/xcode:16.2');
    await album.take('3-plan-of-a-clone');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: words.settings, exact: true }).click();
    await page.getByRole('tab', { name: words.vms }).click();
    await album.take('4-settings-budget');
    await page.getByRole('tab', { name: words.transfers }).click();
    await album.take('5-settings-index');
  });
});
