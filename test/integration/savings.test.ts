import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBytes } from '../../shared/format/bytes.ts';
import { reportDocumentSchema } from '../../shared/models/report.ts';
import type { Savings, SavingsFilter, SavingsSums } from '../../shared/models/savings.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { answer, first, isManifestPut } from '../fixtures/faults.ts';
import { startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { type RegistryStorage, readStorage, storedLayers } from '../fixtures/registry-storage.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { openTestEngine, type TestEngine } from '../fixtures/test-engine.ts';
import { cloneWithChanges } from '../fixtures/woven-vm.ts';

const ALL: SavingsFilter = { sinceMs: null, untilMs: null, registry: null, bucket: 'day' };
const REPOSITORIES = ['team/base', 'team/other'];
const NVRAM = 131_072;

/** What a push came to, by the registry's own folders before and after it. */
interface Seen {
  readonly present: number;
  readonly mounted: number;
  readonly duplicate: number;
  readonly uploaded: number;
  /** Bytes of layers that the storage grew by. */
  readonly grown: number;
  /** Packed bytes of NVRAM and VM config that were there before: what Tart sends all the same. */
  readonly small: number;
}

const never = new AbortController().signal;
let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
let stateHome: string;
let engine: TestEngine;
let seen: Seen[];
let saved: Savings;

async function pushAndLook(name: string, repository: string, tag: string): Promise<Seen> {
  const before = await readStorage(registry, REPOSITORIES);
  await engine.push({ vmId: `vm:${name}`, references: [`${registry.host}/${repository}:${tag}`] });
  const after = await readStorage(registry, REPOSITORIES);
  return difference(await storedLayers(registry, repository, tag), before, after, repository);
}

function difference(
  layers: readonly string[],
  before: RegistryStorage,
  after: RegistryStorage,
  repository: string,
): Seen {
  const size = (digest: string): number => after.blobs.get(digest) ?? Number.NaN;
  const sum = (digests: readonly string[]): number => digests.reduce((total, digest) => total + size(digest), 0);
  const distinct = [...new Set(layers)];
  const had = (digest: string): boolean => before.linked.get(repository)?.has(digest) === true;
  const stored = (digest: string): boolean => before.blobs.has(digest);
  const [config = '', nvram = ''] = [layers[0], layers.at(-1)];
  return {
    present: sum(distinct.filter(had)),
    mounted: sum(distinct.filter((digest) => !had(digest) && stored(digest))),
    duplicate: sum(layers) - sum(distinct),
    uploaded: sum(distinct.filter((digest) => !had(digest) && !stored(digest))),
    grown: sum(distinct.filter((digest) => !stored(digest))),
    small: sum([config, nvram].filter(had)),
  };
}

/** The figures of a report that a registry can tell of. */
function told({ pushed, present, mounted, duplicate, uploaded, sent, notSent, notStored }: SavingsSums): unknown {
  return { pushed, present, mounted, duplicate, uploaded, sent, notSent, notStored };
}

function expected(pushes: readonly Seen[]): unknown {
  const sum = (pick: (push: Seen) => number): number => pushes.reduce((total, push) => total + pick(push), 0);
  const all = sum(({ present, mounted, duplicate, uploaded }) => present + mounted + duplicate + uploaded);
  return {
    pushed: all,
    present: sum(({ present }) => present),
    mounted: sum(({ mounted }) => mounted),
    duplicate: sum(({ duplicate }) => duplicate),
    uploaded: sum(({ uploaded }) => uploaded),
    sent: sum(({ uploaded }) => uploaded),
    notSent: all - sum(({ uploaded }) => uploaded),
    notStored: all - sum(({ grown }) => grown),
  };
}

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder' });
  await cloneWithChanges(home, vm, 'changed', [3]);
  registry = await startDockerRegistry();
  stateHome = await mkdtemp(join(tmpdir(), 'tartan-state-'));
  engine = await openTestEngine({ tartHome: home.root, stateHome });
  seen = [
    await pushAndLook('builder', 'team/base', '1'),
    await pushAndLook('changed', 'team/base', '2'),
    await pushAndLook('builder', 'team/other', '1'),
  ];
  await engine.close();
  engine = await openTestEngine({ tartHome: home.root, stateHome });
  saved = await engine.handlers['report.savings'](ALL, never);
});
afterAll(async () => {
  await engine.close();
  await registry.stop();
  await home.remove();
  await rm(stateHome, { recursive: true, force: true });
});

