import type { Plan } from '../../shared/models/plan.ts';
import { checkBound, median, printFigure, printRun, QUICK } from './report.ts';
import { makeShapedLink, type ShapedLink } from './shaped-link.ts';
import { makeYardHome, type YardHome, yardstickImage } from './yardstick.ts';

const MEGABITS = 1000;
const RUNS = QUICK ? 1 : 3;
const PROBE_BYTES = 256 * 1024 * 1024;
const MB = 1_000_000;

/** A push through the link by a process that knows nothing, and how long its packed bytes alone take. */
interface LinkRun {
  readonly seconds: number;
  readonly pureSeconds: number;
}

async function push(link: ShapedLink, home: YardHome, sides: readonly ('near' | 'far')[]): Promise<LinkRun> {
  const registries = await Promise.all(sides.map((side) => link.registry(side)));
  try {
    await home.forget();
    const references = registries.map(({ host }) => `${host}/bench/yard:1`);
    const args = ['push', 'yard', ...references, '--insecure', '--concurrency', '4', '--json'];
    const rate = link.rate(PROBE_BYTES);
    const run = await home.tartan(args, { before: link.near });
    // What `tartan push --json` prints is a plan as the schema says.
    const { targets } = JSON.parse(run.stdout) as Plan;
    const packed = targets[0]?.bytes.uploaded ?? Number.NaN;
    const pureSeconds = packed / rate;
    printRun(sides.join(' and '), {
      'wall s': run.seconds,
      'packed MB': packed / MB,
      'plain connection MB/s': rate / MB,
      'of pure transfer': run.seconds / pureSeconds,
    });
    return { seconds: run.seconds, pureSeconds };
  } finally {
    await Promise.all(registries.map((registry) => registry.stop()));
  }
}

async function main(): Promise<void> {
  if (process.getuid?.() !== 0) {
    process.stdout.write('A link of its own needs root: not measured.\n');
    return;
  }
  const home = await makeYardHome(await yardstickImage());
  const link = await makeShapedLink(MEGABITS);
  try {
    process.stdout.write(
      `\nFirst push through a link of ${String(MEGABITS)} Mbit/s, alone and beside a target that is near\n`,
    );
    const alone: LinkRun[] = [];
    const both: LinkRun[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      alone.push(await push(link, home, ['far']));
      both.push(await push(link, home, ['far', 'near']));
    }
    const ratios = alone.map(({ seconds, pureSeconds }) => seconds / pureSeconds);
    checkBound('push against the pure transfer', printFigure('of pure transfer', ratios, 'x'), 1.05, 'x');
    // A near target beside a far one sends the same bytes twice, and the near registry wants the same processor.
    const slower = median(both.map(({ seconds }) => seconds)) / median(alone.map(({ seconds }) => seconds));
    printFigure('both targets against the far one alone', [slower], 'x');
  } finally {
    await link.remove();
    await home.remove();
  }
}

void main();
