import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Entries of the main side: each becomes dist/node/NAME.cjs. */
const ENTRIES = {
  main: 'electron/main/main.ts',
  tartan: 'electron/cli/tartan.ts',
  'codec-worker': 'electron/engine/codec/codec-worker.ts',
  'state-worker': 'electron/engine/state/state-worker.ts',
  'blob-worker': 'electron/engine/store/blob-worker.ts',
  'lock-helper': 'electron/engine/tart/lock-helper.ts',
  'compiled-code': 'electron/host/compiled-code.ts',
};

const COMMAND_LINE = 'tartan';
/** Entries that the app starts by their files: workers and helpers. */
export const STARTED_BY_FILE = Object.keys(ENTRIES).filter((name) => name !== 'main' && name !== COMMAND_LINE);

/** What these load comes with the code that V8 compiled before (electron/host/compiled-code.ts). */
const LOADS_COMPILED_CODE = [COMMAND_LINE, 'codec-worker', 'state-worker', 'blob-worker'];

/**
 * The lines before an entry's own.
 *
 * @param {{ name: string, isEntry: boolean }} chunk
 */
function bannerOf({ name, isEntry }) {
  if (!isEntry || !LOADS_COMPILED_CODE.includes(name)) return '';
  // The command line is a program.
  const program = name === COMMAND_LINE ? '#!/usr/bin/env node\n' : '';
  return `${program}require("./compiled-code.cjs");`;
}

/** Native packages and Electron itself stay outside of the bundles. */
const EXTERNAL = [
  'electron',
  'koffi',
  '@photostructure/sqlite',
  ...builtinModules,
  ...builtinModules.map((name) => `node:${name}`),
];

/**
 * undici's HTTP/2 client gets what it would get from a Node without HTTP/2: nothing here speaks it, and Node's module
 * costs each process and worker 20 ms at its start.
 *
 * @type {import('vite').Plugin}
 */
const withoutHttp2 = {
  name: 'without-http2',
  transform: {
    filter: { id: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ },
    handler(code) {
      const needle = "http2 = require('node:http2')";
      if (!code.includes(needle)) throw new Error('undici loads HTTP/2 in another way');
      return { code: code.replace(needle, 'http2 = { constants: {} }'), map: null };
    },
  },
};

/**
 * undici reads answers with a parser in WebAssembly whose main function is one state machine of 34 KB. V8 would optimise it
 * after the first few answers, in the first half second of a push: 150 ms of a processor and 42 MB of memory, for what a
 * command spends a few ms on. So its module is made under flags that have all of it compiled at once and never again (2 ms);
 * V8's own follow. Workers share the main thread's module, and flags are the whole process's: only the main thread turns
 * them. Not in the app, which lives long and may have frozen them, nor under a V8 that may know them no more: it would say so.
 *
 * @type {import('vite').Plugin}
 */
const withUnoptimisedParser = {
  name: 'with-unoptimised-parser',
  transform: {
    filter: { id: /undici[\\/]lib[\\/]dispatcher[\\/]client-h1\.js$/ },
    handler(code) {
      const needle = "mod = new WebAssembly.Module(require('../llhttp/llhttp_simd-wasm.js'))";
      if (!code.includes(needle)) throw new Error('undici makes its parser in another way');
      const made = `
        const { v8, electron } = process.versions;
        const turns = require('node:worker_threads').isMainThread && electron === undefined && Number.parseInt(v8) <= 13;
        const flags = turns ? ['wasm-tier-up', 'wasm-dynamic-tiering', 'wasm-lazy-compilation'] : [];
        const { setFlagsFromString } = require('node:v8');
        for (const flag of flags) setFlagsFromString('--no-' + flag);
        try {
          ${needle};
        } finally {
          for (const flag of flags) setFlagsFromString('--' + flag);
        }`;
      return { code: code.replace(needle, () => made), map: null };
    },
  },
};

/**
 * Vite's configuration for main, workers, helper and command line: CommonJS for Node 20.18, everything bundled.
 *
 * @param {string} outDir
 * @param {readonly string[]} [names] the entries to build; all by default
 * @returns {import('vite').InlineConfig}
 */
export function nodeConfig(outDir, names = Object.keys(ENTRIES)) {
  const entries = Object.entries(ENTRIES).filter(
    ([name, file]) => names.includes(name) && existsSync(join(root, file)),
  );
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: [{ find: /^undici$/, replacement: join(root, 'build', 'vite', 'undici-parts.mjs') }] },
    plugins: [withoutHttp2, withUnoptimisedParser],
    ssr: { noExternal: true, external: EXTERNAL },
    build: {
      ssr: true,
      target: 'node20.18',
      outDir,
      emptyOutDir: false,
      minify: false,
      sourcemap: false,
      rolldownOptions: {
        input: Object.fromEntries(entries.map(([name, file]) => [name, join(root, file)])),
        external: EXTERNAL,
        output: {
          format: 'cjs',
          // Names stay, for the log; white space and comments are a quarter of what each start has to scan.
          minify: { compress: false, mangle: false, codegen: true },
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunk-[name]-[hash].cjs',
          banner: bannerOf,
        },
      },
    },
  };
}
