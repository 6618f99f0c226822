import './node-version.mjs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkLibraries, checkSandbox, startElectron, untilEnded } from './app-process.mjs';
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
    const demo = spawn(process.execPath, [join(root, 'dist', 'node', 'tartan.cjs'), 'demo'], { stdio: 'inherit' });
    process.exitCode = await untilEnded(demo, { sharesTerminal: true });
    return;
  }
  const { electronRuntime } = await import('./electron-runtime.mjs');
  const { executable, dist } = await electronRuntime();
  await buildAll();
  checkSandbox(dist);
  const app = startElectron(executable, [...process.argv.slice(2), root]);
  const status = await untilEnded(app, { sharesTerminal: process.platform === 'win32' });
  checkLibraries(status);
  process.exitCode = status;
}

await runScript(start);