describe('what three pushes of related VMs saved', () => {
  it('is what the registry’s own folders tell', () => {
    expect(seen.map(({ mounted, present, uploaded }) => [mounted > 0, present > 0, uploaded > 0])).toEqual([
      [false, false, true],
      [false, true, true],
      [true, false, false],
    ]);
    expect(told(saved.totals)).toEqual(expected(seen));
  });

  it('is told by registry, repository, VM and image, which all sum up to the whole', () => {
    const rows = (table: readonly { name: string }[]): string[] => table.map(({ name }) => name).sort();
    expect({
      registries: rows(saved.byRegistry),
      repositories: rows(saved.byRepository),
      vms: rows(saved.byVm),
      images: rows(saved.byImage),
    }).toEqual({
      registries: [registry.host],
      repositories: REPOSITORIES,
      vms: ['builder', 'changed'],
      images: ['team/base:1', 'team/base:2', 'team/other:1'],
    });
    for (const table of [saved.byRegistry, saved.byRepository, saved.byVm, saved.byImage]) {
      const sum = (pick: (row: SavingsSums) => number): number => table.reduce((total, row) => total + pick(row), 0);
      expect([sum((row) => row.notSent), sum((row) => row.notRead), sum((row) => row.sent)]).toEqual([
        saved.totals.notSent,
        saved.totals.notRead,
        saved.totals.sent,
      ]);
    }
  });

  it('is written as JSON, CSV and HTML with the same figures', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tartan-report-'));
    const write = async (format: 'json' | 'csv' | 'html'): Promise<string> => {
      const path = join(folder, `report.${format}`);
      await engine.handlers['report.export']({ ...ALL, format, language: 'en', path }, never);
      return await readFile(path, 'utf8');
    };
    const [json, csv, html] = [await write('json'), await write('csv'), await write('html')];
    const gone = join(folder, 'gone', 'report.csv');
    const refused = engine.handlers['report.export']({ ...ALL, format: 'csv', language: 'en', path: gone }, never);
    await expect(refused).rejects.toMatchObject({ code: 'file.unwritable', params: { path: gone, reason: 'ENOENT' } });
    await rm(folder, { recursive: true, force: true });
    const document = reportDocumentSchema.parse(JSON.parse(json));
    const [head = '', ...rows] = csv.trimEnd().split('\r\n');
    const column = head.split(',').indexOf('not_sent');
    const notSent = (table: string): number =>
      rows.filter((row) => row.startsWith(`${table},`)).reduce((sum, row) => sum + Number(row.split(',')[column]), 0);
    expect({
      savings: document.savings,
      images: document.images.registries[0]?.images,
      csv: ['total', 'registry', 'repository', 'vm', 'image'].map(notSent),
      html: html.includes(formatBytes(saved.totals.notSent)),
    }).toEqual({
      savings: saved,
      images: 3,
      csv: Array.from({ length: 5 }, () => saved.totals.notSent),
      html: true,
    });
  });

  it('is the whole of a push that failed at its manifest and was tried again', async () => {
    await cloneWithChanges(home, vm, 'retried', [5]);
    const proxy = await startRegistryProxy(registry.host, first(1, isManifestPut, answer(400)).fault);
    const before = await readStorage(registry, ['team/retried']);
    const id = await engine.start({ vmId: 'vm:retried', references: [`${proxy.host}/team/retried:1`] });
    await engine.until(id, ({ state }) => state === 'failed');
    const filter = { ...ALL, registry: proxy.host };
    const failed = await engine.handlers['report.savings'](filter, never);
    await engine.handlers['jobs.retry']({ id, force: false }, never);
    await engine.until(id, ({ state }) => state === 'done');
    const grown = await readStorage(registry, ['team/retried']);
    const push = difference(await storedLayers(registry, 'team/retried', '1'), before, grown, 'team/retried');
    const { totals } = await engine.handlers['report.savings'](filter, never);
    await engine.handlers['jobs.remove']({ id }, never);
    const removed = await engine.handlers['report.savings'](filter, never);
    await proxy.close();
    // By another name the registry is another: nothing of what it holds is known, and nothing is mounted.
    const sent = push.uploaded + push.mounted;
    expect(told(totals)).toMatchObject({ present: 0, mounted: 0, uploaded: sent, sent, duplicate: push.duplicate });
    expect([failed.totals.jobs, totals.jobs, removed.totals]).toEqual([1, 1, totals]);
    expect(failed.totals.sent).toBe(sent);
  });

  it('of a copy is what was mounted, against a push of the same disk', async () => {
    const before = await readStorage(registry, ['team/copied']);
    const { host } = registry;
    const { job } = await engine.copy({
      images: [{ source: `${host}/team/base:2`, targets: [`${host}/team/copied:2`] }],
    });
    const after = await readStorage(registry, ['team/copied']);
    const named = await storedLayers(registry, 'team/copied', '2');
    const copied = difference(named, before, after, 'team/copied');
    const { kind, targets } = await engine.handlers['report.job']({ id: job.id }, never);
    const [sums] = targets.map((target) => target.sums);
    const chunks = targets.flatMap(({ layers }) => layers.filter((layer) => layer.kind === 'disk'));
    // Each blob of a copy counts once. The OCI config, which is no layer, is one of them.
    const blobs = new Set(targets.flatMap(({ layers }) => layers.map(({ digest }) => digest ?? '')));
    const [config = ''] = [...blobs].filter((digest) => !named.includes(digest));
    expect({ kind, mounted: sums?.mounted, sent: sums?.sent, duplicate: sums?.duplicate }).toEqual({
      kind: 'copy',
      mounted: copied.mounted + (after.blobs.get(config) ?? Number.NaN),
      sent: 0,
      duplicate: 0,
    });
    expect(sums?.notEncoded).toBe(chunks.reduce((total, { rawSize }) => total + rawSize, 0));
  });

  it('stands beside what tart push would have read, encoded and sent', () => {
    const { counterfactual, notRead, read, notEncoded, encoded, notSentByTart, sent } = saved.totals;
    const raw = 3 * vm.diskSize;
    const byTart = seen.reduce((total, { uploaded, mounted, small }) => total + uploaded + mounted + small, 0);
    expect({ read: counterfactual.read, encoded: counterfactual.encoded, sent: counterfactual.sent }).toEqual({
      read: raw + 3 * NVRAM,
      encoded: raw,
      sent: byTart,
    });
    expect([notRead + read, notEncoded + encoded, notSentByTart + sent]).toEqual([raw + 3 * NVRAM, raw, byTart]);
  });
});
