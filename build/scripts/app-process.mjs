import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ELECTRON_LIBRARIES } from './apt-packages.mjs';
import { SetUpError } from './step.mjs';

/** Mode bit of a program that runs as its owner (chmod(2), S_ISUID). */
const SET_USER_ID = 0o4000;
/** What a loader answers that does not find a library. */
const NOT_LOADED = 127;

/** Flags that Electron needs where it runs as root, as in containers. */
export function electronFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

/**
 * Refuses to start where Chromium's sandbox cannot work: neither by user namespaces nor by its helper. Chromium itself would
 * end with a stack.
 *
 * @param {string} dist folder of the Electron runtime
 */
export function checkSandbox(dist) {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return;
  const helper = join(dist, 'chrome-sandbox');
  const found = statSync(helper, { throwIfNoEntry: false });
  if (found?.uid === 0 && (found.mode & SET_USER_ID) !== 0) return;
  // Where there is no unshare to ask with, Chromium is left to find out.
  if (spawnSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' }).status !== 1) return;
  throw new SetUpError(
    `This system does not let Chromium make its sandbox. Allow it once: sudo chown root ${helper} && sudo chmod 4755 ${helper}`,
  );
}

/**
 * Runs a program in the foreground until it ends. Ctrl-C reaches it as well; this process waits for it, so that the prompt
 * comes back when all is closed.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit status; 128 plus the number of a signal
 */
export async function runInForeground(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' });
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const stay = () => undefined;
  process.on('SIGINT', stay);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  try {
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    return Number(status);
  } finally {
    process.off('SIGINT', stay);
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  }
}

/**
 * Says what to install when the loader did not find a library of Electron's.
 *
 * @param {number} status of Electron's process
 */
export function checkLibraries(status) {
  if (process.platform === 'linux' && status === NOT_LOADED)
    throw new SetUpError(
      `Electron lacks libraries of this system. On Debian or Ubuntu: apt-get install ${ELECTRON_LIBRARIES.join(' ')}`,
    );
}
