import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { type MeasuredRun, measure } from './measured-run.ts';
import { QUICK } from './report.ts';

/** Raw bytes of a chunk, as the product cuts disks. */
export const CHUNK = 536_870_912;
const MIB = 1024 * 1024;
const scripts = resolve('test/bench');

/** The disk image that pushes are measured with; made once for all benches of a run. */
export async function yardstickImage(): Promise<string> {
  const image = join(tmpdir(), 'yardstick.img');
  if (existsSync(image)) return image;
  process.stdout.write('Making the image from the files of this machine\n');
  execFileSync('bash', [join(scripts, 'make-image.sh'), `${image}.part`, ...(QUICK ? ['quick'] : [])], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await rename(`${image}.part`, image);
  return image;
}

/** A Tart home with one VM, `yard`, and the command line under it. */
export interface YardHome {
  readonly diskFile: string;
  /** Deletes all that the engine remembers. */
  forget(): Promise<void>;
  /** Runs `tartan` with these arguments as a process of its own. Throws where it fails. */
  tartan(
    args: readonly string[],
    options?: {
      readonly memory?: boolean;
      readonly chunkSize?: number;
      /** What comes before the program: a command that runs it. */
      readonly before?: readonly string[];
    },
  ): Promise<MeasuredRun>;
  remove(): Promise<void>;
}

/**
 * Makes a VM of a disk image; the image is linked, not copied, unless the home is to lie on a volume of its own.
 *
 * @param place folder in which the home is made
 */
export async function makeYardHome(image: string, place = tmpdir()): Promise<YardHome> {
  const root = await mkdtemp(join(place, 'yard-'));
  const folder = join(root, 'tart', 'vms', 'yard');
  const stateHome = join(root, 'state');
  await mkdir(folder, { recursive: true });
  const config = {
    version: 1,
    os: 'linux',
    arch: 'arm64',
    cpuCountMin: 1,
    cpuCount: 4,
    memorySizeMin: 536_870_912,
    memorySize: 4_294_967_296,
    macAddress: '7e:01:02:03:04:05',
    display: { width: 1024, height: 768 },
    diskFormat: 'raw',
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'nvram.bin'), randomBytesOf('yard/nvram', 131_072));
  const diskFile = join(folder, 'disk.img');
  await (place === tmpdir() ? link(image, diskFile) : copyFile(image, diskFile));
  return {
    diskFile,
    forget: () => rm(stateHome, { recursive: true, force: true }),
    async tartan(args, options = {}) {
      const own = {
        TART_HOME: join(root, 'tart'),
        TARTAN_HOME: stateHome,
        ...(options.chunkSize === undefined ? {} : { TARTAN_CHUNK_SIZE: String(options.chunkSize) }),
      };
      const run = await measure(
        [...(options.before ?? []), process.execPath, resolve('dist/node/tartan.cjs'), ...args],
        {
          env: own,
          memory: options.memory === true,
        },
      );
      if (run.status !== 0)
        throw new Error(`tartan ${args.join(' ')} ended with ${run.status}: ${run.stderr}${run.stdout}`);
      return run;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The push that is put together from tools, to an empty repository. */
export async function pushByShell(image: string, origin: string): Promise<MeasuredRun> {
  const run = await measure(['bash', join(scripts, 'push-shell.sh'), image, origin, 'bench/shell']);
  if (run.status !== 0) throw new Error(`the shell pipeline ended with ${run.status}: ${run.stderr}`);
  return run;
}

/**
 * Makes the disk so many bytes long: each further chunk gets the first MiB of one that is there, and a first block of its
 * own, so that none is a duplicate, none is empty and all are read, encoded and sent.
 *
 * @param filled MiB of each further chunk; the rest of it is a hole
 */
export async function makeLonger(image: string, length: number, filled: number): Promise<string> {
  const long = join(tmpdir(), 'yardstick-long.img');
  const { size } = statSync(image);
  execFileSync('cp', ['--sparse=always', image, long]);
  await truncate(long, length);
  const disk = await open(long, 'r+');
  try {
    const window = Buffer.alloc(MIB);
    for (let start = size; start < length; start += CHUNK) {
      for (let at = 0; at < filled * MIB && start + at < length; at += MIB) {
        await disk.read(window, 0, MIB, (start % size) + at);
        if (at === 0) randomBytesOf(`chunk at ${start}`, 4096).copy(window);
        await disk.write(window, 0, MIB, start + at);
      }
    }
  } finally {
    await disk.close();
  }
  return long;
}
