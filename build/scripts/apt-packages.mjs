import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SetUpError, step } from './step.mjs';

/** What Electron links against, by the names of Debian 12. */
const ELECTRON_LIBRARIES = [
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

/**
 * Packages by the names that a system has: since Debian 13 and Ubuntu 24.04 some libraries, whose times have 64 bits there,
 * are called `NAMEt64`, and the old name of some is not one that apt installs.
 *
 * @param {readonly string[]} names as Debian 12 has them
 * @param {ReadonlySet<string>} [known] names of packages that there are here
 */
export function namedHere(names, known = libraryNames()) {
  return names.map((name) => (known.has(`${name}t64`) ? `${name}t64` : name));
}

/** Names of libraries in apt's lists; none before those were fetched. */
function libraryNames() {
  const run = spawnSync('apt-cache', ['pkgnames', 'lib'], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return new Set(run.status === 0 ? run.stdout.split('\n') : []);
}

/** Electron's libraries, by the names that apt has here. */
export function electronLibraries() {
  return namedHere(ELECTRON_LIBRARIES);
}

/** @param {string} name */
function isThere(name) {
  return isInstalled(name) || isInstalled(`${name}t64`);
}

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
  const missing = PACKAGES.filter((name) => !isThere(name));
  if (missing.length === 0) return true;
  if (process.getuid?.() !== 0) {
    process.stderr.write(`Missing packages, ${without}: ${namedHere(missing).join(' ')}\n`);
    return false;
  }
  await step(`Installing ${missing.length} Debian packages`, () => {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-qq'], /** @type {import('node:child_process').SpawnSyncOptions} */ (options));
    const run = spawnSync(
      'apt-get',
      // Not before the lists are there.
      ['install', '-y', '--no-install-recommends', ...namedHere(missing)],
      /** @type {import('node:child_process').SpawnSyncOptions} */ (options),
    );
    if (run.status !== 0) throw new SetUpError(`apt-get did not install ${namedHere(missing).join(' ')}`);
  });
  return true;
}
