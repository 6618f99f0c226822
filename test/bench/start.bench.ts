import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { type MeasuredRun, measure } from './measured-run.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { makeYardHome } from './yardstick.ts';

const RUNS = QUICK ? 3 : 9;
/** The smallest chunk that the codec takes, so that a small disk has a hundred. */
const SMALL_CHUNK = 65_536;
const CHUNKS = 100;

function printRuns(name: string, runs: readonly MeasuredRun[]): void {
  for (const run of runs) printRun(name, { 'wall s': run.seconds, 'CPU s': run.cpuSeconds });
}

async function main(): Promise<void> {
  const image = join(tmpdir(), 'hundred-chunks.img');
  await writeFile(image, randomBytesOf('hundred chunks', SMALL_CHUNK * CHUNKS));
  const home = await makeYardHome(image);
  const registry = await startDockerRegistry();
  try {
    process.stdout.write('\nStart of the command line\n');
    const bare: MeasuredRun[] = [];
    const list: MeasuredRun[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      bare.push(await measure([process.execPath, '-e', '0']));
      list.push(await home.tartan(['list']));
    }
    printRuns('node', bare);
    printRuns('tartan list', list);
    printFigure(
      'node, wall',
      bare.map(({ seconds }) => seconds),
      ' s',
    );
    checkBound(
      'tartan list',
      printFigure(
        'tartan list, wall',
        list.map(({ seconds }) => seconds),
        ' s',
      ),
      1,
      ' s',
    );

    process.stdout.write(`\nPlan of a VM of ${CHUNKS} known chunks: as many HEADs\n`);
    const reference = `${registry.host}/bench/hundred:1`;
    await home.tartan(['push', 'yard', reference, '--json'], { chunkSize: SMALL_CHUNK });
    const seconds: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const planned = await home.tartan(['plan', 'yard', reference, '--json'], { chunkSize: SMALL_CHUNK });
      const plan = z
        .object({ seconds: z.number(), requests: z.object({ head: z.number() }) })
        .parse(JSON.parse(planned.stdout));
      printRun('plan', { 'plan s': plan.seconds, 'wall s': planned.seconds, HEADs: plan.requests.head });
      if (plan.requests.head < CHUNKS) throw new Error(`only ${plan.requests.head} HEADs were sent`);
      seconds.push(plan.seconds);
    }
    checkBound('plan with a hundred HEADs', printFigure('plan', seconds, ' s'), 1, ' s');
  } finally {
    await registry.stop();
    await home.remove();
  }
}

void main();
