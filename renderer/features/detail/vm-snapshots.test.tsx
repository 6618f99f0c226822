// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import { createMemoryHost, type MemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { comparedPair } from '../compare/compare-start.ts';
import { VmSnapshots } from './vm-snapshots.tsx';

prepareTestWindow();

const base: Snapshot = {
  id: '0f0e6d3c-5b7f-4a3c-9c55-3f2a1b0c9d8e',
  vmId: 'vm:sonoma-xcode-16.2',
  vmName: 'sonoma-xcode-16.2',
  madeMs: new Date(2026, 10, 20, 14, 2).getTime(),
  rawSize: 50_000_000_000,
  onlyHere: 1_200_000_000,
  pinned: false,
  keptFor: 'base',
  jobId: null,
  lockedMs: 38.4,
  pinAlone: false,
};
const pinned: Snapshot = {
  ...base,
  id: '1f0e6d3c-5b7f-4a3c-9c55-3f2a1b0c9d8e',
  madeMs: new Date(2026, 10, 12, 9, 30).getTime(),
  onlyHere: 3_400_000_000,
  pinned: true,
  keptFor: 'pin',
  pinAlone: true,
};

async function show(drop: () => Promise<null> = () => Promise.resolve(null)): Promise<MemoryHost> {
  const host = createMemoryHost({
    'snapshots.list': () => Promise.resolve([base, pinned]),
    'snapshots.pin': () => Promise.resolve(null),
    'snapshots.drop': drop,
  });
  await renderWindow(host, <VmSnapshots vm={sampleVm()} />);
  await screen.findByText('pinned');
  return host;
}

/** The changes that were asked of the engine. */
const asked = (host: MemoryHost): unknown[] =>
  host.requests
    .filter(({ method }) => method === 'snapshots.pin' || method === 'snapshots.drop')
    .map(({ method, input }) => [method, input]);

async function choose(of: string, command: string): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name: `Commands for the snapshot of ${of}` }));
  fireEvent.click(await screen.findByRole('menuitem', { name: command }));
}

it('snapshots of a VM say when they were made, what keeps them, what they hold alone, and how long the VM was locked', async () => {
  await show();
  const rows = screen.getAllByRole('row').map((row) =>
    within(row)
      .queryAllByRole('cell')
      .map((cell) => cell.textContent),
  );
  expect([screen.getByRole('heading').textContent, ...rows.slice(1)]).toEqual([
    'Snapshots 4.6 GB only here',
    ['20 Nov, 14:02', 'the next push', '1.2 GB', '38 ms', ''],
    ['12 Nov, 09:30', 'pinned', '3.4 GB', '38 ms', ''],
  ]);
});

it('a snapshot is pinned at once, and asked about before the pin goes that alone keeps it', async () => {
  const host = await show();
  await choose('20 Nov, 14:02', 'Pin');
  await waitFor(() => expect(asked(host)).toEqual([['snapshots.pin', { id: base.id, pinned: true }]]));
  await choose('12 Nov, 09:30', 'Unpin');
  const dialog = await screen.findByRole('alertdialog', { name: 'Unpin the snapshot of 12 Nov, 09:30?' });
  within(dialog).getByText('This frees 3.4 GB. Only its pin keeps it: it is dropped.');
  fireEvent.click(within(dialog).getByRole('button', { name: 'Unpin and drop' }));
  await waitFor(() => expect(asked(host).at(-1)).toEqual(['snapshots.pin', { id: pinned.id, pinned: false }]));
});

it('dropping a snapshot says what that frees, and what the engine refuses stands in the dialog', async () => {
  const busy = new AppError('snapshot.busy', { id: base.id });
  const host = await show(() => Promise.reject(busy));
  await choose('20 Nov, 14:02', 'Drop…');
  const dialog = await screen.findByRole('alertdialog', { name: 'Drop the snapshot of 20 Nov, 14:02?' });
  within(dialog).getByText(/This frees 1\.2 GB\. The next push of sonoma-xcode-16\.2 has nothing to compare/);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Drop snapshot' }));
  await within(dialog).findByText(/^A push or plan reads snapshot/);
  expect(asked(host)).toEqual([['snapshots.drop', { id: base.id }]]);
});

it('a snapshot is compared with the VM as it is now', async () => {
  await show();
  await choose('12 Nov, 09:30', 'Compare with the VM now');
  expect(comparedPair.getState()).toMatchObject({
    a: { kind: 'snapshot', name: pinned.id },
    b: { kind: 'vm', name: sampleVm().id },
  });
});
