import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { openTestEngine } from '../fixtures/test-engine.ts';
import { changeChunks, cloneWithChanges, makeWovenVm } from '../fixtures/woven-vm.ts';
import { openAlbum } from './album.ts';

const WEEK_MS = 7 * 86_400_000;

/** Pushes of half a year, a week or so apart: VM, repository, tag, chunks that are written before. */
const PUSHES: readonly (readonly [vm: string, repository: string, tag: string, changed: readonly number[]])[] = [
  ['sonoma-base', 'macos/sonoma', '14.3', []],
  ['sonoma-base', 'macos/sonoma', '14.4.0', [20, 21, 22]],
  ['sonoma-xcode', 'macos/xcode', '16.1', [24, 25, 26, 27]],
  ['sonoma-base', 'macos/sonoma', '14.4.1', [28]],
  ['sonoma-xcode', 'macos/xcode', '16.2', [26, 27]],
  ['sonoma-xcode', 'ci/runners', 'sonoma-xcode', []],
  ['sequoia-base', 'macos/sequoia', '15.0', []],
  ['sequoia-base', 'macos/sequoia', '15.0.1', [20]],
  ['sequoia-base', 'macos/sequoia', '15.1', [22, 23]],
  ['sequoia-base', 'macos/sequoia', 'latest', []],
  ['ubuntu', 'linux/ubuntu-runner', '24.04', []],
  ['sonoma-xcode', 'ci/runners', 'sonoma-xcode', [30]],
];

describe.each(['en', 'zh-CN'] as const)('the savings of half a year (%s)', (language) => {
  let first: DockerRegistry;
  let second: DockerRegistry;
  let home: TartHome;
  let stateHome: string;
  let app: LaunchedApp;

  beforeAll(async () => {
    [first, second] = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
    home = await makeTartHome();
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
    const sonoma = await makeWovenVm(home, { name: 'sonoma-base', tail: '18r2d6h' });
    const vms = new Map([
      ['sonoma-base', sonoma],
      ['sonoma-xcode', await cloneWithChanges(home, sonoma, 'sonoma-xcode', [17, 18, 19, 20])],
      [
        'sequoia-base',
        await cloneWithChanges(home, sonoma, 'sequoia-base', [0, 1, 2, 3, 4, 17, 18, 19, 20, 21, 22, 23, 24]),
      ],
      ['ubuntu', await makeWovenVm(home, { name: 'ubuntu', tail: '4r4h' })],
    ]);
    const engine = await openTestEngine({ tartHome: home.root, stateHome });
    engine.advance(-26 * WEEK_MS);
    for (const [at, [name, repository, tag, changed]] of PUSHES.entries()) {
      const vm = vms.get(name);
      if (vm === undefined) throw new Error(`no VM ${name}`);
      if (changed.length > 0) await changeChunks(vm, changed, tag);
      await engine.push({ vmId: `vm:${name}`, references: [`${first.host}/${repository}:${tag}`] });
      // Every other one goes to a second registry too.
      if (at % 2 === 1) await engine.push({ vmId: `vm:${name}`, references: [`${second.host}/${repository}:${tag}`] });
      engine.advance(2 * WEEK_MS + (at % 3) * 86_400_000);
    }
    const { signal } = new AbortController();
    for (const { host } of [first, second]) {
      for (const repository of new Set(PUSHES.map(([, name]) => name))) {
        // The second registry lacks some of them.
        await engine.handlers['repositories.read']({ host, repository, insecure: false }, signal).catch(
          () => undefined,
        );
      }
    }
    await engine.close();
    app = await launchApp({ tartHome: home, stateHome });
  }, 300_000);
  afterAll(async () => {
    await app.close();
    await Promise.all([first.stop(), second.stop()]);
    await home.remove();
    await rm(stateHome, { recursive: true });
  });

  it('keeps a picture of each step', async () => {
    const { page } = app;
    const words =
      language === 'en'
        ? { savings: 'Savings', notSent: /^Not sent: /, table: 'Table', choose: /^Choose .*sequoia:15\.1$/ }
        : { savings: '节省', notSent: /^免传：/, table: '表格', choose: /^选择 .*sequoia:15\.1$/ };
    const album = await openAlbum(app, 'savings', language);
    await page.getByRole('button', { name: words.savings, exact: true }).click();
    await page.locator('.matrix').waitFor();
    await page.getByRole('button', { name: words.notSent }).click();
    await album.take('1-savings');
    await page.locator('.treemap-cell').first().click();
    await album.take('2-registry');
    await page.locator('.treemap-cell').first().click();
    await page.locator('.treemap-cell').first().click();
    await page.locator('.treemap-cell').first().click();
    await page.locator('.savings-panel').waitFor();
    await album.take('3-layer');
    await page.locator('.treemap-way button').first().click();
    for (const twin of await page.getByRole('radio', { name: words.table }).all()) await twin.click();
    await page.getByRole('checkbox', { name: words.choose }).first().press('Space');
    await page.locator('.savings-panel').waitFor();
    await album.take('4-tables');
    await page.locator('.savings-by').scrollIntoViewIfNeeded();
    await album.take('5-saved-by');
  });
});
