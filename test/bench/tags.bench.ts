import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import type { Repository } from '../../shared/models/registry.ts';
import { startDockerRegistry } from '../fixtures/docker-registry.ts';
import { putBlob } from '../fixtures/foreign-image.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';

const RUNS = QUICK ? 3 : 7;
const IMAGES = 250;
const TAGS_OF_EACH = 4;
const REPOSITORY = 'bench/tags';
/** Seconds. The second is what a person does not feel as waiting. */
const MOST = { first: 2, again: 0.1 } as const;
const never = new AbortController().signal;

/** 250 images of two layers, four tags each. */
async function fill(host: string): Promise<void> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const shared = { mediaType: 'application/octet-stream', ...(await putBlob(host, REPOSITORY, Buffer.from('shared'))) };
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...(await putBlob(host, REPOSITORY, Buffer.from('{}'))),
  };
  for (let image = 0; image < IMAGES; image += 1) {
    const own = {
      mediaType: 'application/octet-stream',
      ...(await putBlob(host, REPOSITORY, Buffer.from(`image ${image}`))),
    };
    const body = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [shared, own] });
    await Promise.all(
      Array.from({ length: TAGS_OF_EACH }, async (_, at) => {
        const url = `http://${host}/v2/${REPOSITORY}/manifests/v${image}.${at}`;
        const put = await request(url, { method: 'PUT', headers: { 'content-type': mediaType }, body });
        await put.body.dump();
        if (put.statusCode !== 201) throw new Error(`manifest: ${put.statusCode}`);
      }),
    );
  }
}

const seconds = (startedMs: number): number => (performance.now() - startedMs) / 1000;

function expectAll(repository: Repository | undefined): void {
  const tags = repository?.groups.reduce((sum, group) => sum + group.tags.length, 0);
  if (repository?.groups.length !== IMAGES || tags !== IMAGES * TAGS_OF_EACH)
    throw new Error(`${tags} tags of ${repository?.groups.length} digests`);
}

async function readAll(engine: TestEngine, host: string): Promise<Repository> {
  const read = await engine.handlers['repositories.read']({ host, repository: REPOSITORY }, never);
  expectAll(read);
  return read;
}

/** A look at a repository that nobody has seen, and the looks after it. */
async function look(host: string, home: string): Promise<Record<'grouped' | 'sized' | 'again' | 'refreshed', number>> {
  const stateHome = await mkdtemp(join(tmpdir(), 'tags-state-'));
  const place = { tartHome: home, stateHome };
  let engine = await openTestEngine(place);
  try {
    await engine.handlers['registries.add']({ host, insecure: false }, never);
    const startedMs = performance.now();
    let grouped = Number.NaN;
    const stop = engine.on('registries.changed', ({ repositories }) => {
      const here = repositories.find(({ repository }) => repository === REPOSITORY);
      if (Number.isNaN(grouped) && here?.groups.length === IMAGES) grouped = seconds(startedMs);
    });
    await readAll(engine, host);
    const sized = seconds(startedMs);
    stop();
    await engine.close();
    // The next start of the product.
    engine = await openTestEngine(place);
    const openedMs = performance.now();
    const listed = await engine.handlers['registries.list'](null, never);
    expectAll(listed.flatMap(({ repositories }) => repositories).find(({ repository }) => repository === REPOSITORY));
    const again = seconds(openedMs);
    const refreshedMs = performance.now();
    await readAll(engine, host);
    return { grouped, sized, again, refreshed: seconds(refreshedMs) };
  } finally {
    await engine.close();
    await rm(stateHome, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  process.stdout.write('\nA repository of 1,000 tags on 250 digests at docker-registry 2.8\n');
  const registry = await startDockerRegistry();
  const home = await mkdtemp(join(tmpdir(), 'no-tart-'));
  const runs: Awaited<ReturnType<typeof look>>[] = [];
  try {
    await fill(registry.host);
    for (let run = 0; run < RUNS; run += 1) {
      const found = await look(registry.host, home);
      printRun('s', found);
      runs.push(found);
    }
  } finally {
    await registry.stop();
    await rm(home, { recursive: true, force: true });
  }
  const of = (name: keyof (typeof runs)[number]): number[] => runs.map((run) => run[name]);
  checkBound('grouped by digest', printFigure('grouped by digest', of('grouped'), ' s'), MOST.first, ' s');
  printFigure('the same with kind, size and upload time of each', of('sized'), ' s');
  checkBound(
    'shown the next time',
    printFigure('shown the next time, from the state', of('again'), ' s'),
    MOST.again,
    ' s',
  );
  checkBound('asked again', printFigure('asked again', of('refreshed'), ' s'), MOST.first, ' s');
}

void main();
