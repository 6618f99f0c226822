import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Savings, SavingsFilter } from '../../../shared/models/savings.ts';
import { openTestState, type TestState } from '../../../test/fixtures/test-state.ts';
import type { AccountLayer, JobAccount } from './job-account.ts';
import { SavingsBook } from './savings-book.ts';
import { type LeftRun, type RecordedRun, SavingsRecorder } from './savings-recorder.ts';
import type { SentNote } from './sent-notes.ts';

const ALL: SavingsFilter = { sinceMs: null, untilMs: null, registry: null, bucket: 'day' };

let state: TestState;
let book: SavingsBook;
let recorder: SavingsRecorder;
let nowMs: number;
let told: string[];
const timeZone = process.env['TZ'];

beforeAll(async () => {
  // The clocks there go back on 25 October 2026.
  process.env['TZ'] = 'Europe/Berlin';
  state = await openTestState(() => nowMs);
});
afterAll(async () => {
  if (timeZone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = timeZone;
  await state.remove();
});
beforeEach(() => {
  book = new SavingsBook(state.database);
  told = [];
  recorder = new SavingsRecorder({
    book,
    clock: { now: () => nowMs },
    log: { debug: () => undefined, warn: () => undefined },
    emit: (topic, payload) => told.push(JSON.stringify([topic, payload])),
    rates: { encodeRate: () => null, linkRateOf: () => null },
  });
});
afterEach(async () => {
  await state.clear('savings_jobs', 'savings_targets', 'savings_layers');
});

function layer(index: number, verdict: AccountLayer['verdict']): AccountLayer {
  const digest = `sha256:${String(index)}`;
  return { index, kind: 'disk', digest, rawSize: 10, size: 5, verdict, origin: 'cache', read: 0, encoded: 0 };
}

function runOf(jobId: string, layers: readonly AccountLayer[], registry = 'a.io'): RecordedRun {
  const account: JobAccount = {
    source: 'vm',
    targets: [
      { registry, repository: 'b', manifestDigest: `sha256:${jobId}`, references: [`${registry}/b:1`], layers },
    ],
  };
  const requests = { head: 1, mount: 0, upload: 0, manifest: 1 };
  return { head: { jobId, kind: 'push', vmId: 'vm:v', name: 'v', requests }, account };
}

/** A blob that is about to be closed, or arrived. */
function noteOf(index: number, isThere = false): SentNote {
  const { kind, digest, rawSize, size, origin } = layer(index, 'upload');
  return {
    registry: 'a.io',
    repository: 'b',
    digest: digest ?? '',
    read: 10,
    encoded: 10,
    arrived: isThere ? { index, kind, rawSize, size, origin } : null,
  };
}

async function record(jobId: string, ended: string, layers: readonly AccountLayer[], registry?: string): Promise<void> {
  nowMs = new Date(ended).getTime();
  await recorder.begin(jobId).end(runOf(jobId, layers, registry));
}

const figures = ({ totals: { jobs, notSent, uploaded } }: Savings): number[] => [jobs, notSent, uploaded];

describe('the record of jobs', () => {
  it('has nothing before there was a job', async () => {
    const { firstMs, totals, overTime, byImage } = await book.savings(ALL);
    expect([firstMs, totals.jobs, totals.notSent, totals.savedSeconds, overTime, byImage]).toEqual([
      null,
      0,
      0,
      null,
      [],
      [],
    ]);
  });

  it('counts a job once that was killed and goes on, and what it had sent as sent', async () => {
    nowMs = 1_800_000_000_000;
    const killed = recorder.begin('job');
    nowMs += 1000;
    killed.changed(() => runOf('job', [layer(1, 'upload'), layer(2, 'present')]));
    // Sooner than a second later nothing is drawn.
    killed.changed(() => {
      throw new Error('too soon');
    });
    while (told.length === 0) await new Promise((turn) => setImmediate(turn));
    const during = figures(await book.savings(ALL));
    const next = recorder.begin('job');
    await next.end(runOf('job', [layer(1, 'present'), layer(2, 'present'), layer(3, 'upload')]));
    await next.end(runOf('job', [layer(1, 'present'), layer(2, 'present'), layer(3, 'upload')]));
    expect({ during, after: figures(await book.savings(ALL)), told: told[0] }).toEqual({
      during: [1, 5, 5],
      after: [1, 5, 10],
      told: '["report.changed",{"jobId":"job"}]',
    });
  });

  it('counts what a job had sent that was killed before it was recorded', async () => {
    const note = noteOf(1);
    const next = recorder.begin('killed', [note, { ...note, repository: 'other' }]);
    await next.end(runOf('killed', [layer(1, 'present'), layer(2, 'present')]));
    const found = await book.find('killed');
    expect(found?.targets[0]?.layers.map(({ verdict, sent, read, encoded }) => [verdict, sent, read, encoded])).toEqual(
      [
        ['upload', 5, 10, 10],
        ['present', 0, 0, 0],
      ],
    );
  });

  it('counts what was recorded and noted once', async () => {
    // The same chunk is in the image once more.
    const twin = (verdict: AccountLayer['verdict']) => ({ ...layer(2, verdict), digest: 'sha256:1' });
    const first = { ...layer(1, 'upload'), read: 10, encoded: 10 };
    await recorder.begin('noted').end(runOf('noted', [first, twin('duplicate')]));
    await recorder.begin('noted', [noteOf(1)]).end(runOf('noted', [layer(1, 'present'), twin('duplicate')]));
    const found = await book.find('noted');
    expect(found?.targets[0]?.sums).toMatchObject({ uploaded: 5, present: 0, sent: 5, read: 10, encoded: 10 });
  });

  describe('of a job that was killed and that nobody goes on with', () => {
    const left = (...notes: readonly SentNote[]): LeftRun => ({
      head: runOf('left', []).head,
      source: 'vm',
      references: ['a.io/b:1', 'a.io/c:1'],
      notes,
      endedMs: 1_800_000_000_000,
    });

    it('is what had arrived for certain, each blob once', async () => {
      await recorder.recordLeft(left(noteOf(1), noteOf(1, true), noteOf(2), noteOf(3, true), noteOf(3, true)));
      const found = await book.find('left');

      expect({
        ended: found?.endedMs,
        targets: found?.targets.map(({ repository, references, layers }) => [
          repository,
          references,
          layers.map(({ index, verdict, sent, stored, read, encoded }) => [
            index,
            verdict,
            sent,
            stored,
            read,
            encoded,
          ]),
        ]),
      }).toEqual({
        ended: 1_800_000_000_000,
        targets: [
          [
            'b',
            ['a.io/b:1'],
            [
              [1, 'upload', 5, 5, 10, 10],
              [3, 'upload', 5, 5, 10, 10],
            ],
          ],
        ],
      });
    });

    it('is added to what was recorded while it ran, and counts once however often it is looked at', async () => {
      nowMs = 1_800_000_000_000;
      const recorded = { ...layer(1, 'upload'), read: 10, encoded: 10 };
      await recorder.begin('left').end(runOf('left', [recorded, layer(2, 'present')]));
      const during = figures(await book.savings(ALL));
      const notes = [noteOf(1, true), noteOf(3, true)];
      await recorder.recordLeft(left(...notes));
      const after = await book.find('left');
      told = [];
      await recorder.recordLeft(left(...notes));
      const again = await book.find('left');
      // Somebody goes on with it after all.
      await recorder.begin('left', notes).end(
        runOf(
          'left',
          [1, 2, 3].map((index) => layer(index, 'present')),
        ),
      );

      expect({ during, after: figures(await book.savings(ALL)), again, told: told.length }).toEqual({
        during: [1, 5, 5],
        after: [1, 5, 10],
        again: after,
        told: 1,
      });
      expect(after?.targets[0]).toMatchObject({
        manifestDigest: 'sha256:left',
        sums: { uploaded: 10, present: 5, sent: 10, read: 20, encoded: 20 },
      });
    });

    it('stays as it is recorded where its layers are kept no more', async () => {
      nowMs = 1_800_000_000_000;
      await recorder.begin('left').end(runOf('left', [layer(1, 'upload'), layer(2, 'present')]));
      await state.clear('savings_layers');
      await recorder.recordLeft(left(noteOf(1, true)));

      expect(figures(await book.savings(ALL))).toEqual([1, 5, 5]);
    });
  });

  it('tells the layers of a job, whose sums are those of the job', async () => {
    await record('one', '2026-10-23T12:00:00Z', [layer(1, 'upload'), layer(2, 'mount')]);
    const found = await book.find('one');
    const [target] = found?.targets ?? [];
    expect(target?.layers.map(({ verdict, sent, tart }) => [verdict, sent, tart.sent])).toEqual([
      ['upload', 5, 5],
      ['mount', 0, 5],
    ]);
    expect(target?.layers.reduce((sum, { tart, sent }) => sum + tart.sent - sent, 0)).toBe(target?.sums.notSentByTart);
    expect(await book.find('another')).toBeNull();
  });

  it('is told for a time and a registry', async () => {
    await record('one', '2026-10-23T12:00:00Z', [layer(1, 'present')]);
    await record('two', '2026-10-24T12:00:00Z', [layer(1, 'present'), layer(2, 'present')], 'other.io');
    const since = new Date('2026-10-24T12:00:00Z').getTime();
    expect({
      all: figures(await book.savings(ALL)),
      since: figures(await book.savings({ ...ALL, sinceMs: since })),
      until: figures(await book.savings({ ...ALL, untilMs: since })),
      there: figures(await book.savings({ ...ALL, registry: 'other.io' })),
      nowhere: figures(await book.savings({ ...ALL, registry: 'nowhere.io' })),
    }).toEqual({ all: [2, 15, 0], since: [1, 10, 0], until: [1, 5, 0], there: [1, 10, 0], nowhere: [0, 0, 0] });
    // A job counts its requests as a whole, whichever registry they went to.
    const requests = async (filter: SavingsFilter): Promise<unknown> => (await book.savings(filter)).totals.requests;
    expect([await requests(ALL), await requests({ ...ALL, registry: 'other.io' })]).toEqual([
      { head: 2, mount: 0, upload: 0, manifest: 2 },
      null,
    ]);
  });

  it('forgets a repository as if nothing had gone there', async () => {
    await record('one', '2026-10-23T12:00:00Z', [layer(1, 'present')]);
    await record('two', '2026-10-24T12:00:00Z', [layer(1, 'present'), layer(2, 'present')], 'other.io');
    await book.forgetRepository({ registry: 'other.io', repository: 'b' });
    expect([figures(await book.savings(ALL)), await book.find('two')]).toEqual([[1, 5, 0], null]);
  });

  it('is told by day, week and month of the calendar here, without gaps, also where the clocks change', async () => {
    // 00:30 in Berlin, on the next day.
    await record('one', '2026-10-23T22:30:00Z', [layer(1, 'present')]);
    await record('two', '2026-10-26T11:00:00Z', [layer(1, 'upload')]);
    await record('three', '2026-11-02T11:00:00Z', [layer(1, 'mount')]);
    const starts = async (bucket: SavingsFilter['bucket']): Promise<[string, number][]> =>
      (await book.savings({ ...ALL, bucket })).overTime.map(({ startMs, jobs }) => [
        new Date(startMs).toISOString(),
        jobs,
      ]);
    expect({
      days: (await starts('day')).slice(0, 4),
      weeks: await starts('week'),
      months: await starts('month'),
    }).toEqual({
      days: [
        ['2026-10-23T22:00:00.000Z', 1],
        ['2026-10-24T22:00:00.000Z', 0],
        ['2026-10-25T23:00:00.000Z', 1],
        ['2026-10-26T23:00:00.000Z', 0],
      ],
      weeks: [
        ['2026-10-18T22:00:00.000Z', 1],
        ['2026-10-25T23:00:00.000Z', 1],
        ['2026-11-01T23:00:00.000Z', 1],
      ],
      months: [
        ['2026-09-30T22:00:00.000Z', 2],
        ['2026-10-31T23:00:00.000Z', 1],
      ],
    });
  });
});
