import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EventPayload } from '../../../shared/contract/events.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { PLAIN_COPY } from '../../../shared/models/copy.ts';
import { type JobLayer, jobDeltaSchema, jobSnapshotSchema, jobSummarySchema } from '../../../shared/models/job.ts';
import { UNTRACED } from '../../../shared/models/plan.ts';
import { PLAIN_PUSH } from '../../../shared/models/push-options.ts';
import type { PushRequest } from '../../../shared/models/push-request.ts';
import { type HeldFileLock, holdFileLock } from '../../../test/fixtures/file-lock.ts';
import { ManualClock, settle } from '../../../test/fixtures/manual-clock.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import { SavingsBook } from '../report/savings-book.ts';
import { SavingsRecorder } from '../report/savings-recorder.ts';
import { JobFiles } from './job-files.ts';
import { JobHistory } from './job-history.ts';
import { JobQueue } from './job-queue.ts';
import type { TransferJob } from './transfer-job.ts';

const REQUEST: PushRequest = {
  vmId: 'vm:builder',
  references: ['localhost:5000/a/b:1'],
  ...PLAIN_PUSH,
  expectedTags: { 'localhost:5000/a/b:1': null },
};

/** The work of one job, which the test ends. */
interface Work {
  readonly job: TransferJob;
  finish(): void;
  fail(error: unknown): void;
}

let home: string;
let state: TestState;
let clock: ManualClock;
let queue: JobQueue;
let works: Work[];
let emitted: { topic: string; payload: unknown }[];
let awake: number;
/** Jobs that are over for good. */
let over: string[];

/** A job whose work goes on for a while after it was told to end. */
let lingers: boolean;

beforeAll(async () => {
  const time = new ManualClock();
  state = await openTestState(() => time.now());
});
afterAll(async () => {
  await state.remove();
});
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'job-queue-'));
  clock = new ManualClock();
  lingers = false;
  await state.clear('jobs', 'job_requests');
  works = [];
  emitted = [];
  awake = 0;
  over = [];
  queue = makeQueue();
});
afterEach(async () => {
  await queue.close();
  await rm(home, { recursive: true, force: true });
});

const silent = { debug: () => undefined, warn: () => undefined };

/** A queue over the state folder: as this process has it, or as the next one will. */
function makeQueue(): JobQueue {
  return new JobQueue({
    clock,
    log: silent,
    emit: (topic, payload) => emitted.push({ topic, payload }),
    files: new JobFiles(home),
    history: new JobHistory(state.database, () => clock.now()),
    savings: new SavingsRecorder({
      book: new SavingsBook(state.database),
      clock,
      log: silent,
      emit: () => undefined,
      rates: { encodeRate: () => null, linkRateOf: () => null },
    }),
    wakefulness: {
      hold: () => {
        awake += 1;
        return () => {
          awake -= 1;
        };
      },
    },
    chunkSize: 1024,
    onOver: (id) => {
      over.push(id);
      return Promise.resolve();
    },
    perform: (job) =>
      new Promise((resolve, reject) => {
        works.push({ job, finish: resolve, fail: reject });
        job.signal.addEventListener('abort', () => {
          if (!lingers) reject(job.signal.reason as Error);
        });
      }),
  });
}

function work(index: number): Work {
  const found = works[index];
  if (found === undefined) throw new Error(`no work ${index}`);
  return found;
}

const stateOf = async (id: string): Promise<string> => (await queue.get(id)).job.state;

/** Resolves when the job is in the state: what is written on the way has been written. */
async function reaches(id: string, wanted: string): Promise<void> {
  while ((await stateOf(id)) !== wanted) await settle();
  // The end is recorded behind the state that shows it.
  for (let turn = 0; turn < 20; turn += 1) await state.database.all('SELECT 1 AS one', [], anything);
}
const anything = jobSnapshotSchema.partial().loose();

const journals = async (): Promise<string[]> =>
  (await readdir(join(home, 'jobs')).catch(() => [])).filter((name) => name.endsWith('.json'));

