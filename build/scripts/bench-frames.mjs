import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { root } from './set-up.mjs';
import { withDisplay } from './virtual-display.mjs';

// What a frame of the live weave costs, in the real window: test/bench/*.frames.ts. A figure over its bound ends with 1.
const { NODE_ENV: _production, ...own } = process.env;
await buildAll();
await withDisplay(({ DISPLAY }) => {
  const run = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), ['run', '--project', 'frames'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...own, DISPLAY },
  });
  process.exitCode = run.status ?? 1;
  return Promise.resolve();
});
