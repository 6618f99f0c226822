import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packedApp } from '../../build/scripts/pack.mjs';
import { STARTED_BY_FILE } from '../../build/vite/node.config.mjs';
import { pullWithSkopeo } from '../fixtures/decode-image.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { CHECKOUT, launchApp, launchEnvironment } from './app.ts';
import { startDevtoolsApp } from './devtools-app.ts';
import { planPush } from './push-driver.ts';

const run = promisify(execFile);
const PACK_MS = 300_000;

/** `npm run pack`, as a person runs it. */
async function pack(environment: Readonly<Record<string, string>>): Promise<void> {
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV)/.test(name));
  await run(process.execPath, [join(CHECKOUT, 'build', 'scripts', 'pack.mjs')], {
    cwd: CHECKOUT,
    env: { ...Object.fromEntries(own), ...environment },
  });
}

/** The fuses of a program as they are written in it: `1` is on, `0` is off. */
async function fusesOf(executable: string): Promise<Record<string, string>> {
  const wire = await getCurrentFuseWire(executable);
  const fuses = Object.values(FuseV1Options).filter((value) => typeof value === 'number');
  return Object.fromEntries(fuses.map((fuse) => [FuseV1Options[fuse], String.fromCharCode(wire[fuse] ?? 0)]));
}

/** SHA-256 of each file below a folder, by its path in it. */
async function digestsOf(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    found.set(relative(folder, file), hash.digest('hex'));
  }
  return found;
}

