import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Subscribe } from '../../shared/contract/handlers.ts';
import type { JobState, JobSummary } from '../../shared/models/job.ts';
import { PLAIN_PUSH } from '../../shared/models/push-options.ts';
import { hostWords } from './host-words.ts';
import { type NotificationText, notifyOfEndedJobs } from './notifications.ts';
import { followProgress, type TaskbarProgress } from './progress.ts';

const BYTES = { raw: 0, packed: 0, read: 0, encoded: 0, uploaded: 0, mounted: 0, present: 0, duplicate: 0 };

function job(id: string, state: JobState, sent = 0, toSend = 100): JobSummary {
  return {
    id,
    kind: 'push',
    state,
    copy: null,
    vmId: 'vm:builder',
    vmName: 'builder',
    references: ['ghcr.io/acme/builder:1'],
    options: PLAIN_PUSH,
    createdMs: 0,
    startedMs: 0,
    finishedMs: null,
    toSend,
    sent,
    notSent: 0,
    rawSize: 0,
    read: 0,
    rate: 0,
    secondsLeft: null,
    waitingFor: null,
    retry: null,
    error: null,
    actions: [],
    chunkSize: 1,
    bytes: BYTES,
    requests: { head: 0, mount: 0, upload: 0, manifest: 0 },
    targets: [],
    elsewhere: false,
    writtenDown: true,
  };
}

function engine(): { readonly on: Subscribe; change(job: JobSummary): void; remove(id: string): void } {
  const emitter = new EventEmitter();
  return {
    on: (topic, listener) => {
      emitter.on(topic, listener);
      return () => emitter.off(topic, listener);
    },
    change: (changed) => emitter.emit('jobs.changed', { jobId: changed.id, sequence: 1, job: changed, layers: [] }),
    remove: (id) => emitter.emit('jobs.removed', { id }),
  };
}

describe('notifications', () => {
  function watch(wanted = true): { readonly source: ReturnType<typeof engine>; readonly shown: NotificationText[] } {
    const source = engine();
    const shown: NotificationText[] = [];
    notifyOfEndedJobs(source.on, {
      wanted: () => wanted,
      words: () => hostWords('en'),
      show: (text) => void shown.push(text),
    });
    return { source, shown };
  }

  it('tell once that a push is done or failed', () => {
    const { source, shown } = watch();
    source.change(job('a', 'running'));
    source.change(job('a', 'done'));
    source.change(job('a', 'done'));
    source.change(job('b', 'waiting'));
    source.change(job('b', 'failed'));

    expect(shown).toEqual([
      { title: 'builder is pushed', body: 'ghcr.io/acme/builder:1' },
      { title: 'builder was not pushed', body: 'ghcr.io/acme/builder:1' },
    ]);
  });

  it('do not tell what the person did, what had ended before, or what nobody wants to hear', () => {
    const { source, shown } = watch();
    source.change(job('a', 'running'));
    source.change(job('a', 'cancelled'));
    source.change(job('old', 'done'));
    source.change(job('c', 'running'));
    source.remove('c');
    source.change(job('c', 'done'));
    const focused = watch(false);
    focused.source.change(job('d', 'running'));
    focused.source.change(job('d', 'done'));

    expect([shown, focused.shown]).toEqual([[], []]);
  });
});

describe('progress in the taskbar', () => {
  it('follows the bytes of all jobs at work and goes when the last ends', () => {
    const source = engine();
    const shown: TaskbarProgress[] = [];
    const stop = followProgress(source.on, (progress) => void shown.push(progress));
    source.change(job('old', 'done'));
    source.change(job('a', 'planning', 0, 0));
    source.change(job('a', 'running', 50, 100));
    source.change(job('b', 'running', 0, 300));
    source.change(job('a', 'done', 100, 100));
    source.change(job('b', 'paused', 300, 300));
    source.remove('b');
    stop();

    expect(shown).toEqual([
      { mode: 'indeterminate' },
      { mode: 'normal', fraction: 0.5 },
      { mode: 'normal', fraction: 0.125 },
      { mode: 'normal', fraction: 0 },
      { mode: 'paused', fraction: 1 },
      { mode: 'none' },
      { mode: 'none' },
    ]);
  });
});