describe('the queue of jobs', () => {
  it('writes the journal before the work begins, and drops it when the push is done', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    const during = await journals();
    work(0).finish();
    await reaches(id, 'done');

    expect({ during, after: await journals(), over, awake }).toEqual({
      during: [`${id}.json`],
      after: [],
      over: [id],
      awake: 0,
    });
  });

  it('runs four at once, the others in the order in which they came, but first the one that is looked at', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) ids.push((await queue.push(REQUEST, name)).id);
    const first = works.map(({ job }) => job.facts.vmName);
    const waiting = await Promise.all(ids.map(stateOf));
    work(0).finish();
    await reaches(ids[0] ?? '', 'done');
    queue.focus(ids[6] ?? '');
    work(1).finish();
    await reaches(ids[1] ?? '', 'done');
    const weights = works.map(({ job }) => job.share.weight);
    queue.focus(null);

    expect({
      first,
      waiting,
      then: works.map(({ job }) => job.facts.vmName),
      running: queue.running,
      weights,
      unwatched: works.map(({ job }) => job.share.weight),
    }).toEqual({
      first: ['a', 'b', 'c', 'd'],
      waiting: ['planning', 'planning', 'planning', 'planning', 'queued', 'queued', 'queued'],
      then: ['a', 'b', 'c', 'd', 'e', 'g'],
      running: 5,
      weights: [1, 1, 1, 1, 1, 3],
      unwatched: [1, 1, 1, 1, 1, 1],
    });
  });

  it('keeps a failed job with its error, which can be tried again', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    work(0).fail(new AppError('registry.full', { host: 'localhost:5000' }));
    await reaches(id, 'failed');
    const { job } = await queue.get(id);
    await queue.retry(id, { force: false });
    const again = await stateOf(id);
    const overBefore = [...over];
    work(1).finish();
    await reaches(id, 'done');

    expect({
      error: job.error?.code,
      actions: job.actions,
      again,
      overBefore,
      over,
      request: work(1).job.facts.task.request,
    }).toEqual({
      error: 'registry.full',
      actions: ['retry', 'remove'],
      again: 'planning',
      overBefore: [],
      over: [id],
      request: REQUEST,
    });
  });

  it('tries a failed job again that could not be written down, and says in the next process that this cannot be done', async () => {
    // Nothing can be written into the folder of jobs.
    await writeFile(join(home, 'jobs'), '');
    const { id } = await queue.push(REQUEST, 'builder');
    work(0).fail(new AppError('registry.full', { host: 'localhost:5000' }));
    await reaches(id, 'failed');
    const { job } = await queue.get(id);
    const next = makeQueue();
    const [listed] = await next.list();
    const later = [listed?.writtenDown, listed?.actions, (await next.get(id)).job.actions];
    const refused = await next.retry(id, { force: false }).catch((thrown: unknown) => (thrown as AppError).code);
    await next.close();
    await queue.retry(id, { force: false });

    expect({ here: [job.writtenDown, job.actions], later, refused, again: await stateOf(id) }).toEqual({
      here: [false, ['retry', 'remove']],
      later: [false, ['remove'], ['remove']],
      refused: 'job.wrongState',
      again: 'planning',
    });
    expect(work(1).job.facts.task.request).toEqual(REQUEST);
  });

  it('overwrites a tag on a forced retry only, and then no longer asks what was shown', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    work(0).fail(new AppError('tag.conflict', { reference: 'localhost:5000/a/b:1', digest: null }));
    await reaches(id, 'failed');
    await queue.retry(id, { force: true });
    const { expectedTags: _shown, ...rest } = REQUEST;

    expect(work(1).job.facts.task.request).toEqual({ ...rest, force: true });
  });

  it('cancels a running job and one that waits; nothing of them stays but the record', async () => {
    const running = (await queue.push(REQUEST, 'a')).id;
    for (const name of ['b', 'c', 'd']) await queue.push(REQUEST, name);
    const queued = (await queue.push(REQUEST, 'e')).id;
    await queue.cancel(queued);
    await queue.cancel(running);
    await reaches(running, 'cancelled');

    expect({
      started: works.map(({ job }) => job.facts.vmName),
      queued: await stateOf(queued),
      journals: await journals(),
    }).toEqual({
      started: ['a', 'b', 'c', 'd'],
      queued: 'cancelled',
      journals: Array.from({ length: 3 }, (): unknown => expect.not.stringContaining(running)),
    });
    await expect(queue.cancel(running)).rejects.toMatchObject({ code: 'job.wrongState' });
  });

  it('offers jobs of a process that ended as interrupted, and goes on with them when it is asked', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    await queue.close();
    const next = makeQueue();
    const [offered] = await next.list();
    await next.resume(id);
    queue = next;
    const resumed = await stateOf(id);
    work(1).finish();
    await reaches(id, 'done');

    expect({ offered: [offered?.id, offered?.state, offered?.actions], resumed, journals: await journals() }).toEqual({
      offered: [id, 'interrupted', ['resume', 'remove']],
      resumed: 'planning',
      journals: [],
    });
  });

  it('records what a job sent that was killed, unless somebody runs it or it told that itself', async () => {
    const files = new JobFiles(home);
    const note = { registry: 'localhost:5000', repository: 'a/b', digest: 'sha256:1', read: 20, encoded: 20 };
    const arrived = { index: 1, kind: 'disk', rawSize: 20, size: 9, origin: 'encoded' } as const;
    const idOf = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;
    const [killed, running, failed] = [idOf(1), idOf(2), idOf(3)];
    for (const id of [killed, running, failed]) {
      await files.write({ version: 1, id, createdMs: 1, vmName: 'builder', sent: 0, kind: 'push', request: REQUEST });
      await files.noteSent(id, { ...note, arrived });
    }
    const lock = join(home, 'jobs', `${running}.lock`);
    await writeFile(lock, '');
    const held = await holdFileLock(lock, { kind: 'flock' });
    const { job } = await queue.get(killed);
    await new JobHistory(state.database, () => clock.now()).record({
      job: { ...job, layers: [], id: failed, state: 'failed' },
      document: null,
    });
    await queue.recordKilled();
    await held.stop();
    const free = await Promise.all([killed, failed].map((id) => new JobFiles(home).isFree(id)));
    const book = new SavingsBook(state.database);
    const records = await Promise.all([killed, running, failed].map((id) => book.find(id)));

    expect(free).toEqual([true, true]);
    expect(
      records.map(
        (record) => record && [record.vmId, record.targets.map(({ references, sums }) => [references, sums.sent])],
      ),
    ).toEqual([['vm:builder', [[['localhost:5000/a/b:1'], 9]]], null, null]);
    // It can be gone on with all the same.
    await queue.resume(killed);
    expect(await stateOf(killed)).toBe('planning');
  });

  it('does not bring back a job that was cancelled while the app quits, nor ask for it', async () => {
    lingers = true;
    const { id } = await queue.push(REQUEST, 'builder');
    const running = [queue.running];
    await queue.cancel(id);
    running.push(queue.running);
    const closing = queue.close();
    work(0).fail(new AppError('cancelled'));
    await closing;

    expect({ running, state: await stateOf(id), journals: await journals() }).toEqual({
      running: [1, 0],
      state: 'cancelled',
      journals: [],
    });
  });

  it('leaves a queued job for the next start when the app quits', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await queue.push(REQUEST, name);
    const { id } = await queue.push(REQUEST, 'e');
    await queue.close();
    queue = makeQueue();

    expect((await queue.list()).find((job) => job.id === id)).toMatchObject({
      state: 'interrupted',
      actions: ['resume', 'remove'],
    });
  });

  it('keeps the lock of a running job while jobs are listed', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    const listed = await queue.list();
    await queue.get(id);

    expect(listed.map((job) => [job.state, job.elsewhere])).toEqual([['planning', false]]);
    await expect(holdFileLock(join(home, 'jobs', `${id}.lock`), { kind: 'flock' })).rejects.toThrow(
      'the lock was not taken',
    );
  });

  it('forgets an ended job, and no job that runs', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    await expect(queue.remove(id)).rejects.toMatchObject({ code: 'job.wrongState' });
    work(0).finish();
    await reaches(id, 'done');
    await queue.remove(id);

    await expect(queue.get(id)).rejects.toMatchObject({ code: 'job.notFound', params: { id } });
    expect(emitted.at(-1)).toEqual({ topic: 'jobs.removed', payload: { id } });
  });

  it('says that there is no such job, whatever the id', async () => {
    for (const id of ['../../settings', 'none', '7b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d']) {
      for (const ask of [
        () => queue.get(id),
        () => queue.document(id),
        () => queue.pause(id),
        () => queue.cancel(id),
        () => queue.resume(id),
        () => queue.retry(id, { force: false }),
        () => queue.remove(id),
      ]) {
        await expect(ask()).rejects.toMatchObject({ code: 'job.notFound', params: { id } });
      }
    }
  });

  it('leaves nothing that waits when a job is over, so that a command ends with its job', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    work(0).job.touch(null);
    const during = clock.sleeping;
    work(0).finish();
    await reaches(id, 'done');

    expect({ during: during > 0, after: clock.sleeping }).toEqual({ during: true, after: 0 });
  });

  it('records what ended, newest first, for the next process', async () => {
    const ids = [];
    for (const name of ['old', 'new']) {
      const { id } = await queue.push(REQUEST, name);
      ids.push(id);
      works.at(-1)?.finish();
      await reaches(id, 'done');
      await clock.advance(1000);
    }
    await queue.close();
    queue = makeQueue();
    const list = await queue.list();

    expect(list.map(({ id, state: ended, vmName }) => [id, ended, vmName])).toEqual([
      [ids[1], 'done', 'new'],
      [ids[0], 'done', 'old'],
    ]);
    for (const job of list) jobSummarySchema.parse(job);
  });
});

