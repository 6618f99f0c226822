import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetUpError, step } from './step.mjs';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/**
 * @param {string} file a lockfile
 * @returns {Record<string, LockedPackage>} its packages by their folders
 */
function lockedPackages(file) {
  /** @type {{ packages?: Record<string, LockedPackage> }} */
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  return lock.packages ?? {};
}

/** Whether node_modules holds what the lockfile says; npm leaves a list there of what it installed. */
function isInstalled() {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = lockedPackages(list);
  return Object.entries(lockedPackages(join(root, 'package-lock.json'))).every(([folder, { version, optional }]) => {
    // The first entry is this package itself; optional ones may be for another system.
    if (folder === '') return true;
    const there = installed[folder];
    return there === undefined ? optional === true : there.version === version;
  });
}

/** Installs the dependencies if they are missing or others than the lockfile says. Needs nothing but Node and npm. */
export async function installDependencies() {
  if (isInstalled()) return;
  await step('Installing dependencies', () => {
    const run = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (run.status !== 0) throw new SetUpError('The dependencies could not be installed: npm ci says why above.');
  });
}
