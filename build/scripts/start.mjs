import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { electronFlags, hasDisplay, hasWindow, installDependencies, root } from './set-up.mjs';

await installDependencies();
const { buildAll } = await import('./build.mjs');
await buildAll();
if (!hasDisplay() || !hasWindow()) {
  process.stdout.write('There is no display here, so the same is shown in the terminal.\n');
  const run = spawnSync(process.execPath, [join(root, 'dist', 'node', 'tartan.cjs'), 'demo'], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} else {
  const { electronRuntime } = await import('./electron-runtime.mjs');
  const { executable } = await electronRuntime();
  const run = spawnSync(executable, [...electronFlags(), root], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
}