describe('the record of a copy', () => {
  it('is read back as one, and keeps the first of very many layers', async () => {
    const history = new JobHistory(state.database, () => clock.now());
    const request = {
      ...PLAIN_COPY,
      images: [{ source: 'a.test/one:1', targets: ['b.test/one:1'] }],
      repositories: [],
    };
    const { id } = await queue.copy(request, 'a.test/one:1');
    work(0).finish();
    await reaches(id, 'done');
    const recorded = await history.find(id);
    if (recorded === null) throw new Error('a job that is done is recorded');
    const layer: JobLayer = {
      index: 0,
      kind: 'layer',
      rawOffset: null,
      rawDigest: null,
      rawSize: 1,
      digest: null,
      size: 1,
      estimatedSize: null,
      verdict: 'upload',
      origin: 'remote',
      zero: false,
      reason: 'notInRegistry',
      mountedFrom: null,
      ...UNTRACED,
      status: 'done',
      sent: 1,
      read: 0,
      rate: 0,
      retry: null,
    };
    const layers = Array.from({ length: 6000 }, (_none, index) => ({ ...layer, index }));
    await history.record({ job: { ...recorded.job, layers }, document: null });
    const kept = await history.find(id);

    expect(recorded.job).toMatchObject({ kind: 'copy', vmId: null, vmName: 'a.test/one:1', copy: request });
    expect([kept?.job.layers.length, kept?.job.layers.at(-1)?.index]).toEqual([5000, 4999]);
  });
});

