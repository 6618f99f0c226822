import { constants, copyFileSync, mkdirSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forkNodeHelper } from '../../electron/host/fork-helper.ts';
import { SpareHelper } from '../../electron/host/spare-helper.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { openFileCalls } from '../fixtures/file-calls.ts';
import { VOLUME_KINDS } from '../fixtures/loop-volume.ts';
import { randomBytesOf, textBytesOf } from '../fixtures/seeded-bytes.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { makeMeasuredVolume } from './measured-volume.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { CHUNK, makeYardHome } from './yardstick.ts';

const MIB = 1024 * 1024;
/** Chunks of the disk: 100 GiB. */
const CHUNKS = 200;
/** Chunks that are data from end to end: 30 GiB. The rest of the disk is holes. */
const FILLED = QUICK ? 6 : 60;
/** Of each chunk so much does not compress; the rest is a page that repeats, so that the registry's copies fit into memory. */
const DENSE = 16 * MIB;
const VOLUME_BYTES = 4 * 1024 * MIB;
/** Of a push with nothing special. */
const PLAIN = {
  insecure: false,
  concurrency: 4,
  pieceSize: null,
  labels: {},
  verify: false,
  force: false,
  whenStuck: 'fail',
} as const;
const RUNS = QUICK ? 3 : 9;

/**
 * Fills the disk. Chunks share the blocks of the first but for one block each, which makes each another chunk: whoever reads
 * them reads 30 GiB, and they take 512 MiB of memory.
 */
async function fillDisk(path: string): Promise<void> {
  const calls = openFileCalls();
  const disk = await open(path, 'r+');
  try {
    await disk.truncate(CHUNKS * CHUNK);
    const text = Buffer.alloc(MIB, textBytesOf('large disk', 4096));
    for (let at = 0; at < CHUNK; at += MIB) {
      const bytes = at < DENSE ? randomBytesOf(`large disk ${at}`, MIB) : text;
      await disk.write(bytes, 0, MIB, at);
    }
    await disk.datasync();
    for (let filled = 1; filled < FILLED; filled += 1) {
      const at = Math.floor((filled * CHUNKS) / FILLED) * CHUNK;
      if (!calls.cloneRange(path, 0, CHUNK, path, at)) throw new Error('the volume shares no blocks');
      await disk.write(randomBytesOf(`chunk ${filled}`, 4096), 0, 4096, at);
    }
    await disk.sync();
  } finally {
    await disk.close();
  }
}

/** Clones the VM as `tart clone` does, and changes one block in the middle of its first chunk. */
async function cloneVm(diskFile: string, name: string): Promise<void> {
  const source = dirname(diskFile);
  const folder = join(dirname(source), name);
  mkdirSync(folder);
  for (const file of ['config.json', 'nvram.bin', 'disk.img']) {
    copyFileSync(join(source, file), join(folder, file), constants.COPYFILE_FICLONE_FORCE);
  }
  const disk = await open(join(folder, 'disk.img'), 'r+');
  await disk.write(randomBytesOf('changed', 4096), 0, 4096, CHUNK / 2);
  await disk.sync();
  await disk.close();
}

/** A plan and when it was first shown; seconds. */
async function timedPlan(engine: TestEngine, vmId: string, reference: string) {
  const startedMs = performance.now();
  const since = (): number => (performance.now() - startedMs) / 1000;
  let shown: { readonly seconds: number; readonly known: number } | null = null;
  const stop = engine.on('plans.changed', ({ plan }) => {
    const layers = plan.targets[0]?.layers ?? [];
    shown ??= {
      seconds: since(),
      known: layers.filter(({ kind, rawDigest }) => kind === 'disk' && rawDigest !== null).length,
    };
  });
  try {
    const plan = await engine.plan({ vmId, references: [reference] });
    // Assigned in a callback, which the flow analysis does not follow.
    const first = shown as { readonly seconds: number; readonly known: number } | null;
    return { seconds: since(), shown: first, plan };
  } finally {
    stop();
  }
}

