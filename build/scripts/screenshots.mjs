import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { aptPackages } from './apt-packages.mjs';
import { installDependencies, root } from './set-up.mjs';
import { runScript } from './step.mjs';
import { withDisplay } from './virtual-display.mjs';

// Every test/screenshots/*.shots.ts is a story in the real window that keeps a picture of each step, in each theme and
// size, in screenshots/. Words on the command line name the stories; none means all.
await runScript(async () => {
  const { NODE_ENV: _production, ...own } = process.env;
  await installDependencies();
  await aptPackages('their stories cannot be told');
  const { buildAll } = await import('./build.mjs');
  const { electronRuntime } = await import('./electron-runtime.mjs');
  await electronRuntime();
  await buildAll();
  await withDisplay(({ DISPLAY }) => {
    const args = ['run', '--project', 'screenshots', ...process.argv.slice(2)];
    const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...own, DISPLAY },
    });
    process.exitCode = run.status ?? 1;
    return Promise.resolve();
  });
});
