import { join } from 'node:path';
import { root } from './node.config.mjs';

/** The preload: one CommonJS file, as a sandboxed preload must be. */
export default {
  configFile: false,
  root,
  logLevel: 'warn',
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    target: 'node20.18',
    outDir: join(root, 'dist', 'preload'),
    emptyOutDir: true,
    rolldownOptions: {
      input: { preload: join(root, 'electron', 'preload', 'preload.ts') },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
};
