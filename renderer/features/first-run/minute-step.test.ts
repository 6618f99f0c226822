import { describe, expect, it } from 'vitest';
import type { JobSummary } from '../../../shared/models/job.ts';
import { SAMPLE_VM_ID, type SampleState } from '../../../shared/models/sample.ts';
import { sampleJob } from '../../../test/fixtures/window/samples.ts';
import { minuteStep, savedFigures, suggestedReference } from './minute-step.ts';

const { layers: _layers, ...summary } = sampleJob([]);

function sample(part: Partial<SampleState> = {}): SampleState {
  return {
    stage: 'made',
    written: 0,
    dataSize: 79e6,
    diskSize: 8.6e9,
    roomSize: 170e6,
    chunkSize: 512 * 1024 ** 2,
    chunks: [1e6, 0],
    changedFile: { path: '/home/sample/notes.txt', size: 1e6 },
    changedMs: null,
    address: '127.0.0.1:5080',
    ...part,
  };
}

function push(createdMs: number, state: JobSummary['state'], part: Partial<JobSummary> = {}): JobSummary {
  const references = ['127.0.0.1:5080/try/sample:v1'];
  return { ...summary, id: `job-${createdMs}`, vmId: SAMPLE_VM_ID, createdMs, state, references, ...part };
}

describe('where a person who tries the sample stands', () => {
  it('follows from the disk and the history', () => {
    const steps: [string, SampleState, JobSummary[]][] = [
      ['nothing', sample({ stage: 'none' }), []],
      ['being made', sample({ stage: 'making' }), []],
      ['made, another VM was pushed', sample(), [{ ...push(5, 'done'), vmId: 'vm:sample' }]],
      ['running', sample(), [push(5, 'running')]],
      ['failed', sample(), [push(5, 'failed'), push(4, 'cancelled')]],
      ['pushed', sample(), [push(5, 'done')]],
      ['changed', sample({ changedMs: 10 }), [push(5, 'done')]],
      ['changed, and the history is lost', sample({ changedMs: 10 }), []],
      ['running again', sample({ changedMs: 10 }), [push(12, 'running'), push(5, 'done')]],
      ['pushed twice', sample({ changedMs: 10 }), [push(12, 'done'), push(5, 'done')]],
      ['removing', sample({ stage: 'removing' }), [push(5, 'done')]],
    ];

    expect(steps.map(([name, state, jobs]) => [name, minuteStep(state, jobs).kind])).toEqual([
      ['nothing', 'none'],
      ['being made', 'making'],
      ['made, another VM was pushed', 'push'],
      ['running', 'pushing'],
      ['failed', 'push'],
      ['pushed', 'change'],
      ['changed', 'pushAgain'],
      ['changed, and the history is lost', 'pushAgain'],
      ['running again', 'pushing'],
      ['pushed twice', 'saved'],
      ['removing', 'removing'],
    ]);
  });

  it('suggests v1, then v2 where the first push went, at the port of today', () => {
    const address = '127.0.0.1:41111';
    const again = (reference: string): string =>
      suggestedReference({ kind: 'pushAgain', first: push(5, 'done', { references: [reference] }) }, address);

    expect([
      suggestedReference({ kind: 'push' }, address),
      again('127.0.0.1:5080/try/sample:v1'),
      again('ghcr.io/acme/sample:first'),
      suggestedReference({ kind: 'pushAgain', first: null }, address),
    ]).toEqual([
      '127.0.0.1:41111/try/sample:v1',
      '127.0.0.1:41111/try/sample:v2',
      'ghcr.io/acme/sample:v2',
      '127.0.0.1:41111/try/sample:v2',
    ]);
  });

  it('says what the second push spared, with the time at the pace of the first', () => {
    const first = push(5, 'done', {
      startedMs: 1000,
      finishedMs: 5000,
      bytes: { ...summary.bytes, raw: 8e9, encoded: 4e9 },
    });
    const second = push(12, 'done', {
      sent: 10e6,
      notSent: 100e6,
      bytes: { ...summary.bytes, raw: 8e9, read: 7e6, encoded: 5e8 },
    });

    expect(savedFigures({ first, second }, sample())).toEqual({
      notSent: 100e6,
      packed: 110e6,
      notRead: 8e9 - 7e6 - 79e6,
      notEncoded: 7.5e9,
      seconds: 7.5,
    });
    expect(savedFigures({ first: null, second }, sample()).seconds).toBeNull();
  });
});
