import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { root } from './set-up.mjs';
import { withDisplay } from './virtual-display.mjs';

// The push in the real window keeps a picture of each step, light and dark, in screenshots/.
const { NODE_ENV: _production, ...own } = process.env;
await buildAll();
await withDisplay(({ DISPLAY }) => {
  const args = ['run', '--project', 'e2e', 'test/e2e/push.e2e.ts'];
  const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...own, DISPLAY },
  });
  process.exitCode = run.status ?? 1;
  return Promise.resolve();
});
