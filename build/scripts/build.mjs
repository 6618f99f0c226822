import './node-version.mjs';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPart } from './built-parts.mjs';
import { installDependencies, root } from './set-up.mjs';
import { runScript, step } from './step.mjs';

/**
 * Builds with a Vite configuration of build/vite.
 *
 * @param {string} name
 */
async function buildWith(name) {
  const { build } = await import('vite');
  /** @type {{ default: import('vite').InlineConfig }} */
  const { default: config } = await import(pathToFileURL(join(root, 'build', 'vite', `${name}.config.mjs`)).href);
  await build(config);
}

/**
 * Builds main, workers, helper and command line, and removes what earlier builds left beside them.
 *
 * @param {string} folder
 */
async function buildNode(folder) {
  const { build } = await import('vite');
  const { nodeConfig } = await import('../vite/node.config.mjs');
  const built = await build(nodeConfig(folder));
  if (!('output' in built)) throw new Error('one bundle was expected');
  const made = new Set(built.output.map(({ fileName }) => fileName));
  for (const name of readdirSync(folder)) if (name.endsWith('.cjs') && !made.has(name)) rmSync(join(folder, name));
  // npm links it as a program.
  chmodSync(join(folder, 'tartan.cjs'), 0o755);
}

/** Builds into dist/ what changed behind the window: codec, main side, preload. */
export async function buildHost() {
  const node = join(root, 'dist', 'node');
  const { buildWasm } = await import('./build-wasm.mjs');
  await buildPart('codec', ['electron/engine/codec/assembly'], () =>
    step('Compiling the codec', () => {
      buildWasm(join(node, 'codec.wasm'));
    }),
  );
  await buildPart('node', ['electron', 'shared'], () => step('Building the engine', () => buildNode(node)));
  await buildPart('preload', ['electron/preload', 'shared'], () =>
    step('Building the preload', () => buildWith('preload')),
  );
}

/** Builds into dist/ what changed. */
export async function buildAll() {
  await buildHost();
  await buildPart('renderer', ['renderer', 'shared'], () => step('Building the window', () => buildWith('renderer')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    await installDependencies();
    await buildAll();
  });
}
