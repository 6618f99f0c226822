// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { JobState, JobSummary } from '../../../shared/models/job.ts';
import { createMemoryHost, type MemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { drawnDisk, liveLayer, sampleJob, sampleLayers, summaryOf } from '../../../test/fixtures/window/samples.ts';
import { JobAnnouncer } from './job-announcer.tsx';

prepareTestWindow();

const LAYERS = sampleLayers(drawnDisk('2xp4xu')).map((layer) => liveLayer(layer, 'waiting'));
const RUNNING = summaryOf(sampleJob(LAYERS));

/** A window whose host lists some jobs, with what its announcer says after each further state of a job. */
async function announcerOf(...listed: readonly JobSummary[]): Promise<(state: JobState, id?: string) => string | null> {
  const host: MemoryHost = createMemoryHost({ 'jobs.list': () => Promise.resolve([...listed]) });
  await renderWindow(host, <JobAnnouncer />);
  await waitFor(() => expect(host.requests).toHaveLength(1));
  let sequence = 0;
  return (state, id = RUNNING.id) => {
    sequence += 1;
    act(() => host.emit('jobs.changed', { jobId: id, sequence, job: { ...RUNNING, id, state }, layers: [] }));
    return screen.getByRole('status').textContent;
  };
}

describe('what screen readers hear of transfers', () => {
  it('is the start of the first push of all, even if it runs when it is first seen', async () => {
    const becomes = await announcerOf();
    expect([becomes('running'), becomes('done')]).toEqual([
      'The push of sequoia-base has started.',
      'sequoia-base is pushed.',
    ]);
  });

  it('is nothing about what was there when the window opened', async () => {
    const becomes = await announcerOf({ ...RUNNING, state: 'done' }, { ...RUNNING, id: 'job-9', state: 'running' });
    expect([becomes('running', 'job-9'), becomes('failed', 'job-9')]).toEqual(['', 'The push of sequoia-base failed.']);
  });
});
