import { randomBytes } from 'node:crypto';
import { closeSync, constants, copyFileSync, fdatasyncSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chunksOf } from '../../electron/engine/disk/chunks.ts';
import { unchangedParts } from '../../electron/engine/disk/extents.ts';
import { physicalRuns } from '../../electron/engine/native/physical-runs.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { VOLUME_KINDS, type VolumeKind } from '../fixtures/loop-volume.ts';
import type { MeasuredRun } from './measured-run.ts';
import { makeMeasuredVolume } from './measured-volume.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { CHUNK, makeYardHome, type YardHome, yardstickImage } from './yardstick.ts';

const PAIRS = QUICK ? 2 : 5;
const COMPARISONS = QUICK ? 3 : 9;
const MIB = 1024 * 1024;
const VOLUME_BYTES = 12 * 1024 * MIB;
/** 1 % of the image's 3 GiB. */
const CHANGED_MIB = 31;
/** Blocks that are written apart from each other: about twice as many extents. */
const SCATTERED = QUICK ? 2000 : 10_000;
/** Against the same push that reads and hashes every chunk; and ms for 1,000 extents. */
const MOST = { ratio: 0.6, compare: 10 } as const;

/** Clones a VM as `tart clone` does, and changes 1 % of it in one chunk. */
function changedClone({ diskFile }: YardHome, name: string): void {
  const source = dirname(diskFile);
  const folder = join(dirname(source), name);
  mkdirSync(folder);
  for (const file of ['config.json', 'nvram.bin', 'disk.img']) {
    copyFileSync(join(source, file), join(folder, file), constants.COPYFILE_FICLONE_FORCE);
  }
  const disk = openSync(join(folder, 'disk.img'), 'r+');
  for (let at = 0; at < CHANGED_MIB; at += 1) writeSync(disk, randomBytes(MIB), 0, MIB, CHUNK + at * 16 * MIB);
  fdatasyncSync(disk);
  closeSync(disk);
}

/** Takes away the snapshots that a push kept, but for those that were there. */
async function dropSnapshots(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!kept.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function pushes(home: YardHome): Promise<void> {
  const registry = await startDockerRegistry();
  const tartan = join(dirname(dirname(dirname(home.diskFile))), '.tartan');
  const [snapshots, aside] = [join(tartan, 'snapshots'), join(tartan, 'aside')];
  const push = (vm: string): Promise<MeasuredRun> =>
    home.tartan(['push', vm, `${registry.host}/bench/extents:${vm}`, '--concurrency', '4', '--json']);
  const runs: { readonly with: number; readonly without: number }[] = [];
  try {
    await push('yard');
    const kept = await readdir(snapshots);
    for (let pair = 0; pair < PAIRS; pair += 1) {
      changedClone(home, `with${pair}`);
      const compared = await push(`with${pair}`);
      await dropSnapshots(snapshots, kept);
      changedClone(home, `without${pair}`);
      await rename(snapshots, aside);
      const read = await push(`without${pair}`);
      await rm(snapshots, { recursive: true, force: true });
      await rename(aside, snapshots);
      printRun('push of a changed clone', {
        's with extents': compared.seconds,
        's without': read.seconds,
        'MB read with': compared.bytesRead / 1e6,
        'MB read without': read.bytesRead / 1e6,
      });
      runs.push({ with: compared.seconds, without: read.seconds });
    }
  } finally {
    await registry.stop();
  }
  printFigure(
    'clone with 1 % changed in one chunk, with extents',
    runs.map((run) => run.with),
    ' s',
  );
  printFigure(
    'the same without',
    runs.map(({ without }) => without),
    ' s',
  );
  const ratio = printFigure(
    'ratio of each pair',
    runs.map((run) => run.with / run.without),
    'x',
  );
  checkBound('push of a changed clone with extents against one without', ratio, MOST.ratio, 'x');
}

/** Compares two files again and again; the figure is ms for 1,000 extents of the clone. */
async function measureComparison(name: string, clonePath: string, basePath: string): Promise<void> {
  const { size } = statSync(clonePath);
  const [clone, base] = await Promise.all([open(clonePath, 'r'), open(basePath, 'r')]);
  try {
    const extents = (await physicalRuns(clone, 0, size))?.length ?? Number.NaN;
    const figures: number[] = [];
    for (let run = 0; run < COMPARISONS; run += 1) {
      const startedMs = performance.now();
      const unchanged = await unchangedParts(clone, base, chunksOf(size, CHUNK));
      const ms = performance.now() - startedMs;
      printRun(name, { ms, extents, 'unchanged chunks': unchanged.length });
      figures.push((ms * 1000) / extents);
    }
    checkBound(name, printFigure(`${name}: 1,000 extents`, figures, ' ms'), MOST.compare, ' ms');
  } finally {
    await Promise.all([clone.close(), base.close()]);
  }
}

/**
 * How long a comparison takes of a clone that was written to in thousands of places, where no chunk is as it was, and of a
 * clone of that one, where all are: every extent of both is looked at then, and those of the base twice.
 */
async function compareScattered({ diskFile }: YardHome): Promise<void> {
  const written = join(dirname(diskFile), 'scattered.img');
  const twin = join(dirname(diskFile), 'twin.img');
  copyFileSync(diskFile, written, constants.COPYFILE_FICLONE_FORCE);
  const { size } = statSync(written);
  const disk = await open(written, 'r+');
  try {
    const step = Math.floor(size / SCATTERED / 4096) * 4096;
    for (let at = 0; at < SCATTERED; at += 1) await disk.write(randomBytes(4096), 0, 4096, at * step);
    await disk.sync();
  } finally {
    await disk.close();
  }
  copyFileSync(written, twin, constants.COPYFILE_FICLONE_FORCE);
  await measureComparison('a clone that was written to all over', written, diskFile);
  await measureComparison('an untouched clone of it', twin, written);
  await Promise.all([rm(written), rm(twin)]);
}

async function onVolume(kind: VolumeKind, image: string): Promise<void> {
  process.stdout.write(`\nClones on ${kind}, mounted from a file in memory\n`);
  const volume = makeMeasuredVolume(kind, VOLUME_BYTES);
  try {
    const home = await makeYardHome(image, volume.path);
    await compareScattered(home);
    await pushes(home);
  } finally {
    volume.remove();
  }
}

async function main(): Promise<void> {
  const kinds = VOLUME_KINDS.filter((kind) => kind !== 'ext4');
  if (kinds.length === 0) process.stdout.write('No file system can be mounted here: nothing is measured.\n');
  const image = await yardstickImage();
  for (const kind of kinds) await onVolume(kind, image);
}

void main();
