import { rm } from 'node:fs/promises';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { makeLonger, makeYardHome, yardstickImage } from './yardstick.ts';

const RUNS = QUICK ? 1 : 5;
const MB = 1_000_000;
const LONG = QUICK ? 12_000_000_000 : 100_000_000_000;
/** Data of each further chunk of the long disk, in MiB: 0.8 GB in all. */
const FILLED = 4;

/** Peaks of PSS over the process tree of whole pushes to an empty registry, in MB. */
async function peaks(name: string, image: string, concurrency: number, runs = RUNS): Promise<number[]> {
  const home = await makeYardHome(image);
  const found: number[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const registry = await startDockerRegistry();
      await home.forget();
      try {
        const args = ['push', 'yard', `${registry.host}/bench/yard:1`, '--concurrency', String(concurrency), '--json'];
        const { peakMemory, peakAnonymous, seconds } = await home.tartan(args, { memory: true });
        printRun(name, { 'peak MB': peakMemory / MB, 'of no file MB': peakAnonymous / MB, 'wall s': seconds });
        found.push(peakMemory / MB);
      } finally {
        await registry.stop();
      }
    }
  } finally {
    await home.remove();
  }
  return found;
}

async function main(): Promise<void> {
  const image = await yardstickImage();
  process.stdout.write('\nPeak memory of a push without a window\n');
  const byConcurrency: Record<number, number> = {};
  for (const concurrency of [1, 4, 8]) {
    const found = await peaks(`${String(concurrency)} layers at once`, image, concurrency);
    byConcurrency[concurrency] = printFigure(`peak, ${String(concurrency)} layers at once`, found, ' MB');
  }
  const { 1: one = Number.NaN, 4: four = Number.NaN, 8: eight = Number.NaN } = byConcurrency;
  const long = await makeLonger(image, LONG, FILLED);
  try {
    const found = await peaks(`${String(LONG / 1e9)} GB of disk`, long, 4, QUICK ? 1 : 2);
    const hundred = printFigure(`peak, ${String(LONG / 1e9)} GB of disk, 4 layers at once`, found, ' MB');
    checkBound('peak memory, 4 layers at once', Math.max(four, hundred), 220, ' MB');
    checkBound('growth with the disk', hundred - four, 10, ' MB');
    checkBound('each further layer, from 1 to 8', Math.max((four - one) / 3, (eight - four) / 4), 8, ' MB');
  } finally {
    await rm(long, { force: true });
  }
}

void main();
