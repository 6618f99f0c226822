import { spawn, spawnSync } from 'node:child_process';
import { findDisplay } from './display.mjs';

/** Whether a window can be shown: on a display that is there, or on an Xvfb. */
export async function canShowWindows() {
  if ((await findDisplay()).there) return true;
  // It knows no --version: this prints its usage.
  return spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined;
}

/** @returns {Promise<{ name: string, end: () => void }>} an X server in memory, on a free number */
async function startXvfb() {
  // -displayfd picks a free number and writes it when the server is ready.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2600x1500x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  /** @type {string} */
  const number = await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error('Xvfb ended')));
    server.stdio[3]?.once('data', (data) => resolve(String(data).trim()));
  });
  return { name: `:${number}`, end: () => server.kill() };
}

/**
 * Runs work with displays that nothing else shows windows on: `count` of them, each an Xvfb. Where the person has a display,
 * it is that one alone, because windows of one display take the focus from each other.
 *
 * @template Result
 * @param {number} count
 * @param {(displays: readonly string[]) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withDisplays(count, work) {
  if ((await findDisplay()).there) return await work([process.env['DISPLAY'] ?? '']);
  const started = await Promise.allSettled(Array.from({ length: count }, startXvfb));
  const servers = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    return await work(servers.map(({ name }) => name));
  } finally {
    for (const { end } of servers) end();
  }
}

/**
 * Runs work with a display: the one that is there, or an Xvfb of its own.
 *
 * @template Result
 * @param {(environment: NodeJS.ProcessEnv) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withDisplay(work) {
  return await withDisplays(1, ([DISPLAY = '']) => work({ ...process.env, DISPLAY }));
}
