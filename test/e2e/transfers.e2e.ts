import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, makeTartVm, runTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { type LaunchedApp, type LaunchOptions, launchApp } from './app.ts';
import { changeSettings, closeSheet, openSheet, planPush, pushButton } from './push-driver.ts';

/** Slow enough that a push of a few megabytes can be seen running. */
const SLOW = 1_000_000;

let registry: DockerRegistry;
let proxy: RegistryProxy;
let fault: Fault = () => undefined;
let home: TartHome;
let vm: TartVm;
let stateHome: string;
let app: LaunchedApp;

beforeAll(async () => {
  registry = await startDockerRegistry();
  proxy = await startRegistryProxy(registry.host, (...request) => fault(...request));
});
afterAll(async () => {
  await proxy.close();
  await registry.stop();
});
beforeEach(async () => {
  fault = () => undefined;
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
});
afterEach(async () => {
  await app.close();
  await home.remove();
  await rm(stateHome, { recursive: true, force: true });
});

async function start(options: LaunchOptions = {}): Promise<LaunchedApp> {
  app = await launchApp({ tartHome: home, stateHome, ...options });
  // The system's own dialog cannot be clicked from outside: a test that ends early quits, others set their answer.
  await app.electron.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
  });
  return app;
}

/** Whether the disk that a reference names is the VM's, byte for byte. */
async function holdsTheDisk(reference: string): Promise<boolean> {
  return (await pullWithSkopeo(reference)).disk.equals(readFileSync(vm.diskFile));
}

/** Bytes of blobs that came to the proxy within some time. */
async function blobBytesIn(ms: number): Promise<number> {
  const before = proxy.blobBytes();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return proxy.blobBytes() - before;
}

