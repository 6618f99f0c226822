import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { electronLibraries } from './apt-packages.mjs';
import { SetUpError } from './step.mjs';

/** Mode bit of a program that runs as its owner (chmod(2), S_ISUID). */
const SET_USER_ID = 0o4000;
/** What a loader answers that does not find a library. */
const NOT_LOADED = 127;

/** Flags that Electron needs where it runs as root, as in containers. */
function electronFlags() {
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
 * Starts Electron in a process group of its own: Ctrl-C would end Chromium's helpers below the app, which takes that for a
 * fault. Who starts it passes signals on to the app alone.
 *
 * @param {string} executable
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 */
export function startElectron(executable, args, environment = process.env) {
  return spawn(executable, [...electronFlags(), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
    // On Windows that would be a console of its own.
    detached: process.platform !== 'win32',
  });
}

/**
 * Stays until a program ends, so that the prompt comes back when all is closed, and passes signals on to it.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ sharesTerminal: boolean }} options whether Ctrl-C reaches the program by itself
 * @returns {Promise<number>} its exit status; 128 plus the number of a signal
 */
export async function untilEnded(child, { sharesTerminal }) {
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const interrupt = sharesTerminal ? () => undefined : pass;
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  try {
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    return Number(status);
  } finally {
    process.off('SIGINT', interrupt);
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
      `Electron lacks libraries of this system. On Debian or Ubuntu: apt-get install ${electronLibraries().join(' ')}`,
    );
}
