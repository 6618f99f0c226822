import { expect, it, vi } from 'vitest';
import type { Job } from '../../../shared/models/job.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { liveLayer, sampleJob, sampleLayers, summaryOf } from '../../../test/fixtures/window/samples.ts';
import { createJobMirror } from './job-mirror.ts';

const RUNNING: Job = sampleJob(
  sampleLayers(['u']).map((layer) => liveLayer(layer, 'uploading')),
  { id: 'job-1', state: 'running' },
);
const DONE: Job = { ...RUNNING, state: 'done', layers: RUNNING.layers.map((layer) => ({ ...layer, status: 'done' })) };

it('an answer that changes have overtaken takes nothing back, and is asked for once more', async () => {
  const answers: ((answer: { sequence: number; job: Job }) => void)[] = [];
  const host = createMemoryHost({
    'jobs.list': () => Promise.resolve([summaryOf(RUNNING)]),
    'jobs.get': () => new Promise((resolve) => answers.push(resolve)),
  });
  const mirror = createJobMirror(host.client);
  mirror.watch(RUNNING.id);
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  for (const sequence of [7, 8]) {
    host.emit('jobs.changed', { jobId: RUNNING.id, sequence, job: summaryOf(DONE), layers: [] });
  }
  answers[0]?.({ sequence: 6, job: RUNNING });
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  const { jobs } = mirror.store.getState();
  answers[1]?.({ sequence: 8, job: DONE });
  await vi.waitFor(() => expect(mirror.store.getState().watched.get(RUNNING.id)?.sequence).toBe(8));
  const { watched } = mirror.store.getState();
  mirror.close();

  expect({ states: jobs.map(({ state }) => state), watched: [...watched.values()], asked: answers.length }).toEqual({
    states: ['done'],
    watched: [{ sequence: 8, layers: DONE.layers }],
    asked: 2,
  });
});
