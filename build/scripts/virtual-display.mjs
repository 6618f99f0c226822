import { spawn, spawnSync } from 'node:child_process';
import { findDisplay } from './display.mjs';

/** Whether a window can be shown: on a display that is there, or on an Xvfb. */
export async function canShowWindows() {
  if ((await findDisplay()).there) return true;
  // It knows no --version: this prints its usage.
  return spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined;
}

/**
 * Runs work with a display: the one that is there, or an Xvfb of its own on a free number.
 *
 * @template Result
 * @param {(environment: NodeJS.ProcessEnv) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withDisplay(work) {
  if ((await findDisplay()).there) return await work(process.env);
  // -displayfd picks a free number and writes it when the server is ready.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2600x1500x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    const number = await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', () => reject(new Error('Xvfb ended')));
      server.stdio[3]?.once('data', (data) => resolve(String(data).trim()));
    });
    return await work({ ...process.env, DISPLAY: `:${number}` });
  } finally {
    server.kill();
  }
}