/** The plan is closed once it shows something: what it would read then, the push reads. */
async function measureFirstPlan(engine: TestEngine, reference: string): Promise<void> {
  process.stdout.write('\nPlan of the VM that nobody knows, until it is shown: chunks without data are known then\n');
  const startedMs = performance.now();
  const closing = new AbortController();
  const shown: { readonly seconds: number; readonly known: number; readonly read: number }[] = [];
  const stop = engine.on('plans.changed', ({ plan }) => {
    const layers = plan.targets[0]?.layers ?? [];
    const known = layers.filter(({ kind, rawDigest }) => kind === 'disk' && rawDigest !== null).length;
    shown.push({ seconds: (performance.now() - startedMs) / 1000, known, read: plan.bytes.read });
    closing.abort();
  });
  const request = { ...PLAIN, vmId: 'vm:yard', references: [reference], planId: 'first' };
  await engine.handlers['plans.make'](request, closing.signal).catch((thrown: unknown) => {
    if (!closing.signal.aborted) throw thrown;
  });
  stop();
  await engine.handlers['plans.close']({ planId: 'first' }, new AbortController().signal);
  const [first] = shown;
  if (first?.read !== 0 || first.known !== CHUNKS - FILLED)
    throw new Error('a new plan knows the holes and has read nothing');
  printRun('plan', { 'first shown s': first.seconds, 'chunks known then': first.known });
  checkBound('what is known of a new VM is shown', first.seconds, 1, ' s');
}

async function measureKnownPlans(engine: TestEngine, reference: string): Promise<void> {
  process.stdout.write('\nPlan of the unchanged VM once it was pushed\n');
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const planned = await timedPlan(engine, 'vm:yard', reference);
    const { requests, bytes } = planned.plan;
    printRun('plan', { 'wall s': planned.seconds, HEADs: requests.head, 'read bytes': bytes.read });
    if (bytes.read + bytes.uploaded !== 0) throw new Error('a plan of an unchanged VM reads or would send');
    seconds.push(planned.seconds);
  }
  checkBound('plan of the unchanged VM', printFigure('plan', seconds, ' s'), 0.3, ' s');
}

async function measureClonePlan(engine: TestEngine, diskFile: string, reference: string): Promise<void> {
  process.stdout.write(
    '\nPlan of a clone of it with one block changed: its other chunks lie in the blocks of the snapshot\n',
  );
  await cloneVm(diskFile, 'clone');
  const { seconds, shown, plan } = await timedPlan(engine, 'vm:clone', reference);
  printRun('plan', {
    'first shown s': shown?.seconds ?? seconds,
    'chunks known then': shown?.known ?? CHUNKS,
    'wall s': seconds,
    'read bytes': plan.bytes.read,
  });
  if (plan.bytes.read !== CHUNK) throw new Error('the plan of a clone reads the chunk that changed, and no other');
  checkBound('what is known of a clone is shown', shown?.seconds ?? seconds, 1, ' s');
}

async function main(): Promise<void> {
  if (!VOLUME_KINDS.includes('xfs')) {
    process.stdout.write('No file system can be mounted here: nothing is measured.\n');
    return;
  }
  const volume = makeMeasuredVolume('xfs', VOLUME_BYTES);
  try {
    const empty = join(tmpdir(), 'empty.img');
    await writeFile(empty, '');
    const home = await makeYardHome(empty, volume.path);
    await fillDisk(home.diskFile);
    process.stdout.write(
      `\nA disk of 100 GiB on xfs, ${(FILLED * CHUNK) / 1024 / MIB} GiB of it data in ${FILLED} chunks\n`,
    );
    const tartHome = dirname(dirname(dirname(home.diskFile)));
    const helpers = new SpareHelper(forkNodeHelper);
    const registry = await startDockerRegistry();
    try {
      const stateHome = join(dirname(tartHome), 'state');
      const engine = await openTestEngine({ tartHome, stateHome, chunkSize: CHUNK, forkHelper: helpers.fork });
      try {
        const reference = `${registry.host}/bench/large:1`;
        await measureFirstPlan(engine, reference);
        const startedMs = performance.now();
        const { document } = await engine.push({ ...PLAIN, vmId: 'vm:yard', references: [reference] });
        printRun('its first push', {
          'wall s': (performance.now() - startedMs) / 1000,
          'read GB': document.bytes.read / 1e9,
          'sent MB': document.bytes.uploaded / 1e6,
        });
        await measureKnownPlans(engine, reference);
        await measureClonePlan(engine, home.diskFile, reference);
      } finally {
        await engine.close();
      }
    } finally {
      helpers.close();
      await registry.stop();
    }
  } finally {
    volume.remove();
  }
}

void main();
