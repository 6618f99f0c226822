import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { step } from './step.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Installs the dependencies if they are missing or older than the lockfile. Needs nothing but Node and npm. */
export async function installDependencies() {
  const installed = statSync(join(root, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  const lock = statSync(join(root, 'package-lock.json'));
  if (installed !== undefined && installed.mtimeMs >= lock.mtimeMs) return;
  await step('Installing dependencies', () => {
    const run = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (run.status !== 0) throw new Error('npm ci failed');
  });
}

/** Whether a window can be shown here. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** Whether there is a window to show: the renderer is part of this checkout. */
export function hasWindow() {
  return existsSync(join(root, 'electron', 'main', 'main.ts')) && existsSync(join(root, 'renderer', 'index.html'));
}

/** Flags that Electron needs where it runs as root, as in containers. */
export function electronFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
