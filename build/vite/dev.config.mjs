import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node.config.mjs';
import window from './renderer.config.mjs';

/**
 * The dev server of the window, on a free loopback port. The page itself stays at `app://tartan`, which asks this server:
 * only the socket of hot reload goes to it directly.
 *
 * @param {number} port
 * @returns {import('vite').InlineConfig}
 */
export function devConfig(port) {
  return {
    ...window,
    cacheDir: join(root, 'dist', '.vite'),
    // Replaced in each answer, as in the built page.
    html: { cspNonce: '%CSP_NONCE%' },
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: port },
      // The packages may lie elsewhere and be linked.
      fs: { allow: [root, realpathSync(join(root, 'node_modules'))] },
    },
  };
}
