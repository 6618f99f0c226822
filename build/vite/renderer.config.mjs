import { join } from 'node:path';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { root } from './node.config.mjs';

/**
 * The window: a page for Chromium 130 and newer, served by the app's own protocol.
 *
 * @type {import('vite').InlineConfig}
 */
const config = {
  configFile: false,
  root: join(root, 'renderer'),
  base: '/',
  logLevel: 'warn',
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' }],
  build: {
    target: 'chrome130',
    outDir: join(root, 'dist', 'renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
};

export default config;
