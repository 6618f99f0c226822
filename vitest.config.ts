import { defineConfig } from 'vitest/config';

/**
 * Files of one worker share their modules: nothing of the engine keeps state in a module, and loading it anew for each file is
 * a third of the time of the unit tests. What renderer tests share is the window's state: those files stay apart.
 */
const node = {
  environment: 'node' as const,
  testTimeout: 30_000,
  hookTimeout: 60_000,
  isolate: false,
  // A busy machine takes its time; what never comes still fails.
  expect: { poll: { timeout: 20_000 } },
};

/** The tests of windows: side by side only where each worker has a display of its own, because windows take each other's focus. */
const windows = {
  ...node,
  setupFiles: ['test/e2e/own-display.ts'],
  testTimeout: 240_000,
  // Three windows start at once while the linter works.
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
  fileParallelism: (process.env['TARTAN_TEST_DISPLAYS'] ?? '').includes(' '),
};

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...node,
          name: 'unit',
          // Of the window, what needs no document; a file that does says so at its top.
          include: ['{electron,shared,renderer}/**/*.test.ts', 'test/fixtures/**/*.test.ts'],
        },
      },
      { test: { name: 'dom', environment: 'jsdom', include: ['renderer/**/*.test.tsx'], testTimeout: 30_000 } },
      {
        test: {
          ...node,
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: { ...windows, name: 'e2e', include: ['test/e2e/**/*.e2e.ts'] },
      },
      { test: { ...node, name: 'frames', include: ['test/bench/**/*.frames.ts'], testTimeout: 120_000 } },
      {
        // What the window does, once more for root: as a user who may do nothing, in Chromium's own sandbox.
        test: {
          ...windows,
          name: 'e2e-ordinary-user',
          include: ['test/e2e/{start,security,push}.e2e.ts'],
          env: { TARTAN_TEST_USER: 'ordinary' },
        },
      },
      {
        test: {
          ...node,
          name: 'screenshots',
          include: ['test/screenshots/**/*.shots.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