describe('a job of another process', () => {
  const ID = '7b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
  let other: HeldFileLock;

  beforeEach(async () => {
    await new JobFiles(home).write({
      version: 1,
      id: ID,
      createdMs: 5,
      vmName: 'far',
      kind: 'push',
      request: REQUEST,
      sent: 9,
    });
    await writeFile(join(home, 'jobs', `${ID}.lock`), '');
    other = await holdFileLock(join(home, 'jobs', `${ID}.lock`), { kind: 'flock' });
  });
  afterEach(() => other.stop());

  it('is shown as running elsewhere; it is not resumed, tried again or forgotten here', async () => {
    const { job } = await queue.get(ID);

    expect([job.state, job.elsewhere, job.actions, job.sent]).toEqual(['running', true, ['pause', 'cancel'], 9]);
    await expect(queue.resume(ID)).rejects.toMatchObject({ code: 'job.elsewhere' });
    await expect(queue.retry(ID, { force: false })).rejects.toMatchObject({ code: 'job.elsewhere' });
    await expect(queue.remove(ID)).rejects.toMatchObject({ code: 'job.elsewhere' });
    expect([works.length, await journals()]).toEqual([0, [`${ID}.json`]]);
  });

  it('is asked to pause or to end by a row that its owner looks at once a second', async () => {
    const { id } = await queue.push(REQUEST, 'mine');
    work(0).job.started();
    const history = new JobHistory(state.database, () => clock.now());
    await queue.cancel(ID);
    const asked = await history.takeRequests(ID);
    await history.ask(id, 'pause');
    const before = await stateOf(id);
    await clock.advance(1000);
    await reaches(id, 'paused');
    await history.ask(id, 'cancel');
    await clock.advance(1000);
    await reaches(id, 'cancelled');

    expect({ asked, before }).toEqual({ asked: ['cancel'], before: 'running' });
  });

  it('is offered as interrupted once that process has died', async () => {
    await other.stop();

    expect((await queue.get(ID)).job).toMatchObject({ state: 'interrupted', actions: ['resume', 'remove'] });
  });
});

describe('what is told of a job', () => {
  const deltas = (): EventPayload<'jobs.changed'>[] =>
    emitted.filter(({ topic }) => topic === 'jobs.changed').map(({ payload }) => jobDeltaSchema.parse(payload));

  it('is numbered without a gap from the snapshot on, at most ten a second however much happens', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    const { job } = work(0);
    job.started();
    const { sequence } = jobSnapshotSchema.parse(await queue.get(id));
    const from = deltas().length;
    for (let ms = 0; ms < 3000; ms += 1) {
      job.sent(1000);
      job.touch(null);
      await clock.advance(1);
    }
    const told = deltas().slice(from);

    expect({
      numbers: told.map((delta) => delta.sequence),
      atMost: told.length <= 30,
      atLeast: told.length >= 25,
      sent: told.at(-1)?.job.sent,
    }).toEqual({
      numbers: told.map((_delta, at) => sequence + 1 + at),
      atMost: true,
      atLeast: true,
      sent: expect.any(Number),
    });
  });

  it('ends with its end at once', async () => {
    const { id } = await queue.push(REQUEST, 'builder');
    work(0).finish();
    await reaches(id, 'done');

    expect(deltas().at(-1)?.job).toMatchObject({ id, state: 'done', actions: ['remove'], rate: 0, secondsLeft: null });
  });
});
