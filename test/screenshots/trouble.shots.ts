import { afterAll, beforeAll, describe, it } from 'vitest';
import { type LaunchedApp, launchApp } from '../e2e/app.ts';
import { planPush, pushButton, vmRow } from '../e2e/push-driver.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { type Fault, type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { makeTartHome, type TartHome } from '../fixtures/tart-vm.ts';
import { makeWovenVm } from '../fixtures/woven-vm.ts';
import { openAlbum } from './album.ts';

describe('what goes wrong', () => {
  let registry: DockerRegistry;
  let closed: DockerRegistry;
  let proxy: RegistryProxy;
  let fault: Fault = () => undefined;
  let home: TartHome;
  let app: LaunchedApp;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    closed = await startDockerRegistry({ account: { user: 'ci', password: 'right' } });
    proxy = await startRegistryProxy(registry.host, (...request) => fault(...request));
    home = await makeTartHome();
    await makeWovenVm(home, { name: 'sonoma-base', tail: '40r20h10r' });
    const environment = {
      TART_REGISTRY_USERNAME: 'ci',
      TART_REGISTRY_PASSWORD: 'wrong',
      TART_REGISTRY_HOSTNAME: closed.host,
    };
    app = await launchApp({ tartHome: home, environment, size: { width: 1440, height: 900 } });
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([proxy.close(), registry.stop(), closed.stop(), home.remove()]);
  });

  it('keeps a picture of each', async () => {
    const { page } = app;
    const album = await openAlbum(app, 'trouble');
    const unavailable = (fits: (method: string, path: string) => boolean, status: number): Fault =>
      function answer(seen, _incoming, outgoing) {
        if (!fits(seen.method, seen.path)) return undefined;
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        outgoing.end('{"errors":[{"code":"UNAVAILABLE","message":"made up for a picture"}]}');
        return 'answered';
      };
    await vmRow(page, 'sonoma-base').click();
    await page.getByRole('button', { name: 'Push…' }).click();
    await page.keyboard.type(`${closed.host}/macos/sonoma:1`);
    await page.getByText('auth.unauthorized').first().waitFor();
    await album.take('1-wrong-password');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await album.set({ bandwidthLimit: 2_000_000 });
    await planPush(page, 'sonoma-base', `${proxy.host}/macos/sonoma:1`);
    await pushButton(page).click();
    await page.getByRole('heading', { name: /^[3-9].* MB of .* sent$/ }).waitFor();
    fault = unavailable((method) => method === 'PATCH', 503);
    await page
      .getByText(/^Try [3-5] of 5/)
      .first()
      .waitFor();
    await album.take('2-retrying');
    fault = unavailable((method, path) => method === 'PUT' && path.includes('/manifests/'), 400);
    await album.set({ bandwidthLimit: null });
    await page.getByText('manifest.refused').waitFor({ timeout: 90_000 });
    await album.take('3-failed');
    fault = () => undefined;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('written').first().waitFor({ timeout: 90_000 });
  });
});
