import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { nodeConfig, root } from '../vite/node.config.mjs';
import { buildWasm } from './build-wasm.mjs';

/** Builds everything into dist/: codec, main side, preload, renderer. */
export async function buildAll() {
  const node = join(root, 'dist', 'node');
  buildWasm(join(node, 'codec.wasm'));
  await build(nodeConfig(node));
  const extra = ['preload', 'renderer'].map((name) => join(root, 'build', 'vite', `${name}.config.mjs`));
  for (const file of extra.filter(existsSync)) {
    /** @type {{ default: import('vite').InlineConfig }} */
    const { default: config } = await import(pathToFileURL(file).href);
    await build(config);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll();
