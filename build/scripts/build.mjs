import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { nodeConfig } from '../vite/node.config.mjs';
import { buildWasm } from './build-wasm.mjs';
import { buildPart } from './built-parts.mjs';
import { root } from './set-up.mjs';
import { step } from './step.mjs';

/**
 * A Vite configuration of build/vite.
 *
 * @param {string} name
 * @returns {Promise<import('vite').InlineConfig>}
 */
async function configNamed(name) {
  /** @type {{ default: import('vite').InlineConfig }} */
  const { default: config } = await import(pathToFileURL(join(root, 'build', 'vite', `${name}.config.mjs`)).href);
  return config;
}

/** Builds into dist/ what changed behind the window: codec, main side, preload. */
export async function buildHost() {
  const node = join(root, 'dist', 'node');
  await buildPart('codec', ['electron/engine/codec/assembly'], () =>
    step('Compiling the codec', () => {
      buildWasm(join(node, 'codec.wasm'));
    }),
  );
  await buildPart('node', ['electron', 'shared'], () =>
    step('Building the engine', async () => {
      await build(nodeConfig(node));
    }),
  );
  if (existsSync(join(root, 'electron', 'preload', 'preload.ts'))) {
    await buildPart('preload', ['electron/preload', 'shared'], () =>
      step('Building the preload', async () => {
        await build(await configNamed('preload'));
      }),
    );
  }
}

/** Builds into dist/ what changed. */
export async function buildAll() {
  await buildHost();
  if (existsSync(join(root, 'renderer', 'index.html'))) {
    await buildPart('renderer', ['renderer', 'shared'], () =>
      step('Building the window', async () => {
        await build(await configNamed('renderer'));
      }),
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll();
