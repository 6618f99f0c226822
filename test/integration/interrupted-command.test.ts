import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobFiles } from '../../electron/engine/jobs/job-files.ts';
import { methods } from '../../shared/contract/methods.ts';
import { reportDocumentSchema } from '../../shared/models/report.ts';
import { type DockerRegistry, startDockerRegistry } from '../fixtures/docker-registry.ts';
import { SMALLEST_DISK } from '../fixtures/ext4-disk.ts';
import { isCommit, isPiece } from '../fixtures/faults.ts';
import { isWhole, tagsOf } from '../fixtures/push-through.ts';
import { type RegistryProxy, startRegistryProxy } from '../fixtures/registry-proxy.ts';
import { readStorage, storedLayers } from '../fixtures/registry-storage.ts';
import { makeTartHome, makeTartVm, type TartHome, type TartVm } from '../fixtures/tart-vm.ts';
import { runTartan, startTartan, type TartanPlace, type TartanProcess } from '../fixtures/tartan-process.ts';

let home: TartHome;
let vm: TartVm;
let registry: DockerRegistry;
let place: TartanPlace;

beforeAll(async () => {
  home = await makeTartHome();
  vm = await makeTartVm(home, { name: 'builder', disk: SMALLEST_DISK });
  registry = await startDockerRegistry();
});
beforeEach(async () => {
  place = { tartHome: home.root, stateHome: await mkdtemp(join(tmpdir(), 'tartan-state-')) };
});
afterEach(() => rm(place.stateHome, { recursive: true, force: true }));
afterAll(async () => {
  await registry.stop();
  await home.remove();
});

/** A push of the command line that stands still in its middle: five blobs are closed, the next piece is held. */
async function heldPush(repository: string): Promise<{ push: TartanProcess; proxy: RegistryProxy; letGo: () => void }> {
  let commits = 0;
  let held = true;
  let reached: () => void = () => undefined;
  const middle = new Promise<void>((done) => {
    reached = done;
  });
  const proxy = await startRegistryProxy(registry.host, (seen) => {
    if (isCommit(seen)) commits += 1;
    if (!held || commits < 5 || !isPiece(seen)) return undefined;
    reached();
    return 'answered';
  });
  const push = startTartan(['push', 'builder', `${proxy.host}/${repository}:1`, '--concurrency', '1', '--json'], place);
  await middle;
  return {
    push,
    proxy,
    letGo: () => {
      held = false;
    },
  };
}

async function savedTotals() {
  const { stdout } = await runTartan(['report', '--json'], place);
  return reportDocumentSchema.parse(JSON.parse(stdout)).savings.totals;
}

async function onlyJob(): Promise<{ id: string; state: string; actions: string[] }> {
  const { stdout } = await runTartan(['jobs', 'list', '--json'], place);
  const [job, ...others] = methods['jobs.list'].output.parse(JSON.parse(stdout));
  if (job === undefined || others.length > 0) throw new Error('not one job');
  return { id: job.id, state: job.state, actions: [...job.actions] };
}

describe('a push that is interrupted', () => {
  it('ends with 130 at Ctrl-C, closes its session, and goes on where it was', async () => {
    const { push, proxy, letGo } = await heldPush('interrupted/ctrl-c');
    process.kill(await push.pid, 'SIGINT');
    const { status, stdout } = await push.ended;
    const closed = proxy.seen.filter(({ method }) => method === 'DELETE').length;
    const job = await onlyJob();
    expect({ status, document: JSON.parse(stdout), closed, state: job.state, actions: job.actions }).toMatchObject({
      status: 130,
      document: { error: { code: 'cancelled' } },
      closed: 1,
      state: 'interrupted',
      actions: ['resume', 'remove'],
    });
    expect(await tagsOf(registry.origin, 'interrupted/ctrl-c')).toEqual([]);
    letGo();
    const before = proxy.seen.filter(isCommit).length;
    const resumed = await runTartan(['jobs', 'resume', job.id], place);
    const after = proxy.seen.filter(isCommit).length - before;
    await proxy.close();
    expect({
      status: resumed.status,
      again: after <= 10,
      whole: await isWhole(`${registry.host}/interrupted/ctrl-c:1`, vm),
    }).toEqual({
      status: 0,
      again: true,
      whole: true,
    });
  });

  it('sends only the rest after kill -9, counted at the server', async () => {
    const { push, proxy, letGo } = await heldPush('interrupted/killed');
    process.kill(await push.pid, 'SIGKILL');
    await push.ended;
    const committed = new Set(proxy.seen.filter((seen) => isCommit(seen) && seen.status === 201).map(digestOf));
    letGo();
    const from = proxy.seen.length;
    const there = await readStorage(registry, ['interrupted/killed']);
    // Nobody may ever go on with it: what it sent is told all the same.
    const left = await savedTotals();
    const { id, state } = await onlyJob();
    const log = await runTartan(['jobs', 'log', id], place);
    const notes = await new JobFiles(place.stateHome).sentBy(id);
    const resumed = await runTartan(['jobs', 'resume', id, '--json'], place);
    const again = proxy.seen.slice(from).filter(isCommit).map(digestOf);
    const totals = await savedTotals();
    await proxy.close();
    const layers = await storedLayers(registry, 'interrupted/killed', '1');
    const arrived = layers.filter((digest) => there.linked.get('interrupted/killed')?.has(digest));
    const bytes = arrived.reduce((sum, digest) => sum + (there.blobs.get(digest) ?? 0), 0);
    expect({
      state,
      log: log.status,
      status: resumed.status,
      twice: again.filter((digest) => committed.has(digest)),
      noted: new Set(notes.flatMap(({ digest, arrived: layer }) => (layer === null ? [] : [digest]))),
      left: [left.jobs, left.uploaded, left.sent, left.encoded > 0],
      jobs: totals.jobs,
      // What it had sent when it was killed was not there before.
      found: totals.present + totals.mounted,
      sent: totals.sent === totals.uploaded && totals.sent > 0,
    }).toEqual({
      state: 'interrupted',
      log: 0,
      status: 0,
      twice: [],
      noted: new Set(arrived),
      left: [1, bytes, bytes, true],
      jobs: 1,
      found: 0,
      sent: true,
    });
    expect(committed.size).toBeGreaterThan(3);
    expect(await isWhole(`${registry.host}/interrupted/killed:1`, vm)).toBe(true);
  });

  it('is cancelled by another process', async () => {
    const { push, proxy } = await heldPush('interrupted/cancelled');
    const { id, state } = await onlyJob();
    const cancel = await runTartan(['jobs', 'cancel', id], place);
    const { status } = await push.ended;
    await proxy.close();
    const after = await onlyJob();
    expect({ state, cancel: cancel.status, status, after: after.state }).toEqual({
      state: 'running',
      cancel: 0,
      status: 130,
      after: 'cancelled',
    });
    expect(await tagsOf(registry.origin, 'interrupted/cancelled')).toEqual([]);
  });
});

function digestOf({ path }: { readonly path: string }): string {
  return /digest=([^&]+)/.exec(path)?.[1] ?? '';
}
