import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

/** Programs that tests start and that not every machine has. */
const PROGRAMS = [
  ...['docker-registry', 'skopeo', 'mke2fs', 'openssl', 'htpasswd', 'curl', 'lz4', 'unzip', 'Xvfb', 'perl'],
  ...['unshare', 'mkfs.xfs', 'mkfs.btrfs', 'btrfs'],
];

/**
 * Whether a program can be started by its name alone.
 *
 * @param {string} name
 */
export function isOnPath(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, name)));
}

/**
 * Programs that a test names, itself or in what it imports from its neighbours and the fixtures.
 *
 * @param {string} file absolute path of a test
 * @param {Set<string>} [seen]
 * @returns {Set<string>}
 */
export function programsOf(file, seen = new Set()) {
  /** @type {Set<string>} */
  const found = new Set();
  if (seen.has(file) || !existsSync(file)) return found;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/\(\s*'([A-Za-z0-9.-]+)'/g)) {
    if (name !== undefined && PROGRAMS.includes(name)) found.add(name);
  }
  for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) {
    const imported = resolve(dirname(file), path ?? '');
    // What the product itself starts (its lock's perl, say) has fallbacks of its own.
    if (!/[/\\](test|fixtures)[/\\]/.test(imported)) continue;
    for (const name of programsOf(imported, seen)) found.add(name);
  }
  return found;
}

/**
 * Test files below some folders that need a program that is missing here, with the names of what they lack.
 *
 * @param {readonly string[]} folders
 * @param {(name: string) => boolean} [has]
 * @returns {Map<string, string[]>}
 */
export function testsWithoutPrograms(folders, has = isOnPath) {
  /** @type {Map<string, string[]>} */
  const lacking = new Map();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, name);
      if (!/\.(test|e2e)\.tsx?$/.test(name) || !statSync(file).isFile()) continue;
      const missing = [...programsOf(file)].filter((program) => !has(program)).sort();
      if (missing.length > 0) lacking.set(file, missing);
    }
  }
  return lacking;
}
