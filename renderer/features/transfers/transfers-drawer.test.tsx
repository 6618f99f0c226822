// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { PLAIN_COPY } from '../../../shared/models/copy.ts';
import type { Job } from '../../../shared/models/job.ts';
import { DEFAULT_SETTINGS } from '../../../shared/models/settings.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { drawnDisk, liveLayer, sampleJob, sampleLayers, summaryOf } from '../../../test/fixtures/window/samples.ts';
import { drawerHeight } from './drawer-edge.tsx';
import { TransfersDrawer } from './transfers-drawer.tsx';
import { TransfersStrip } from './transfers-strip.tsx';

prepareTestWindow();

const LAYERS = sampleLayers(drawnDisk('2xp4xu')).map((layer) => {
  if (layer.kind !== 'disk' || layer.verdict === 'present') return liveLayer(layer, 'done');
  return liveLayer({ ...layer, size: 200e6 }, layer.index === 4 ? 'uploading' : 'waiting', {
    sent: layer.index === 4 ? 50e6 : 0,
  });
});

const RUNNING = sampleJob(LAYERS);
const DONE: Job = {
  ...sampleJob(LAYERS.map((layer) => ({ ...layer, status: 'done' as const }))),
  id: 'job-2',
  vmName: 'sonoma',
  state: 'done',
  createdMs: 900,
  startedMs: 1000,
  finishedMs: 44_000,
  sent: 1.9e9,
  notSent: 29.5e9,
  actions: ['remove'],
  targets: RUNNING.targets.map((target) => ({ ...target, manifestDigest: `sha256:${'ab'.repeat(32)}` })),
};
const FAILED: Job = {
  ...RUNNING,
  id: 'job-3',
  vmName: 'tahoe',
  state: 'failed',
  createdMs: 800,
  finishedMs: 50_000,
  error: new AppError('tag.conflict', { reference: 'ghcr.io/acme/tahoe:1' }).toData(),
  actions: ['retry', 'remove'],
};

/** A copy of an image that is no VM: layers and a manifest, no chunk of a disk. */
const COPY: Job = {
  ...sampleJob(
    LAYERS.slice(1, 4).map((layer, index) => ({
      ...layer,
      index,
      kind: index === 2 ? ('manifest' as const) : ('layer' as const),
      rawOffset: null,
      verdict: index === 0 ? ('mount' as const) : ('upload' as const),
      status: index === 0 ? ('done' as const) : ('waiting' as const),
    })),
  ),
  id: 'job-4',
  kind: 'copy',
  vmId: null,
  vmName: 'ghcr.io/acme/app:1',
  references: ['quay.io/acme/app:1'],
  copy: {
    ...PLAIN_COPY,
    images: [{ source: 'ghcr.io/acme/app:1', targets: ['quay.io/acme/app:1'] }],
    repositories: [],
  },
  sent: 0,
  toSend: 400e6,
};

async function openDrawer(jobs: readonly Job[], handlers: Partial<Handlers> = {}) {
  const host = createMemoryHost({
    'jobs.list': () => Promise.resolve(jobs.map(summaryOf)),
    'jobs.get': ({ id }) => {
      const job = jobs.find((one) => one.id === id);
      return job === undefined
        ? Promise.reject(new AppError('job.notFound', { id }))
        : Promise.resolve({ sequence: 1, job });
    },
    'jobs.focus': () => Promise.resolve(null),
    'jobs.pause': () => Promise.resolve(null),
    'jobs.cancel': () => Promise.resolve(null),
    'jobs.retry': () => Promise.resolve(null),
    'app.copyText': () => Promise.resolve(null),
    'settings.get': () => Promise.resolve(DEFAULT_SETTINGS),
    'settings.set': (settings) => Promise.resolve(settings),
    ...handlers,
  });
  const { unmount: close } = await renderWindow(
    host,
    <TransfersDrawer height={520} onResize={() => undefined} onClose={() => undefined} />,
  );
  await screen.findAllByRole('radio', { name: /^(Active|Failed|Finished) [1-9]/ });
  const asked = (method: string) => host.requests.filter((one) => one.method === method).map(({ input }) => input);
  return { host, asked, close, user: userEvent.setup() };
}