describe('the packed app', () => {
  let registry: DockerRegistry;
  let home: TartHome;
  let vm: TartVm;
  let stateHome: string;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    await pack({ TARTAN_E2E: '0' });
    await pack({ TARTAN_E2E: '1' });
  }, PACK_MS);
  afterAll(() => registry.stop());
  beforeEach(async () => {
    home = await makeTartHome();
    vm = await makeTartVm(home, { name: 'builder' });
    stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  });
  afterEach(() => Promise.all([home.remove(), rm(stateHome, { recursive: true, force: true })]));

  it('carries what it runs with and nothing else', async () => {
    const resources = join(packedApp('release').folder, 'resources');
    const archive = join(resources, 'app.asar');
    const chunk = (name: string): string => name.replace(/-[\w-]{8}(?=\.(cjs|js|css|woff2)$)/, '-HASH');
    const isFile = (name: string): boolean => /\.\w+$|LICENSE$/.test(name);
    const packed = listPackage(archive, { isPack: false }).filter(isFile).map(chunk);
    const beside = [...(await digestsOf(`${archive}.unpacked`)).keys()].map((name) => chunk(`/${name}`));
    const system = `${process.platform}-${process.arch}`;
    const native = [
      `/node_modules/@koromix/koffi-${system}/index.js`,
      `/node_modules/@koromix/koffi-${system}/package.json`,
      `/node_modules/@koromix/koffi-${system}/${process.platform}_${process.arch}/koffi.node`,
      '/node_modules/@photostructure/sqlite/LICENSE',
      '/node_modules/@photostructure/sqlite/dist/index.cjs',
      '/node_modules/@photostructure/sqlite/package.json',
      `/node_modules/@photostructure/sqlite/prebuilds/${system}/@photostructure+sqlite.glibc.node`,
      '/node_modules/koffi/LICENSE.txt',
      '/node_modules/koffi/index.cjs',
      '/node_modules/koffi/package.json',
      '/node_modules/koffi/src/koffi/index.cjs',
      '/node_modules/node-gyp-build/LICENSE',
      '/node_modules/node-gyp-build/index.js',
      '/node_modules/node-gyp-build/node-gyp-build.js',
      '/node_modules/node-gyp-build/package.json',
    ];
    const started = ['codec.wasm', ...STARTED_BY_FILE.map((name) => `${name}.cjs`)];
    const built = packed.filter(
      (name) => !native.includes(name) && !/^\/dist\/(renderer\/assets|node\/chunk-)/.test(name),
    );

    expect(built.toSorted()).toEqual(
      [
        '/LICENSE',
        '/package.json',
        '/dist/preload/preload.cjs',
        '/dist/renderer/index.html',
        '/dist/node/main.cjs',
        ...started.map((name) => `/dist/node/${name}`),
      ].toSorted(),
    );
    expect(packed.filter((name) => name.startsWith('/node_modules/')).toSorted()).toEqual(native.toSorted());
    expect(beside.filter((name) => !/^\/dist\/node\/chunk-/.test(name)).toSorted()).toEqual(
      [...native, ...started.map((name) => `/dist/node/${name}`)].toSorted(),
    );
    // Programs of the command line, sources and maps stay at home.
    expect(packed.filter((name) => /log-update|tartan\.cjs|\.map$|\.tsx?$|\.test\./.test(name))).toEqual([]);
    expect(await readdir(resources)).toEqual(['app.asar', 'app.asar.unpacked']);
    expect((await stat(archive)).size).toBeLessThan(4_500_000);
  });

  it('has its fuses set, and the flavour for tests differs by the inspect fuse alone', async () => {
    const [release, tested] = [packedApp('release'), packedApp('e2e')];
    const [left, right] = await Promise.all([digestsOf(release.folder), digestsOf(tested.folder)]);
    const program = relative(release.folder, release.executable);
    const fuses = {
      RunAsNode: '0',
      EnableCookieEncryption: '1',
      EnableNodeOptionsEnvironmentVariable: '0',
      EnableNodeCliInspectArguments: '0',
      EnableEmbeddedAsarIntegrityValidation: '1',
      OnlyLoadAppFromAsar: '1',
      LoadBrowserProcessSpecificV8Snapshot: '0',
      GrantFileProtocolExtraPrivileges: '0',
    };

    expect(await fusesOf(release.executable)).toEqual(fuses);
    expect(await fusesOf(tested.executable)).toEqual({ ...fuses, EnableNodeCliInspectArguments: '1' });
    expect([...left.keys()].toSorted()).toEqual([...right.keys()].toSorted());
    expect([...left].filter(([name, digest]) => right.get(name) !== digest).map(([name]) => name)).toEqual([program]);
    const [one, other] = [readFileSync(release.executable), readFileSync(tested.executable)];
    let differing = 0;
    for (let at = 0; at < one.length; at += 4096) {
      const [a, b] = [one.subarray(at, at + 4096), other.subarray(at, at + 4096)];
      if (a.equals(b)) continue;
      for (const [place, byte] of a.entries()) if (b[place] !== byte) differing += 1;
    }
    expect(differing).toBe(1);
  });

  it('pushes a VM by its window', async () => {
    const app = await launchApp({ executable: packedApp('e2e').executable, tartHome: home });
    const { page } = app;
    const reference = `${registry.host}/packed/driven:1.0`;
    await planPush(page, 'builder', reference);
    await page.keyboard.press('Control+Enter');
    await page.getByText('written').waitFor();
    const seen = await app.electron.evaluate(
      ({ app: running, nativeImage }, icon) => ({
        packed: running.isPackaged,
        name: running.getName(),
        icon: nativeImage.createFromPath(icon).getSize(),
      }),
      join(CHECKOUT, 'dist', 'icons', 'linux', '512x512.png'),
    );
    await app.close();

    expect(seen).toEqual({ packed: true, name: 'Tartan', icon: { width: 512, height: 512 } });
    expect((await pullWithSkopeo(reference)).disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });

  it('as it is released lets nobody in by Node, reads no dev server, and pushes a VM', async () => {
    const mark = join(stateHome, 'required');
    const required = join(stateHome, 'required.cjs');
    await writeFile(required, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    let asked = 0;
    const devServer = createServer((_request, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => devServer.listen(0, '127.0.0.1', resolve));
    const address = devServer.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const { TARTAN_CHUNK_SIZE: _ofTests, ...environment } = launchEnvironment({}, home.root, stateHome);
    const { executable } = packedApp('release');
    const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const app = await startDevtoolsApp(
      executable,
      [...flags, '--remote-debugging-port=0', '--disable-gpu', '--lang=en-US', '--inspect=0'],
      {
        ...environment,
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: `--require ${required}`,
        TARTAN_DEV_URL: `http://127.0.0.1:${address.port}/`,
      },
    );
    const reference = `${registry.host}/packed/released:1.0`;
    try {
      const { page } = app;
      const named = (selector: string, text: string): string =>
        `[...document.querySelectorAll('${selector}')].findLast((it) => it.textContent.includes('${text}'))`;
      await page.click(named('[role="treeitem"]', 'builder'));
      await page.click(named('button', 'Push…'));
      await page.until(`document.activeElement?.tagName === 'INPUT'`);
      await page.type(reference);
      await page.press('Enter');
      await page.until(`document.body.textContent.includes('Plan made')`);
      await page.press('Enter', 'control');
      await page.until(`document.body.textContent.includes('written')`);

      expect({
        url: page.url,
        mark: existsSync(mark),
        asked,
        inspector: /Debugger listening/.test(app.errors()),
      }).toEqual({
        url: 'app://tartan/',
        mark: false,
        asked: 0,
        inspector: false,
      });
    } finally {
      expect(await app.end('SIGTERM', 'program')).toBe(0);
      devServer.close();
    }
    expect((await pullWithSkopeo(reference)).disk.equals(readFileSync(vm.diskFile))).toBe(true);
  });
});
