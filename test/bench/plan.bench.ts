import { open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { request } from 'undici';
import { forkNodeHelper } from '../../electron/host/fork-helper.ts';
import { SpareHelper } from '../../electron/host/spare-helper.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { randomBytesOf } from '../fixtures/seeded-bytes.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';
import { CHUNK, makeYardHome } from './yardstick.ts';

const MIB = 1024 * 1024;
const HEADS_AT_ONCE = 16;
const RUNS = QUICK ? 3 : 9;
/** Chunks of the disk: 100 GiB. */
const CHUNKS = 200;
/**
 * Chunks that hold data, and bytes of it in each: 2 GiB in all lie in memory beside the registry's copies, and the rest of the
 * disk is holes. What a plan of known chunks does is by chunk, not by byte.
 */
const FILLED = QUICK ? 8 : 32;
const DATA = QUICK ? 4 * MIB : 64 * MIB;

/** A sparse disk whose chunks with data lie all over it. */
async function makeSparseDisk(): Promise<string> {
  const image = join(tmpdir(), 'hundred-gigabytes.img');
  await writeFile(image, '');
  const disk = await open(image, 'r+');
  try {
    await disk.truncate(CHUNKS * CHUNK);
    const bytes = randomBytesOf('sparse disk', DATA);
    for (let filled = 0; filled < FILLED; filled += 1) {
      // The first block tells the chunks apart.
      randomBytesOf(`chunk ${filled}`, 4096).copy(bytes);
      await disk.write(bytes, 0, bytes.length, Math.floor((filled * CHUNKS) / FILLED) * CHUNK);
    }
  } finally {
    await disk.close();
  }
  return image;
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ readonly seconds: number; readonly value: Value }> {
  const startedMs = performance.now();
  const value = await work();
  return { seconds: (performance.now() - startedMs) / 1000, value };
}

async function measurePlans(engine: TestEngine, reference: string): Promise<void> {
  process.stdout.write('\nPlan of the unchanged VM in a running engine: as many HEADs as it has distinct layers\n');
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const planned = await timed(() => engine.plan({ vmId: 'vm:yard', references: [reference] }));
    const { requests, bytes } = planned.value;
    printRun('plan', { 'wall s': planned.seconds, HEADs: requests.head, 'read bytes': bytes.read });
    if (bytes.read + bytes.uploaded !== 0) throw new Error('a plan of an unchanged VM reads or would send');
    seconds.push(planned.seconds);
  }
  checkBound('plan of 200 known chunks, running engine', printFigure('plan', seconds, ' s'), 0.3, ' s');
}

/** The same requests by themselves: as many HEADs, 16 at once, and a PUT of the manifest with a look before and behind it. */
async function bareTrips(place: string, heads: number, tag: string): Promise<number> {
  const slash = place.indexOf('/');
  const base = `http://${place.slice(0, slash)}/v2/${place.slice(slash + 1)}`;
  const manifest = `${base}/manifests/1`;
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const read = await request(manifest, { headers: { accept } });
  const bytes = Buffer.from(await read.body.arrayBuffer());
  const head = async (): Promise<void> => {
    const { body } = await request(manifest, { method: 'HEAD', headers: { accept }, reset: false });
    await body.dump();
  };
  const { seconds } = await timed(async () => {
    for (let left = heads; left > 0; left -= HEADS_AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(left, HEADS_AT_ONCE) }, head));
    const put = await request(`${base}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': accept },
      body: bytes,
    });
    await put.body.dump();
    const back = await request(`${base}/manifests/${tag}`, { headers: { accept } });
    await back.body.dump();
  });
  return seconds;
}

async function measureTags(engine: TestEngine, place: string): Promise<void> {
  process.stdout.write(
    '\nPush of the unchanged VM to a further tag in a running engine, and the same requests by themselves\n',
  );
  const seconds: number[] = [];
  const beside: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const references = [`${place}:again-${run}`];
    const pushed = await timed(() => engine.push({ vmId: 'vm:yard', references }));
    const { bytes, requests } = pushed.value.document;
    const trips = await bareTrips(place, requests.head, `bare-${run}`);
    printRun('push', { 'wall s': pushed.seconds, 'requests s': trips, HEADs: requests.head, 'read bytes': bytes.read });
    beside.push(pushed.seconds - trips);
    if (bytes.read + bytes.uploaded + bytes.mounted !== 0) throw new Error('a further tag reads or sends');
    seconds.push(pushed.seconds);
  }
  printFigure('push to a further tag', seconds, ' s');
  checkBound(
    'a further tag beside its requests, running engine',
    printFigure('without requests', beside, ' s'),
    0.1,
    ' s',
  );
}

async function main(): Promise<void> {
  const home = await makeYardHome(await makeSparseDisk());
  const tartHome = dirname(dirname(dirname(home.diskFile)));
  const stateHome = join(dirname(tartHome), 'state');
  const helpers = new SpareHelper(forkNodeHelper);
  const registries = await Promise.all([startDockerRegistry(), startDockerRegistry()]);
  const [near, other] = registries;
  try {
    const engine = await openTestEngine({ tartHome, stateHome, chunkSize: CHUNK, forkHelper: helpers.fork });
    const vmId = 'vm:yard';
    const first = await timed(() => engine.push({ vmId, references: [`${near.host}/bench/sparse:1`] }));
    process.stdout.write(`\nA disk of 100 GiB, ${(FILLED * DATA) / MIB} MiB of it data in ${FILLED} chunks\n`);
    printRun('first push', { 'wall s': first.seconds, 'sent bytes': first.value.document.bytes.uploaded });
    await measurePlans(engine, `${near.host}/bench/sparse:1`);
    await measureTags(engine, `${near.host}/bench/sparse`);

    process.stdout.write('\nThe same VM elsewhere\n');
    const mounted = await timed(() => engine.push({ vmId, references: [`${near.host}/bench/second:1`] }));
    const { bytes } = mounted.value.document;
    printRun('second repository', { 'wall s': mounted.seconds, 'mounted bytes': bytes.mounted });
    // The VM config is not mounted where the registry opens a session for a few bytes.
    checkBound('bytes that are sent to a second repository', bytes.uploaded, 4096, ' B');
    const encoded = await timed(() => engine.push({ vmId, references: [`${other.host}/bench/sparse:1`] }));
    printRun('second registry', { 'wall s': encoded.seconds, 'sent bytes': encoded.value.document.bytes.uploaded });
    checkBound('a second registry against the first push', encoded.seconds / first.seconds, 1, 'x');
    await engine.close();
    helpers.close();

    process.stdout.write('\nA further tag as a process of its own\n');
    const seconds: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { seconds: wall } = await home.tartan(['push', 'yard', `${near.host}/bench/sparse:whole-${run}`, '--json']);
      printRun('tartan push', { 'wall s': wall });
      seconds.push(wall);
    }
    checkBound('a further tag, whole process', printFigure('tartan push', seconds, ' s'), 0.6, ' s');
  } finally {
    await Promise.all(registries.map((registry) => registry.stop()));
    await home.remove();
    await rm(join(tmpdir(), 'hundred-gigabytes.img'), { force: true });
  }
}

void main();
