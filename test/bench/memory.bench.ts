import { rm } from 'node:fs/promises';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { makeFourTimesAsLong, makeYardHome, yardstickImage } from './yardstick.ts';

const RUNS = QUICK ? 1 : 5;
const MB = 1_000_000;

/** Peaks of PSS over the process tree of whole pushes to an empty registry, in MB. */
async function peaks(name: string, image: string): Promise<number[]> {
  const home = await makeYardHome(image);
  const found: number[] = [];
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const registry = await startDockerRegistry();
      await home.forget();
      try {
        const args = ['push', 'yard', `${registry.host}/bench/yard:1`, '--concurrency', '4', '--json'];
        const { peakMemory, seconds } = await home.tartan(args, { memory: true });
        printRun(name, { 'peak MB': peakMemory / MB, 'wall s': seconds });
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
  process.stdout.write('\nPeak memory of a push without a window, four layers at once\n');
  const usual = printFigure('peak', await peaks('the image', image), ' MB');
  const long = await makeFourTimesAsLong(image);
  try {
    const fourfold = printFigure('peak, four times the disk', await peaks('four times as long', long), ' MB');
    checkBound('peak memory', Math.max(usual, fourfold), 220, ' MB');
    checkBound('growth with the disk', fourfold - usual, 10, ' MB');
  } finally {
    await rm(long, { force: true });
  }
}

void main();
