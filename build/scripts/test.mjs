import './node-version.mjs';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { aptPackages } from './apt-packages.mjs';
import { testsWithoutPrograms } from './needed-programs.mjs';
import { installDependencies, root } from './set-up.mjs';
import { SetUpError } from './step.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** Windows' test files that run at once, each on a display of its own: two leave a quarter of two cores idle. */
const WINDOWS_AT_ONCE = 3;
/** Integration files that run at once: they wait a good deal for registries, retries and other processes. */
const INTEGRATIONS_AT_ONCE = 3;
/** Of the linter, which nobody waits for: it takes what the tests beside it leave. */
const BESIDE_PRIORITY = 10;

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
 * A stage that passes or fails as a whole. Its output is shown when it has ended, because another stage runs beside it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} [priority] as `nice` has it; 0 unless said
 * @returns {() => Promise<Counts>}
 */
function check(command, args, priority = 0) {
  return async () => {
    /** @type {Buffer[]} */
    const output = [];
    const ok = await new Promise((resolve) => {
      const child = spawn(join(bin, command), args, {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: ownEnvironment,
      });
      if (child.pid !== undefined && priority > 0) setPriority(child.pid, priority);
      child.stdout.on('data', (data) => output.push(data));
      child.stderr.on('data', (data) => output.push(data));
      child.once('error', () => resolve(false));
      child.once('close', (code) => resolve(code === 0));
    });
    process.stdout.write(`\n== ${[command, ...args].join(' ')}\n${Buffer.concat(output).toString()}`);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  };
}

/** Test files that lack a program here, with its name; none where everything was installed. */
let lacking = /** @type {ReadonlyMap<string, readonly string[]>} */ (new Map());

/**
 * Tests of some projects, as vitest lists them without running any.
 *
 * @param {readonly string[]} projects
 * @returns {Promise<readonly { file: string }[]>}
 */
