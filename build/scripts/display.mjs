import { connect } from 'node:net';
import { join } from 'node:path';

const ANSWER_MS = 2000;
/** X servers listen on TCP at this port plus their number. */
const X_PORT = 6000;

/**
 * @param {import('node:net').NetConnectOpts} place
 * @returns {Promise<boolean>} whether somebody listens there
 */
function answers(place) {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: ANSWER_MS });
    const end = (/** @type {boolean} */ listening) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/**
 * Whether an X server answers at a display's name: `:1`, `:1.0`, `unix:1`, `host:10.0`.
 *
 * @param {string} display
 */
async function answersAsX(display) {
  const [, host = '', number] = /^(?:\w+\/)?(.*):(\d+)(?:\.\d+)?$/.exec(display) ?? [];
  if (number === undefined) return false;
  if (host !== '' && host !== 'unix') return await answers({ host, port: X_PORT + Number(number) });
  const path = `/tmp/.X11-unix/X${number}`;
  // Some servers have only the name without a file.
  return (await answers({ path })) || (process.platform === 'linux' && (await answers({ path: `\0${path}` })));
}

/**
 * The display that a window can be shown on.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Promise<{ there: true } | { there: false, words: string }>} `words` say what is missing
 */
export async function findDisplay(environment = process.env) {
  if (process.platform !== 'linux') return { there: true };
  const wayland = environment['WAYLAND_DISPLAY'] ?? '';
  const display = environment['DISPLAY'] ?? '';
  if (wayland === '' && display === '') return { there: false, words: 'There is no display here' };
  const folder = environment['XDG_RUNTIME_DIR'] ?? '';
  const found =
    (wayland !== '' && (await answers({ path: wayland.startsWith('/') ? wayland : join(folder, wayland) }))) ||
    (display !== '' && (await answersAsX(display)));
  return found
    ? { there: true }
    : { there: false, words: `No display answers at ${display === '' ? wayland : display}` };
}
