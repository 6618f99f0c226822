import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  ContentIndex,
  type KnownManifest,
  type LayerPair,
  type RepositoryName,
} from '../../electron/engine/digests/content-index.ts';
import { tartManifest } from '../../electron/engine/oci/tart-manifest.ts';
import { claimedPairs } from '../../electron/engine/plan/learn-target-manifests.ts';
import { openState, type StateDatabase } from '../../electron/engine/state/state-database.ts';
import { checkBound, printFigure, printRun, QUICK } from './report.ts';

/** Layers that the index knows. */
const SIZES = QUICK ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
/** Chunks of an image of 100 GB. */
const LAYERS = 200;
const RUNS = QUICK ? 5 : 21;
/** Rows of one statement of the filling. */
const SLICE = 2000;
/** Repositories that the layers lie in. */
const REPOSITORIES = 50;

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const placeOf = (at: number): RepositoryName => ({
  registry: 'registry.example',
  repository: `team/vm-${at % REPOSITORIES}`,
});
const pairOf = (at: number): LayerPair => ({
  rawDigest: digestOf(`raw ${at}`),
  rawSize: 536_870_912,
  digest: digestOf(`layer ${at}`),
  size: 200_000_000 + at,
});

/** The layers of one image. */
function imageOf(at: number): LayerPair[] {
  return Array.from({ length: LAYERS }, (_, layer) => pairOf(at * LAYERS + layer));
}

/** A manifest as Tart writes it. */
function manifestOf(disk: readonly LayerPair[]): KnownManifest {
  const small = { digest: digestOf('small'), size: 100 };
  const bytes = tartManifest({
    config: small,
    vmConfig: small,
    disk,
    nvram: small,
    diskSize: disk.reduce((sum, { rawSize }) => sum + rawSize, 0),
    uploadTime: '2026-01-01T00:00:00Z',
  });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes };
}

/** Fills tables row by row as pushes and manifests would, in long writes: to learn a million layers one by one takes minutes. */
async function fill(database: StateDatabase, index: ContentIndex, from: number, to: number): Promise<void> {
  const now = Date.now();
  for (let at = from; at < to; at += SLICE) {
    const rows = Array.from({ length: Math.min(SLICE, to - at) }, (_, more) => {
      const { rawDigest, rawSize, digest, size } = pairOf(at + more);
      const { registry, repository } = placeOf(Math.floor((at + more) / LAYERS));
      return [rawDigest, rawSize, digest, size, registry, repository];
    });
    const json = JSON.stringify(rows);
    await database.run([
      {
        sql: `INSERT INTO claimed_pairs (raw_digest, layer_digest, registry, repository, raw_size, layer_size, seen_ms)
              SELECT value ->> 0, value ->> 2, value ->> 4, value ->> 5, value ->> 1, value ->> 3, ? FROM json_each(?)`,
        params: [now, json],
      },
      {
        sql: `INSERT INTO layer_pairs (raw_digest, layer_digest, raw_size, layer_size, proof, encoder, learned_ms)
              SELECT value ->> 0, value ->> 2, value ->> 1, value ->> 3, 'proven', 'apple-lz4', ? FROM json_each(?)`,
        params: [now, json],
      },
      {
        sql: `INSERT INTO blob_locations (layer_digest, registry, account, repository, seen_ms)
              SELECT value ->> 2, value ->> 4, '', value ->> 5, ? FROM json_each(?)`,
        params: [now, json],
      },
    ]);
  }
  // No more manifests than the index keeps; the newest.
  const last = to / LAYERS;
  for (let at = Math.max(from / LAYERS, last - 2000); at < last; at += 1) {
    const manifest = manifestOf(imageOf(at));
    await index.learnManifest(placeOf(at), manifest, claimedPairs(manifest.bytes));
  }
}

async function timed(work: (run: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const startedMs = performance.now();
    await work(run);
    times.push(performance.now() - startedMs);
  }
  return times;
}

