import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptPackages } from './apt-packages.mjs';
import { installDependencies, root } from './set-up.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

const bin = join(root, 'node_modules', '.bin');
/** Vite's build says `production` to its own process; the tools that follow are not to hear it. */
const { NODE_ENV: _production, ...ownEnvironment } = process.env;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether it ended with status 0
 */
function run(command, args, env = ownEnvironment) {
  return new Promise((resolve) => {
    const child = spawn(join(bin, command), args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

/**
 * A stage that passes or fails as a whole.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {() => Promise<Counts>}
 */
function check(command, args) {
  return async () => {
    const ok = await run(command, args);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  };
}

/**
 * A stage of vitest projects, counted test by test.
 *
 * @param {readonly string[]} projects
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Counts>}
 */
async function vitest(projects, env) {
  const folder = await mkdtemp(join(tmpdir(), 'tartan-test-'));
  const report = join(folder, 'report.json');
  try {
    const ok = await run(
      'vitest',
      [
        'run',
        ...projects.flatMap((name) => ['--project', name]),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      env,
    );
    /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number }} */
    const counts = JSON.parse(await readFile(report, 'utf8'));
    const failed = counts.numFailedTests === 0 && !ok ? 1 : counts.numFailedTests;
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests + counts.numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await installDependencies();
const nothingMayBeSkipped = await aptPackages();
const { buildAll } = await import('./build.mjs');
const { withDisplay } = await import('./virtual-display.mjs');
const { electronRuntime } = await import('./electron-runtime.mjs');

/** @type {readonly [string, () => Promise<Counts>][]} */
const stages = [
  [
    'build',
    async () => {
      await electronRuntime();
      await buildAll();
      return { passed: 1, failed: 0, skipped: 0 };
    },
  ],
  ['types', check('tsc', ['--noEmit', '-p', 'tsconfig.json'])],
  ['lint', check('eslint', ['.', '--max-warnings', '0'])],
  ['format', check('biome', ['ci', '.', '--error-on-warnings'])],
  ['dependency rules', check('depcruise', ['electron', 'renderer', 'shared', '--config', '.dependency-cruiser.cjs'])],
  ['unused code', check('knip', [])],
  ['unit', () => vitest(['unit', 'dom'])],
  ['integration', () => vitest(['integration'])],
  ['end to end', () => withDisplay(({ DISPLAY }) => vitest(['e2e'], { ...ownEnvironment, DISPLAY }))],
];

const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const times = [];
for (const [name, stage] of stages) {
  process.stdout.write(`\n== ${name}\n`);
  const startedMs = performance.now();
  const counts = await stage().catch((/** @type {unknown} */ error) => {
    process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  times.push(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s${counts.failed > 0 ? ', failed' : ''}`);
}
process.stdout.write(`\n${times.join('\n')}\n\n`);
if (nothingMayBeSkipped && total.skipped > 0) {
  process.stdout.write('Everything is installed here, so no test may be skipped.\n');
  total.failed += 1;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
