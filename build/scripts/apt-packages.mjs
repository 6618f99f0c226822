import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { step } from './step.mjs';

/** What Electron links against. */
export const ELECTRON_LIBRARIES = [
  ...['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libatk-bridge2.0-0', 'libatk1.0-0', 'libcups2', 'libdrm2'],
  ...['libxkbcommon0', 'libxcomposite1', 'libxdamage1', 'libxrandr2', 'libpango-1.0-0', 'libnotify4', 'libxss1'],
  ...['libxtst6', 'libatspi2.0-0', 'libsecret-1-0'],
];
/** Registries, tools and file systems that the tests use. */
const TOOLS = [
  ...['docker-registry', 'skopeo', 'e2fsprogs', 'btrfs-progs', 'xfsprogs', 'lz4', 'openssl', 'curl', 'unzip'],
  ...['xvfb', 'xauth', 'apache2-utils', 'fonts-noto-cjk'],
];
const PACKAGES = [...TOOLS, ...ELECTRON_LIBRARIES];

/** @param {string} name */
function isInstalled(name) {
  const run = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return run.status === 0 && run.stdout.includes('install ok installed');
}

function isDebian() {
  if (process.platform !== 'linux') return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/**
 * Installs the missing packages where it may (root on Debian or Ubuntu), else names them.
 *
 * @param {string} without what becomes of what needs one that is missing: "their tests are skipped"
 * @returns {Promise<boolean>} whether everything is there, so that no test may be skipped
 */
export async function aptPackages(without) {
  if (!isDebian()) {
    process.stderr.write(`These may be missing here; if so, ${without}: ${TOOLS.join(' ')}\n`);
    return false;
  }
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return true;
  if (process.getuid?.() !== 0) {
    process.stderr.write(`Missing packages, ${without}: ${missing.join(' ')}\n`);
    return false;
  }
  await step(`Installing ${missing.length} Debian packages`, () => {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-qq'], /** @type {import('node:child_process').SpawnSyncOptions} */ (options));
    const run = spawnSync(
      'apt-get',
      ['install', '-y', '--no-install-recommends', ...missing],
      /** @type {import('node:child_process').SpawnSyncOptions} */ (options),
    );
    if (run.status !== 0) throw new Error('apt-get failed');
  });
  return true;
}