describe('a running push', () => {
  it('pauses, goes on and ends in a correct image', async () => {
    const { page } = await start();
    await changeSettings(page, { bandwidthLimit: SLOW });
    const reference = `${proxy.host}/transfers/paused:1`;
    await planPush(page, 'builder', reference);
    await pushButton(page).click();
    await page.getByRole('heading', { name: /^[1-9].* of .* sent$/ }).waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    // The pieces on their way arrive; then nothing follows.
    await expect.poll(() => blobBytesIn(1000)).toBe(0);
    await changeSettings(page, { bandwidthLimit: null });
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('written').waitFor();
    expect(await holdsTheDisk(`${registry.host}/transfers/paused:1`)).toBe(true);
  });

  it('is cancelled without a tag, and its layers are not sent again by the next', async () => {
    const { page } = await start();
    await changeSettings(page, { bandwidthLimit: SLOW });
    const reference = `${proxy.host}/transfers/cancelled:1`;
    await planPush(page, 'builder', reference);
    await pushButton(page).click();
    await page.getByRole('heading', { name: /^[2-9].* MB of .* sent$/ }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).waitFor();
    await expect(pullWithSkopeo(`${registry.host}/transfers/cancelled:1`)).rejects.toThrow();
    const sentBefore = proxy.blobBytes();
    await changeSettings(page, { bandwidthLimit: null });
    // The sheet offers the same target again.
    await planPush(page, 'builder');
    await pushButton(page).click();
    await page.getByText('written').waitFor();
    const whole = await blobBytesOf(`${registry.host}/transfers/cancelled:1`);
    expect(proxy.blobBytes() - sentBefore).toBeLessThan(whole - 1_000_000);
    expect(await holdsTheDisk(`${registry.host}/transfers/cancelled:1`)).toBe(true);
  });

  it('says why it failed, and a new try ends in a correct image', async () => {
    const { page } = await start();
    fault = (seen, _incoming, outgoing) => {
      if (seen.method !== 'PUT' || !seen.path.includes('/manifests/')) return undefined;
      outgoing.writeHead(400, { 'content-type': 'application/json' });
      outgoing.end('{"errors":[{"code":"MANIFEST_INVALID","message":"made up for a test"}]}');
      return 'answered';
    };
    await planPush(page, 'builder', `${proxy.host}/transfers/refused:1`);
    await pushButton(page).click();
    await page.getByText('manifest.refused').waitFor();
    await expect.poll(() => page.getByText(/^Nothing is lost/).count()).toBe(1);
    fault = () => undefined;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('written').waitFor();
    expect(await holdsTheDisk(`${registry.host}/transfers/refused:1`)).toBe(true);
  });

  it('asks before it moves a tag that somebody else moved after the plan', async () => {
    const { page } = await start();
    const reference = `${registry.host}/transfers/conflict:latest`;
    await makeTartVm(home, { name: 'other', disk: { seed: 'other', tail: ['short'] } });
    await planPush(page, 'other', `${registry.host}/transfers/conflict:theirs`);
    await pushButton(page).click();
    await page.getByText('written').waitFor();
    await planPush(page, 'builder', reference);
    moveTag(`${registry.host}/transfers/conflict:theirs`, reference);
    await pushButton(page).click();
    await page.getByRole('button', { name: 'Move the tag anyway' }).waitFor();
    expect(await holdsTheDisk(reference)).toBe(false);
    await page.getByRole('button', { name: 'Move the tag anyway' }).click();
    await page.getByText('written').first().waitFor();
    await expect.poll(() => holdsTheDisk(reference)).toBe(true);
  });

  it('is offered again after the app was killed, and sends only the rest', async () => {
    const first = await start();
    await changeSettings(first.page, { bandwidthLimit: SLOW });
    await planPush(first.page, 'builder', `${proxy.host}/transfers/killed:1`);
    const before = proxy.blobBytes();
    await pushButton(first.page).click();
    await first.page.getByRole('heading', { name: /^[3-9].* MB of .* sent$/ }).waitFor();
    await first.kill();
    const sent = proxy.blobBytes() - before;
    const { page } = await start();
    await changeSettings(page, { bandwidthLimit: null });
    await page.getByText(/^The push of builder to .* was interrupted/).waitFor();
    await expect(pullWithSkopeo(`${registry.host}/transfers/killed:1`)).rejects.toThrow();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText(/^builder pushed to/).waitFor();
    const whole = await blobBytesOf(`${registry.host}/transfers/killed:1`);
    expect(proxy.blobBytes() - before - sent).toBeLessThan(whole - 1_000_000);
    expect(await holdsTheDisk(`${registry.host}/transfers/killed:1`)).toBe(true);
  });

  it('is asked about when the window closes, goes on if it is kept, and is interrupted if not', async () => {
    const { page, electron } = await start();
    await electron.evaluate(({ dialog }) => {
      const notes: string[] = [];
      Object.assign(globalThis, { quitQuestions: notes, quitAnswer: 0 });
      dialog.showMessageBox = (...args: readonly unknown[]) => {
        const options = args.at(-1);
        notes.push(JSON.stringify(options));
        const { quitAnswer } = globalThis as unknown as { readonly quitAnswer: number };
        return Promise.resolve({ response: quitAnswer, checkboxChecked: false });
      };
    });
    const closeWindow = () => electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await changeSettings(page, { bandwidthLimit: SLOW / 4 });
    await planPush(page, 'builder', `${proxy.host}/transfers/quit:1`);
    await pushButton(page).click();
    await page.getByRole('heading', { name: /^[1-9].* of .* sent$/ }).waitFor();
    await closeWindow();
    const asked = () =>
      electron.evaluate(() => (globalThis as unknown as { readonly quitQuestions: readonly string[] }).quitQuestions);
    await expect.poll(async () => (await asked()).length).toBe(1);
    expect((await asked())[0]).toContain('Keep');
    await expect.poll(() => page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(1);
    await electron.evaluate(() => Object.assign(globalThis, { quitAnswer: 1 }));
    const ended = new Promise((resolve) => electron.process().once('exit', resolve));
    await closeWindow().catch(() => undefined);
    await ended;
    const again = await start();
    await again.page.getByText(/^The push of builder to .* was interrupted/).waitFor();
  });

  it('tells the end in a notification when nobody looks at the window', async () => {
    const { page, electron } = await start();
    await electron.evaluate(({ Notification, BrowserWindow }) => {
      const notes: string[] = [];
      Object.assign(globalThis, { notes });
      // There is no notification service here: what would be shown is noted.
      Notification.isSupported = () => true;
      Notification.prototype.show = function show(this: Electron.Notification) {
        notes.push(`${this.title}\n${this.body}`);
      };
      BrowserWindow.getAllWindows()[0]?.blur();
    });
    const reference = `${proxy.host}/transfers/told:1`;
    await planPush(page, 'builder', reference);
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await page.keyboard.press('Control+Enter');
    const notes = () => electron.evaluate(() => (globalThis as unknown as { readonly notes: readonly string[] }).notes);
    await expect.poll(notes).toEqual([expect.stringMatching(/^builder .*\n.*transfers\/told:1$/)]);
  });

  it('tells screen readers of its start and its end', async () => {
    const { page } = await start();
    await changeSettings(page, { bandwidthLimit: SLOW });
    await planPush(page, 'builder', `${proxy.host}/transfers/said:1`);
    await pushButton(page).click();
    await page.getByRole('status').getByText('The push of builder has started.').waitFor({ state: 'attached' });
    await changeSettings(page, { bandwidthLimit: null });
    await page.getByRole('status').getByText('builder is pushed.').waitFor({ state: 'attached' });
  });
});

describe('the push sheet', () => {
  it('lets the VM go when it closes while the disk is read', async () => {
    const { page } = await start();
    // The registry keeps the plan waiting, and with it the lock.
    let asked = false;
    fault = (seen) => {
      if (seen.method !== 'HEAD') return undefined;
      asked = true;
      return 'answered';
    };
    const state = (): Promise<string> =>
      runTartVm(vm).then(
        (run) => run.stop().then(() => 'free'),
        () => 'locked',
      );
    await openSheet(page, 'builder');
    await page.keyboard.type(`${proxy.host}/transfers/closed:1`);
    // Trying the lock takes it: before the plan has it, the plan would find the VM running.
    await expect.poll(() => asked).toBe(true);
    expect(await state()).toBe('locked');
    await closeSheet(page);
    await expect.poll(state).toBe('free');
  });

  it('says what a registry said to a wrong password', async () => {
    const closed = await startDockerRegistry({ account: { user: 'ci', password: 'right' } });
    const { page } = await start({
      environment: {
        TART_REGISTRY_USERNAME: 'ci',
        TART_REGISTRY_PASSWORD: 'wrong',
        TART_REGISTRY_HOSTNAME: closed.host,
      },
    });
    await openSheet(page, 'builder');
    await page.keyboard.type(`${closed.host}/macos/builder:1`);
    await page.getByRole('dialog').getByText('auth.unauthorized').waitFor();
    await expect.poll(() => page.getByRole('dialog').getByText('What the registry said').count()).toBe(1);
    await expect.poll(() => page.getByRole('dialog').textContent()).not.toContain('wrong');
    await expect.poll(() => pushButton(page).count()).toBe(0);
    await page.keyboard.press('Escape');
    await closed.stop();
  });
});

/** Packed bytes of an image's blobs, once for each digest. */
async function blobBytesOf(reference: string): Promise<number> {
  const { manifest } = await pullWithSkopeo(reference);
  const { layers } = manifest as { layers: { digest: string; size: number }[] };
  return [...new Map(layers.map(({ digest, size }) => [digest, size])).values()].reduce((sum, size) => sum + size, 0);
}

/** Points a tag at the image of another, as another person would. */
function moveTag(from: string, to: string): void {
  const plain = ['--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
  execFileSync('skopeo', ['copy', ...plain, '--preserve-digests', `docker://${from}`, `docker://${to}`], {
    stdio: 'pipe',
  });
}
