import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { skopeo } from '../fixtures/oci-image.ts';
import { cpuSecondsOf, type MeasuredRun, measure } from './measured-run.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { makeYardHome, type YardHome, yardstickImage } from './yardstick.ts';

const PAIRS = QUICK ? 2 : 5;
const MB = 1_000_000;
const MOST = { time: 1.1, memory: 250 } as const;
const IMAGE = 'bench/yard:1';

/** Copies the image to a registry that holds nothing yet, and looks whether it is the same there. */
async function toEmptyRegistry(
  name: string,
  source: DockerRegistry,
  copy: (from: string, to: string) => Promise<MeasuredRun>,
): Promise<MeasuredRun> {
  const target = await startDockerRegistry();
  try {
    const before = await Promise.all([source, target].map(({ pid }) => cpuSecondsOf(pid)));
    const run = await copy(`${source.host}/${IMAGE}`, `${target.host}/${IMAGE}`);
    const after = await Promise.all([source, target].map(({ pid }) => cpuSecondsOf(pid)));
    const [read = 0, wrote = 0] = after.map((seconds, at) => seconds - (before[at] ?? 0));
    printRun(name, {
      'wall s': run.seconds,
      'CPU s': run.cpuSeconds,
      'source CPU s': read,
      'target CPU s': wrote,
      ...(run.peakMemory === 0 ? {} : { 'peak MB': run.peakMemory / MB }),
    });
    const manifests = await Promise.all(
      [source, target].map(({ host }) => skopeo('inspect', '--raw', `docker://${host}/${IMAGE}`)),
    );
    if (manifests[0] !== manifests[1]) throw new Error(`${name} made another manifest`);
    return run;
  } finally {
    await target.stop();
  }
}

async function bySkopeo(from: string, to: string): Promise<MeasuredRun> {
  const flags = ['--insecure-policy', 'copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false'];
  const run = await measure(['skopeo', ...flags, `docker://${from}`, `docker://${to}`]);
  if (run.status !== 0) throw new Error(`skopeo ended with ${run.status}: ${run.stderr}`);
  return run;
}

/** Whole processes, by turns; nothing is known to either from the run before. */
async function compare(source: DockerRegistry, home: YardHome): Promise<void> {
  process.stdout.write('\nCopy of the image from one docker-registry to another that is empty, against skopeo copy\n');
  const byTartan = async (from: string, to: string, memory = false): Promise<MeasuredRun> => {
    await home.forget();
    return await home.tartan(['copy', from, to, '--json'], { memory });
  };
  const pairs: { readonly skopeo: MeasuredRun; readonly tartan: MeasuredRun }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const theirs = await toEmptyRegistry('skopeo', source, bySkopeo);
    pairs.push({ skopeo: theirs, tartan: await toEmptyRegistry('tartan', source, byTartan) });
  }
  printFigure(
    'skopeo, wall',
    pairs.map((pair) => pair.skopeo.seconds),
    ' s',
  );
  printFigure(
    'tartan, wall',
    pairs.map((pair) => pair.tartan.seconds),
    ' s',
  );
  const ratios = pairs.map((pair) => pair.tartan.seconds / pair.skopeo.seconds);
  checkBound("copy against skopeo's", printFigure('ratio of each pair', ratios, 'x'), MOST.time, 'x');

  // Looking at the memory costs time: runs of their own.
  const peaks: number[] = [];
  for (let run = 0; run < (QUICK ? 1 : 3); run += 1) {
    const watched = await toEmptyRegistry('tartan, watched', source, (from, to) => byTartan(from, to, true));
    peaks.push(watched.peakMemory / MB);
  }
  printFigure('peak memory of all its processes', peaks, ' MB');
  checkBound('peak memory of a copy', Math.max(...peaks), MOST.memory, ' MB');
}

async function main(): Promise<void> {
  const image = await yardstickImage();
  const home = await makeYardHome(image);
  const source = await startDockerRegistry();
  try {
    await home.tartan(['push', 'yard', `${source.host}/${IMAGE}`, '--concurrency', '4', '--json']);
    await compare(source, home);
  } finally {
    await source.stop();
    await home.remove();
  }
}

void main();