function rows(): string[] {
  return within(screen.getByRole('grid', { name: 'Layers' }))
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent);
}

describe('the transfers drawer', () => {
  it('shows what runs: how much of what was sent, and what moves first', async () => {
    await openDrawer([RUNNING, DONE, FAILED]);
    expect(screen.getByRole('heading', { name: '11.8 GB of 25.0 GB sent' })).toBeTruthy();
    expect(screen.getByRole('radio', { name: 'Active 1' })).toBeTruthy();
    await screen.findByRole('grid', { name: 'Layers' });
    expect(rows()[0]).toBe('31.5–2.0Uploading50 MB of 200 MB');
    expect(rows()[1]).toMatch(/^2.*Waiting/);
  });

  it('tells which job is looked at, and that none is once it is closed', async () => {
    const { asked, close } = await openDrawer([RUNNING, DONE]);
    const opened = asked('jobs.focus');
    close();
    await waitFor(() => {
      expect({ opened, closed: asked('jobs.focus').slice(opened.length) }).toEqual({
        opened: [{ id: 'job-1' }],
        closed: [{ id: null }],
      });
    });
  });

  it('follows the deltas and asks anew after a gap', async () => {
    const { host, asked } = await openDrawer([RUNNING]);
    await screen.findByRole('grid', { name: 'Layers' });
    const layer = LAYERS.find(({ index }) => index === 4);
    if (layer === undefined) throw new Error('the sample has five layers at least');
    const job = summaryOf({ ...RUNNING, sent: 12.5e9 });
    act(() => {
      host.emit('jobs.changed', { jobId: 'job-1', sequence: 2, job, layers: [{ ...layer, sent: 150e6, rate: 14e6 }] });
    });
    expect(screen.getByRole('heading', { name: '12.5 GB of 25.0 GB sent' })).toBeTruthy();
    expect(rows()[0]).toBe('31.5–2.0Uploading150 MB of 200 MB14.0 MB/s');
    expect(asked('jobs.get')).toHaveLength(1);
    act(() => {
      host.emit('jobs.changed', { jobId: 'job-1', sequence: 4, job, layers: [] });
    });
    await waitFor(() => {
      expect(asked('jobs.get')).toHaveLength(2);
    });
  });

  it('shows a copy as one: its layers without a disk, and the command that does the same', async () => {
    const { asked, user } = await openDrawer([COPY]);
    await screen.findByRole('grid', { name: 'Layers' });
    const article = screen.getByRole('article', { name: 'Copy of ghcr.io/acme/app:1' });
    await user.click(within(article).getByRole('button', { name: 'Copy as command' }));
    expect(rows().map((row) => /Mounted|Waiting/.exec(row)?.[0])).toEqual(['Waiting', 'Waiting', 'Mounted']);
    expect(within(article).queryByRole('img')).toBeNull();
    expect(within(article).queryByText(/read .* of/)).toBeNull();
    expect(asked('app.copyText')).toEqual([{ text: 'tartan copy ghcr.io/acme/app:1 quay.io/acme/app:1' }]);
    await user.click(within(article).getByRole('button', { name: 'Pause' }));
    expect(asked('jobs.pause')).toEqual([{ id: 'job-4' }]);
  });

  it('says why a layer is tried again, and tries it at once', async () => {
    const error = new AppError('registry.unavailable', { host: 'ghcr.io', registry: 'ghcr.io', status: 503 }).toData();
    const layers = LAYERS.map((layer) =>
      layer.index === 4
        ? {
            ...layer,
            status: 'retrying' as const,
            retry: { attempt: 3, attempts: 5, atMs: Date.now() + 600_000, error },
          }
        : layer,
    );
    const { asked, user } = await openDrawer([{ ...RUNNING, layers }]);
    expect((await screen.findByText(/^Try 3 of 5 in/)).textContent).toMatch(
      /^Try 3 of 5 in \d{3} s: 503 Service Unavailable$/,
    );
    await user.click(screen.getByRole('button', { name: 'Retry now' }));
    expect(asked('jobs.retry')).toEqual([{ id: 'job-1', force: false }]);
  });

  it('pauses, and cancels, what can be paused and cancelled', async () => {
    const { asked, user } = await openDrawer([RUNNING]);
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await user.click(screen.getByRole('button', { name: 'Pause all' }));
    expect([asked('jobs.pause'), asked('jobs.cancel')]).toEqual([
      [{ id: 'job-1' }, { id: 'job-1' }],
      [{ id: 'job-1' }],
    ]);
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
  });

  it('sums up a finished push and copies its reference, digest and command', async () => {
    const { asked, user } = await openDrawer([DONE]);
    await user.click(screen.getByRole('radio', { name: 'Finished 1' }));
    const outcome = (await screen.findByText('Took')).closest('dl');
    expect(outcome?.textContent).toMatch(/^Sent1\.9 GBNot sent29\.5 GB\d+ MB were thereTook43 s$/);
    await user.click(screen.getByRole('button', { name: 'Copy digest' }));
    await user.click(screen.getByRole('button', { name: 'Copy ghcr.io/acme/macos/sequoia:15.1' }));
    await user.click(screen.getByRole('button', { name: 'Copy as command' }));
    expect(asked('app.copyText')).toEqual([
      { text: `sha256:${'ab'.repeat(32)}` },
      { text: 'ghcr.io/acme/macos/sequoia:15.1' },
      { text: 'tartan push sonoma ghcr.io/acme/macos/sequoia:15.1' },
    ]);
  });

  it('copies a command that is made as the push was', async () => {
    const options = {
      insecure: true,
      concurrency: 2,
      pieceSize: 5_000_000,
      labels: { 'org.example.team': 'mac ci' },
      verify: true,
      force: false,
    };
    const { asked, user } = await openDrawer([{ ...DONE, options }]);
    await user.click(screen.getByRole('radio', { name: 'Finished 1' }));
    await user.click(await screen.findByRole('button', { name: 'Copy as command' }));
    expect(asked('app.copyText')).toEqual([
      {
        text: "tartan push sonoma ghcr.io/acme/macos/sequoia:15.1 --insecure --concurrency 2 --chunk-size 5 --label 'org.example.team=mac ci' --verify",
      },
    ]);
  });

  it('shows what failed with what can be done', async () => {
    const { asked, user } = await openDrawer([FAILED, RUNNING]);
    await user.click(screen.getByRole('radio', { name: 'Failed 1' }));
    expect(await screen.findByText('tag.conflict')).toBeTruthy();
    expect(screen.getByText(/Nothing is lost/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Move the tag anyway' }));
    expect(asked('jobs.retry')).toEqual([{ id: 'job-3', force: true }]);
  });

  it('says what a push waits for, that nothing is lost, and tries at once when told', async () => {
    const error = new AppError('registry.unreachable', { host: 'ghcr.io', registry: 'ghcr.io' }).toData();
    const waiting: Job = { ...RUNNING, state: 'waiting', waitingFor: 'network', error, actions: ['retry', 'cancel'] };
    const { asked, user } = await openDrawer([waiting]);
    expect(
      await screen.findByText(/goes on by itself when the network is back. 11.8 GB are in the registry/),
    ).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try now' }));
    expect(asked('jobs.retry')).toEqual([{ id: 'job-1', force: false }]);
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  it('offers a push that was interrupted, and goes on only when told', async () => {
    const interrupted: Job = { ...RUNNING, state: 'interrupted', layers: [], actions: ['resume', 'remove'] };
    const { asked, user } = await openDrawer([interrupted], { 'jobs.resume': () => Promise.resolve(null) });
    await user.click(screen.getByRole('radio', { name: 'Failed 1' }));
    expect(await screen.findByRole('heading', { name: 'This push was interrupted' })).toBeTruthy();
    expect(asked('jobs.resume')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(asked('jobs.resume')).toEqual([{ id: 'job-1' }]);
  });

  it('pushes a cached image with a new manifest when its own cannot be had', async () => {
    const error = new AppError('image.layerMissing', { name: 'ghcr.io/acme/macos', digest: 'sha256:ab' }).toData();
    const { asked, user } = await openDrawer([{ ...FAILED, error }]);
    await user.click(screen.getByRole('radio', { name: 'Failed 1' }));
    await user.click(await screen.findByRole('button', { name: 'Push with a new manifest' }));
    expect(asked('jobs.retry')).toEqual([{ id: 'job-3', force: false, newManifest: true }]);
  });

  it('sends everything again where a registry had not what it said', async () => {
    const error = new AppError('blob.missing', { host: 'ghcr.io', digest: 'sha256:ab' }).toData();
    const { asked, user } = await openDrawer([{ ...FAILED, error }]);
    await user.click(screen.getByRole('radio', { name: 'Failed 1' }));
    await user.click(await screen.findByRole('button', { name: 'Send everything again' }));
    expect(asked('jobs.retry')).toEqual([{ id: 'job-3', force: false, sendAgain: 'all' }]);
  });

  it('filters the layers by what the legend names', async () => {
    const { user } = await openDrawer([RUNNING]);
    await user.click(await screen.findByRole('button', { name: /^Waiting ?3/ }));
    expect(rows()).toHaveLength(3);
  });

  it('changes how many layers go at a time', async () => {
    const { asked, user } = await openDrawer([RUNNING]);
    expect(await screen.findByText('4 at a time, no speed limit')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Limits' }));
    const field = await screen.findByRole('textbox', { name: 'Layers at a time' });
    await user.clear(field);
    await user.type(field, '8{Enter}');
    expect(asked('settings.set')).toMatchObject([{ concurrency: 8, bandwidthLimit: null }]);
  });

  it('takes its tab along when a push fails that is looked at', async () => {
    const { host, user } = await openDrawer([RUNNING, DONE]);
    const { error } = FAILED;
    act(() => {
      const job = summaryOf({ ...RUNNING, state: 'failed', error, actions: ['retry', 'remove'] });
      host.emit('jobs.changed', { jobId: 'job-1', sequence: 2, job, layers: [] });
    });
    expect(screen.getByRole('radio', { name: 'Failed 1' }).getAttribute('aria-checked')).toBe('true');
    expect(screen.getByText('tag.conflict')).toBeTruthy();
    await user.click(screen.getByRole('radio', { name: 'Active 0' }));
    expect(screen.getByRole('radio', { name: 'Active 0' }).getAttribute('aria-checked')).toBe('true');
  });

  it('keeps its height between 240 px and the window less 200', () => {
    expect([drawerHeight(100, 900), drawerHeight(520, 900), drawerHeight(2000, 900)]).toEqual([240, 520, 700]);
  });
});

describe('the transfers strip', () => {
  it('says how the last transfer ended, and what runs', async () => {
    const host = createMemoryHost({ 'jobs.list': () => Promise.resolve([summaryOf(DONE)]) });
    const onOpen = vi.fn();
    await renderWindow(host, <TransfersStrip onOpen={onOpen} />);
    expect(
      await screen.findByText(/sonoma pushed to ghcr.io\/acme\/macos\/sequoia:15.1 at .* 1.9 GB of 31.4 GB sent/),
    ).toBeTruthy();
    expect(screen.getByText('Nothing running')).toBeTruthy();
    act(() => {
      host.emit('jobs.changed', { jobId: 'job-1', sequence: 1, job: summaryOf(RUNNING), layers: [] });
    });
    expect(screen.getByText('1 running, 40.6 MB/s')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Open transfers' }));
    expect(onOpen).toHaveBeenCalledOnce();
  });

  it('offers what an ended process left behind', async () => {
    const left: Job = { ...RUNNING, state: 'interrupted', finishedMs: null, actions: ['resume', 'remove'] };
    const host = createMemoryHost({
      'jobs.list': () => Promise.resolve([summaryOf(left)]),
      'jobs.resume': () => Promise.resolve(null),
    });
    await renderWindow(host, <TransfersStrip onOpen={() => undefined} />);
    expect(await screen.findByText(/^The push of sequoia-base to ghcr.io.* was interrupted/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
    expect(host.requests.filter(({ method }) => method === 'jobs.resume')).toHaveLength(1);
  });
});
