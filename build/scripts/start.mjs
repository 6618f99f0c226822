import './node-version.mjs';
import { join } from 'node:path';
import { checkLibraries, checkSandbox, electronFlags, runInForeground } from './app-process.mjs';
import { findDisplay } from './display.mjs';
import { installDependencies, root } from './set-up.mjs';
import { runScript } from './step.mjs';

async function start() {
  await installDependencies();
  const { buildAll, buildHost } = await import('./build.mjs');
  const display = await findDisplay();
  if (!display.there) {
    await buildHost();
    process.stdout.write(`${display.words}, so the same is done in the terminal.\n`);
    process.exitCode = await runInForeground(process.execPath, [join(root, 'dist', 'node', 'tartan.cjs'), 'demo']);
    return;
  }
  const { electronRuntime } = await import('./electron-runtime.mjs');
  const { executable, dist } = await electronRuntime();
  await buildAll();
  checkSandbox(dist);
  const status = await runInForeground(executable, [...electronFlags(), ...process.argv.slice(2), root]);
  checkLibraries(status);
  process.exitCode = status;
}

await runScript(start);