async function listTests(projects) {
  const folder = await mkdtemp(join(tmpdir(), 'tartan-test-'));
  const list = join(folder, 'list.json');
  try {
    await run('vitest', ['list', ...projects.flatMap((name) => ['--project', name]), `--json=${list}`]);
    /** @type {{ file: string }[]} */
    const tests = JSON.parse(await readFile(list, 'utf8'));
    return tests;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Names the tests that need what is not here, and counts them.
 *
 * @param {readonly string[]} projects
 * @returns {Promise<number>}
 */
async function countLacking(projects) {
  if (lacking.size === 0) return 0;
  let skipped = 0;
  const named = new Set();
  for (const { file } of await listTests(projects)) {
    const missing = lacking.get(file);
    if (missing === undefined) continue;
    skipped += 1;
    if (!named.has(file)) process.stdout.write(`Skipped: ${relative(root, file)} needs ${missing.join(', ')}\n`);
    named.add(file);
  }
  return skipped;
}

/**
 * A stage of vitest projects, counted test by test.
 *
 * @param {readonly string[]} projects
 * @param {number} atOnce files that run at once
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Counts>}
 */
async function vitest(projects, atOnce, env = ownEnvironment) {
  const folder = await mkdtemp(join(tmpdir(), 'tartan-test-'));
  const report = join(folder, 'report.json');
  try {
    const lacked = await countLacking(projects);
    const ok = await run(
      'vitest',
      [
        'run',
        ...projects.flatMap((name) => ['--project', name]),
        ...[...lacking.keys()].flatMap((file) => ['--exclude', relative(root, file)]),
        `--maxWorkers=${atOnce}`,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      { ...env, TARTAN_TEST_DISKS: disks },
    );
    /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number }} */
    const counts = JSON.parse(await readFile(report, 'utf8'));
    const failed = counts.numFailedTests === 0 && !ok ? 1 : counts.numFailedTests;
    return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests + counts.numTodoTests + lacked };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {readonly Counts[]} parts */
function sum(parts) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of parts) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/**
 * Names what a project lacks here and counts its tests as skipped.
 *
 * @param {string} project
 * @param {string} reason
 * @returns {Promise<Counts>}
 */
async function skip(project, reason) {
  process.stdout.write(`Skipped: ${reason}\n`);
  return { passed: 0, failed: 0, skipped: (await listTests([project])).length };
}

/**
 * The tests in the real window; root runs those of the window once more as somebody else.
 *
 * @returns {Promise<Counts>}
 */
async function endToEnd() {
  const electron = await electronRuntime().catch((/** @type {unknown} */ error) => {
    if (error instanceof SetUpError) return error;
    throw error;
  });
  if (electron instanceof SetUpError) return await skip('e2e', electron.message);
  if (!(await canShowWindows())) return await skip('e2e', 'There is neither a display nor Xvfb.');
  const projects = process.platform === 'linux' && process.getuid?.() === 0 ? ['e2e', 'e2e-ordinary-user'] : ['e2e'];
  return await withDisplays(WINDOWS_AT_ONCE, async (displays) => {
    const DISPLAY = displays[0] ?? '';
    return await vitest(projects, displays.length, {
      ...ownEnvironment,
      DISPLAY,
      TARTAN_TEST_DISPLAYS: displays.join(' '),
    });
  });
}

/** @returns {Promise<boolean>} whether everything is there; where that cannot be had, the script ends in one line */
async function setUp() {
  try {
    await installDependencies();
    return await aptPackages('their tests are skipped');
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

const nothingMayBeSkipped = await setUp();
if (!nothingMayBeSkipped)
  lacking = testsWithoutPrograms(['electron', 'shared', 'test'].map((name) => join(root, name)));
const { buildAll } = await import('./build.mjs');
const { canShowWindows, withDisplays } = await import('./virtual-display.mjs');
const { electronRuntime } = await import('./electron-runtime.mjs');
/** File systems that many tests ask for are made once a run. */
const disks = await mkdtemp(join(tmpdir(), 'tartan-disks-'));

/** @typedef {readonly [string, () => Promise<Counts>]} Stage */

/** What follows one another; of a step's lanes each runs beside the others, because the linter keeps one core busy by itself. */
const steps = /** @type {readonly (readonly (readonly Stage[])[])[]} */ ([
  [
    [
      [
        'build',
        async () => {
          await buildAll();
          return { passed: 1, failed: 0, skipped: 0 };
        },
      ],
    ],
  ],
  [
    [['lint', check('eslint', ['.', '--max-warnings', '0'], BESIDE_PRIORITY)]],
    [
      ['types', check('tsc', ['--noEmit', '-p', 'tsconfig.json'])],
      ['format', check('biome', ['ci', '.', '--error-on-warnings'])],
      [
        'dependency rules',
        check('depcruise', ['electron', 'renderer', 'shared', '--config', '.dependency-cruiser.cjs']),
      ],
      ['unused code', check('knip', [])],
      ['unit', () => vitest(['unit', 'dom'], 2)],
      ['integration', () => vitest(['integration'], INTEGRATIONS_AT_ONCE)],
    ],
  ],
  [[['end to end', endToEnd]]],
]);

/** @type {Counts[]} */
const all = [];
/** @type {string[]} */
const times = [];

/** @param {Stage} stage */
async function runStage([name, work]) {
  const startedMs = performance.now();
  const counts = await work().catch((/** @type {unknown} */ error) => {
    process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  all.push(counts);
  times.push(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s${counts.failed > 0 ? ', failed' : ''}`);
}

try {
  for (const lanes of steps) {
    process.stdout.write(`\n== ${lanes.flatMap((lane) => lane.map(([name]) => name)).join(', ')}\n`);
    await Promise.all(
      lanes.map(async (lane) => {
        for (const stage of lane) await runStage(stage);
      }),
    );
  }
} finally {
  await rm(disks, { recursive: true, force: true });
}
process.stdout.write(`\n${times.join('\n')}\n\n`);
const total = sum(all);
if (nothingMayBeSkipped && total.skipped > 0) {
  process.stdout.write('Everything is installed here, so no test may be skipped.\n');
  total.failed += 1;
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
