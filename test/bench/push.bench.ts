import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadCodecModule } from '../../electron/engine/codec/codec-module.ts';
import { Encoder, STREAM_END } from '../../electron/engine/codec/encoder.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { cpuSecondsOf, type MeasuredRun, measure } from './measured-run.ts';
import { checkBound, median, printFigure, printRun, QUICK } from './report.ts';
import { CHUNK, makeYardHome, pushByShell, type YardHome, yardstickImage } from './yardstick.ts';

const PAIRS = QUICK ? 2 : 5;
const REPEATS = QUICK ? 3 : 7;

/** A run and what the registry spent on it. */
interface PushRun extends MeasuredRun {
  readonly serverSeconds: number;
}

/** Runs a push against a registry that holds nothing yet. */
async function toEmptyRegistry(
  push: (registry: { host: string; origin: string }) => Promise<MeasuredRun>,
): Promise<PushRun> {
  const registry = await startDockerRegistry();
  try {
    const before = await cpuSecondsOf(registry.pid);
    const run = await push(registry);
    return { ...run, serverSeconds: (await cpuSecondsOf(registry.pid)) - before };
  } finally {
    await registry.stop();
  }
}

function printPush(name: string, run: PushRun): void {
  printRun(name, { 'wall s': run.seconds, 'client CPU s': run.cpuSeconds, 'registry CPU s': run.serverSeconds });
}

/** CPU seconds that cannot be saved: each step alone, one thread, over the whole image. */
async function computeSeconds(image: string): Promise<Record<'read' | 'hashRaw' | 'encode' | 'hashPacked', number>> {
  const encoder = new Encoder(await loadCodecModule(resolve('dist/node/codec.wasm')));
  const spent = { read: 0, hashRaw: 0, encode: 0, hashPacked: 0 };
  const timed = <Result>(step: keyof typeof spent, work: () => Result): Result => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    spent[step] += (user + system) / 1e6;
    return result;
  };
  const { size } = statSync(image);
  const disk = openSync(image, 'r');
  const { window } = encoder;
  for (let start = 0; start < size; start += CHUNK) {
    const raw = createHash('sha256');
    const packed = createHash('sha256');
    encoder.reset();
    for (let at = start; at < Math.min(size, start + CHUNK); at += window.length) {
      const length = timed('read', () => readSync(disk, window, 0, window.length, at));
      timed('hashRaw', () => raw.update(window.subarray(0, length)));
      const bytes = timed('encode', () => {
        encoder.add(length, false);
        return encoder.take();
      });
      timed('hashPacked', () => packed.update(bytes));
    }
    packed.update(STREAM_END);
  }
  closeSync(disk);
  return spent;
}

async function firstPush(image: string, home: YardHome): Promise<void> {
  process.stdout.write('\nFirst push to an empty registry, against the shell pipeline\n');
  const shell: PushRun[] = [];
  const tartan: PushRun[] = [];
  const limits: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const byTools = await toEmptyRegistry(({ origin }) => pushByShell(image, origin));
    printPush('shell', byTools);
    shell.push(byTools);
    await home.forget();
    const own = await toEmptyRegistry(({ host }) =>
      home.tartan(['push', 'yard', `${host}/bench/yard:1`, '--concurrency', '4', '--json']),
    );
    printPush('tartan', own);
    tartan.push(own);
    // After each pair: a processor that slows down in the middle slows both sides.
    const spent = await computeSeconds(image);
    printRun('CPU seconds alone', spent);
    // The tools send ready blobs by PUT: what the registry spends on them is its own share.
    const compute = Object.values(spent).reduce((sum, seconds) => sum + seconds, 0);
    limits.push((compute + byTools.serverSeconds) / availableParallelism());
  }
  printFigure(
    'shell, wall',
    shell.map(({ seconds }) => seconds),
    ' s',
  );
  const wall = printFigure(
    'tartan, wall',
    tartan.map(({ seconds }) => seconds),
    ' s',
  );
  const ratios = tartan.map(({ seconds }, at) => seconds / (shell[at]?.seconds ?? Number.NaN));
  checkBound('first push against the shell pipeline', printFigure('ratio of each pair', ratios, 'x'), 0.72, 'x');

  printFigure('limit: compute and registry over all cores', limits, ' s');
  const ofLimit = tartan.map(({ seconds }, at) => seconds / (limits[at] ?? Number.NaN));
  checkBound('first push against the limit', printFigure('tartan against the limit', ofLimit, 'x'), 1.2, 'x');
  await againstReadyBlobs(home, wall);
}

/** What moving the packed bytes alone takes, by a tool that has them ready and knows their digests. */
async function againstReadyBlobs(home: YardHome, wall: number): Promise<void> {
  const layout = await mkdtemp(join(tmpdir(), 'ready-blobs-'));
  try {
    await home.tartan(['push', 'yard', `oci:${layout}:yard`, '--json']);
    const flags = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false'];
    const moved: PushRun[] = [];
    for (let run = 0; run < PAIRS; run += 1) {
      const moving = await toEmptyRegistry(({ host }) =>
        measure(['skopeo', ...flags, `oci:${layout}:yard`, `docker://${host}/bench/yard:1`]),
      );
      if (moving.status !== 0) throw new Error(`skopeo ended with ${String(moving.status)}: ${moving.stderr}`);
      printPush('skopeo, ready blobs', moving);
      moved.push(moving);
    }
    const seconds = moved.map((run) => run.seconds);
    const skopeo = printFigure('skopeo moving ready blobs, wall', seconds, ' s');
    printFigure('tartan against skopeo moving ready blobs', [wall / skopeo], 'x');
  } finally {
    await rm(layout, { recursive: true, force: true });
  }
}

async function repeatedPush(home: YardHome): Promise<void> {
  process.stdout.write('\nPush of the unchanged VM under further tags, whole process\n');
  const registry = await startDockerRegistry();
  const proxy = await startRegistryProxy(registry.host);
  try {
    const push = (host: string, tag: string): Promise<MeasuredRun> =>
      home.tartan(['push', 'yard', `${host}/bench/yard:${tag}`, '--concurrency', '4', '--json']);
    await home.forget();
    await push(registry.host, 'first');
    const runs: MeasuredRun[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      const run = await push(registry.host, `again${repeat}`);
      printRun('tartan', { 'wall s': run.seconds, 'CPU s': run.cpuSeconds, 'bytes read': run.bytesRead });
      runs.push(run);
    }
    checkBound(
      'repeated push',
      printFigure(
        'wall',
        runs.map(({ seconds }) => seconds),
        ' s',
      ),
      1,
      ' s',
    );
    // What is read are the program, its libraries and its database; `list` reads as much and opens no disk.
    const idle = await home.tartan(['list']);
    const more = median(runs.map(({ bytesRead }) => bytesRead)) - idle.bytesRead;
    checkBound('bytes read, beyond those of `tartan list`', more, 16 * 1024 * 1024, ' B');
    // The same once more through a proxy that counts what arrives.
    await push(proxy.host, 'counted');
    checkBound('blob bytes that the registry got', proxy.blobBytes(), 0, ' B');
  } finally {
    await proxy.close();
    await registry.stop();
  }
}

async function main(): Promise<void> {
  const image = await yardstickImage();
  const home = await makeYardHome(image);
  try {
    await firstPush(image, home);
    await repeatedPush(home);
  } finally {
    await home.remove();
  }
}

void main();
