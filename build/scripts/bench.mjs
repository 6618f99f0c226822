import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { nodeConfig } from '../vite/node.config.mjs';
import { buildAll } from './build.mjs';
import { root } from './set-up.mjs';

/**
 * `npm run bench -- [NAME…] [--quick]`: builds what changed and runs test/bench/NAME.bench.ts, all of them by default,
 * each as a process of its own. Each prints its raw runs; one that finds a figure over its bound ends with status 1, and
 * so does this. What they write lies in memory and is gone afterwards. `frames` is what bench-frames.mjs measures in the real
 * window.
 */
const folder = join(root, 'test', 'bench');
const FRAMES = 'frames';
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const names = readdirSync(folder)
  .flatMap((file) => (file.endsWith('.bench.ts') ? [file.slice(0, -'.bench.ts'.length)] : []))
  .concat(FRAMES)
  .filter((name) => wanted.length === 0 || wanted.includes(name));

/** Programs that the benches use, and the Debian packages that bring them. */
const PROGRAMS = {
  'docker-registry': 'docker-registry',
  lz4: 'lz4',
  openssl: 'openssl',
  curl: 'curl',
  skopeo: 'skopeo',
  mke2fs: 'e2fsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  'mkfs.xfs': 'xfsprogs',
  ip: 'iproute2',
  tc: 'iproute2',
};

/** @returns {string[]} packages of programs that are not there */
function missingPackages() {
  return Object.entries(PROGRAMS).flatMap(([program, name]) =>
    spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0 ? [] : [name],
  );
}

/** @returns {string} a folder in memory where there is such a thing, else a temporary one */
function workFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return mkdtempSync('/dev/shm/tartan-bench-');
  } catch {
    process.stdout.write('There is no /dev/shm: files lie on a disk, which the figures include.\n');
    return mkdtempSync(join(tmpdir(), 'tartan-bench-'));
  }
}

/**
 * @param {string} name
 * @returns {Promise<string>} the bundled bench
 */
async function bundle(name) {
  const outDir = join(root, 'dist', 'bench');
  const config = nodeConfig(outDir, []);
  await build({
    ...config,
    build: {
      ...config.build,
      rolldownOptions: { ...config.build?.rolldownOptions, input: { [name]: join(folder, `${name}.bench.ts`) } },
    },
  });
  return join(outDir, `${name}.cjs`);
}

/**
 * @param {string} name
 * @param {string} work
 * @returns {Promise<boolean>} whether all its bounds held
 */
async function runBench(name, work) {
  const file = name === FRAMES ? join(root, 'build', 'scripts', 'bench-frames.mjs') : await bundle(name);
  const child = spawn(process.execPath, [file], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      TMPDIR: work,
      TARTAN_BENCH_QUICK: quick ? '1' : '0',
      PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    },
  });
  // Ctrl-C reaches the child as well; this process waits for it, to clean up behind it.
  const forward = () => undefined;
  process.on('SIGINT', forward);
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 130));
  });
  process.off('SIGINT', forward);
  if (status === 130) process.exitCode = 130;
  return status === 0;
}

const missing = missingPackages();
if (process.platform !== 'linux' || missing.length > 0) {
  const what = missing.length > 0 ? `; missing here: apt-get install ${missing.join(' ')}` : '';
  process.stdout.write(`The benches run on Linux, with the tools they compare with${what}\n`);
  process.exit(2);
}
await buildAll();
const work = workFolder();
const startedMs = performance.now();
/** @type {string[]} */
const broken = [];
try {
  for (const name of names) {
    process.stdout.write(`\n== ${name}\n`);
    if (!(await runBench(name, work))) broken.push(name);
    if (process.exitCode === 130) break;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const seconds = Math.round((performance.now() - startedMs) / 1000);
process.stdout.write(
  `\n${broken.length === 0 ? `All bounds hold: ${names.join(', ')}.` : `Over a bound, or failed: ${broken.join(', ')}.`} ${seconds} s\n`,
);
if (broken.length > 0) process.exitCode ??= 1;