async function bytesOf(database: StateDatabase): Promise<number> {
  const schema = z.object({ bytes: z.number() });
  const [row] = await database.all(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
    [],
    schema,
  );
  return row?.bytes ?? 0;
}

/** Measures the questions of a plan at this size. Images that are asked for lie anywhere in the index. */
async function measure(database: StateDatabase, index: ContentIndex, layers: number): Promise<void> {
  const images = layers / LAYERS;
  const anyImage = (run: number): LayerPair[] => imageOf((run * 7919 + 13) % images);
  const newest = (run: number): LayerPair[] => imageOf(images - 1 - (run % Math.min(images, 2000)));
  const raw = (pairs: readonly LayerPair[]): string[] => pairs.map(({ rawDigest }) => rawDigest);
  const packed = (pairs: readonly LayerPair[]): string[] => pairs.map(({ digest }) => digest);
  const name = `${layers} layers`;
  process.stdout.write(`\nContent index, ${name}\n`);
  const figures = [
    {
      what: 'lookup of 200 raw digests',
      most: 20,
      times: await timed(async (run) => {
        const found = await index.pairsFor(raw(anyImage(run)), [placeOf(run)]);
        if (found.size !== LAYERS) throw new Error(`${found.size} pairs were found`);
      }),
    },
    { what: 'holders of 200 layers', most: 40, times: await timed((run) => index.holdersOf(packed(newest(run)))) },
    {
      what: 'mount candidates of 200 layers',
      most: 40,
      times: await timed((run) => {
        const digests = packed(newest(run));
        const { registry } = placeOf(0);
        return index.mountCandidates({ registry, account: '', digests, image: digests, except: [] });
      }),
    },
    { what: 'whether a raw size is known', most: 5, times: await timed(() => index.knowsRawSize(1)) },
    {
      what: 'manifests that name a layer',
      most: 20,
      times: await timed((run) => index.knownManifests([placeOf(run)], newest(run)[0]?.digest ?? null)),
    },
    {
      what: 'learning a manifest of 200 layers',
      most: 40,
      times: await timed(async (run) => {
        const manifest = manifestOf(imageOf(images + 1_000_000 + run));
        await index.learnManifest(placeOf(run), manifest, claimedPairs(manifest.bytes));
      }),
    },
  ];
  for (const { what, most, times } of figures) {
    for (const ms of times.slice(0, 3)) printRun(what, { ms });
    checkBound(`${what}, ${name}`, printFigure(`${what}, ${name}`, times, ' ms'), most, ' ms');
  }
  checkBound(`bytes of a layer, ${name}`, (await bytesOf(database)) / layers, 2500, ' bytes');
}

/** What is old goes while manifests are learned, and none of these writes is long. */
async function measureForgetting(database: StateDatabase, index: ContentIndex, layers: number): Promise<void> {
  await database.run([{ sql: 'UPDATE claimed_pairs SET seen_ms = 0', params: [] }]);
  const times = await timed(async (run) => {
    const manifest = manifestOf(imageOf(layers + 2_000_000 + run));
    await index.learnManifest(placeOf(run), manifest, claimedPairs(manifest.bytes));
  });
  const what = `learning a manifest while ${layers} old claims go`;
  checkBound(what, printFigure(what, times, ' ms'), 60, ' ms');
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'content-index-'));
  const clock = { now: () => Date.now() };
  const log = { debug: () => undefined, warn: () => undefined };
  const database = await openState({ directory, workerFile: resolve('dist/node/state-worker.cjs'), clock, log });
  try {
    const index = new ContentIndex(database, clock.now);
    let filled = 0;
    for (const layers of SIZES) {
      await fill(database, index, filled, layers);
      filled = layers;
      await measure(database, index, layers);
    }
    await measureForgetting(database, index, filled);
  } finally {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  }
}

void main();
