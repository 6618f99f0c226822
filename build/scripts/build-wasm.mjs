import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const source = join(root, 'electron', 'engine', 'codec', 'assembly');

/**
 * Compiles the codec to WebAssembly unless the output is newer than every source.
 * Memory is fixed: 0x5f0000 bytes are laid out, 96 pages of 64 KiB hold them.
 *
 * @param {string} outFile where codec.wasm goes
 * @returns {boolean} whether it was compiled
 */
export function buildWasm(outFile) {
  const inputs = readdirSync(source).map((name) => join(source, name));
  const newest = Math.max(...inputs.map((file) => statSync(file).mtimeMs));
  const built = statSync(outFile, { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs > newest) return false;
  mkdirSync(dirname(outFile), { recursive: true });
  const asc = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin', 'asc.js');
  const options = ['-O3', '--runtime', 'stub', '--noAssert', '--initialMemory', '96', '--maximumMemory', '96'];
  const run = spawnSync(process.execPath, [asc, join(source, 'index.ts'), ...options, '--outFile', outFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (run.status !== 0) throw new Error('the codec does not compile');
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) buildWasm(join(root, 'dist', 'node', 'codec.wasm'));
