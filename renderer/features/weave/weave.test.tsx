// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { JobLayer } from '../../../shared/models/job.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { drawnDisk, liveLayer, sampleLayers } from '../../../test/fixtures/window/samples.ts';
import { LayerTable } from './layer-table.tsx';
import { Weave, type WeaveProps } from './weave.tsx';
import { cellLook, tallyCells, type WeaveLayer } from './weave-cells.ts';
import { WeaveLegend } from './weave-legend.tsx';
import { WeaveOrTable } from './weave-or-table.tsx';

prepareTestWindow();

const CHUNK = 512 * 1024 ** 2;

async function showWeave(layers: readonly WeaveLayer[], props: Partial<WeaveProps> = {}) {
  const host = createMemoryHost({ 'jobs.list': () => Promise.resolve([]) });
  await renderWindow(host, <Weave layers={layers} chunkSize={CHUNK} label="Weave of sonoma" {...props} />);
  return userEvent.setup();
}

function activeCell(): string {
  const grid = screen.getByRole('grid', { name: 'Weave of sonoma' });
  const id = grid.getAttribute('aria-activedescendant') ?? '';
  return document.getElementById(id)?.getAttribute('aria-label') ?? '';
}

/** 70 chunks: 64 in the first row at 952 px, 6 in the second. */
const DISK = sampleLayers(drawnDisk('1xu40xp1xu20xm2xd6xz'), 0.5);

describe('the weave', () => {
  it('is one tab stop and names the cell as the hover text does', async () => {
    const user = await showWeave(DISK);
    await user.tab();
    expect(document.activeElement).toBe(screen.getByRole('grid', { name: 'Weave of sonoma' }));
    expect(activeCell()).toBe(
      'Chunk 0, 0.0–0.5 GiB of the disk. Upload, ~ 150 MB of 537 MB raw. changed since the last push',
    );
    await user.tab();
    expect(document.activeElement).toBe(document.body);
  });

  it.each([
    ['{ArrowRight}', 'Chunk 1,'],
    ['{ArrowDown}', 'Chunk 64,'],
    ['{ArrowDown}{ArrowUp}', 'Chunk 0,'],
    ['{End}', 'Chunk 63,'],
    ['{End}{Home}', 'Chunk 0,'],
    ['{Control>}{End}{/Control}', 'Chunk 69,'],
    ['{PageDown}', 'Chunk 16,'],
    ['u', 'Chunk 41,'],
    ['uu', 'Chunk 0,'],
    ['{ArrowRight}n', 'Chunk 2,'],
    ['{ArrowRight}N', 'Chunk 40,'],
  ])('goes with %s to %s', async (keys, cell) => {
    const user = await showWeave(DISK);
    await user.tab();
    await user.keyboard(keys);
    expect(activeCell()).toContain(cell);
  });

  it('finds the next problem with e', async () => {
    const plan = sampleLayers(drawnDisk('8xu'));
    const layers = plan.map((layer) => liveLayer(layer, layer.index === 6 ? 'failed' : 'done'));
    const user = await showWeave(layers);
    await user.tab();
    await user.keyboard('e');
    expect(activeCell()).toContain('Chunk 5, 2.5–3.0 GiB of the disk. Failed');
  });

  it('opens the row of the table with Enter and the table with t', async () => {
    const onOpen = vi.fn();
    const onToggleTable = vi.fn();
    const onMark = vi.fn();
    const user = await showWeave(DISK, { onOpen, onToggleTable, onMark });
    await user.tab();
    await user.keyboard('{ArrowRight}{Enter}t');
    expect([onOpen.mock.calls, onToggleTable.mock.calls.length, onMark.mock.calls.at(-1)]).toEqual([[[2]], 1, [2]]);
  });

  it('says under the pointer what a cell is', async () => {
    await showWeave(DISK);
    vi.useFakeTimers();
    const grid = screen.getByRole('grid', { name: 'Weave of sonoma' });
    fireEvent.pointerMove(grid, { clientX: 35, clientY: 25 });
    await vi.advanceTimersByTimeAsync(600);
    vi.useRealTimers();
    expect((await screen.findByText('Chunk 0')).closest('.weave-tooltip')?.textContent).toBe(
      'Chunk 0 0.0–0.5 GiB of the diskUpload, ~ 150 MB of 537 MB rawchanged since the last push',
    );
  });
});

describe('the legend', () => {
  it('counts every cell once and adds up to the layers, in the order of the verdicts', () => {
    expect(tallyCells(DISK).map(({ kind, count }) => [kind, count])).toEqual([
      ['present', 40],
      ['mount', 20],
      ['duplicate', 2],
      ['upload', 2],
      ['zero', 6],
    ]);
    const disk = DISK.filter(({ kind }) => kind === 'disk');
    const bytes = disk.reduce((sum, layer) => sum + (layer.size ?? layer.estimatedSize ?? 0), 0);
    expect(tallyCells(DISK).reduce((sum, tally) => sum + tally.bytes, 0)).toBe(bytes);
  });

  it('fades the others while an entry is pointed at, and filters with a click', async () => {
    const onHighlight = vi.fn();
    const onFilter = vi.fn();
    const host = createMemoryHost({ 'jobs.list': () => Promise.resolve([]) });
    await renderWindow(
      host,
      <WeaveLegend layers={DISK} form="two-line" onHighlight={onHighlight} onFilter={onFilter} />,
    );
    const user = userEvent.setup();
    await user.click(screen.getByRole('button', { name: /^Mount ?20/ }));
    expect([onHighlight.mock.calls[0], onFilter.mock.calls]).toEqual([['mount'], [['mount']]]);
  });
});

describe('a live cell', () => {
  const [, plan] = sampleLayers(drawnDisk('u'));
  const look = (part: Partial<JobLayer>, status: JobLayer['status']) =>
    plan === undefined ? null : cellLook(liveLayer({ ...plan, size: 800, ...part }, status, part), CHUNK);

  it('fills in eight steps, from the first byte to the last', () => {
    expect([0, 1, 399, 400, 799, 800].map((sent) => look({ sent }, 'uploading')?.fill)).toEqual([0, 1, 3, 4, 7, 8]);
  });

  it('turns into what it became', () => {
    expect([
      look({ verdict: 'upload' }, 'done')?.kind,
      look({ verdict: 'present' }, 'done')?.kind,
      look({ verdict: 'mount' }, 'done')?.kind,
      look({ verdict: 'duplicate' }, 'waiting')?.kind,
      look({ verdict: 'upload', zero: true }, 'done'),
      look({ zero: true }, 'failed')?.kind,
    ]).toEqual([
      'done',
      'present',
      'mount',
      'duplicate',
      expect.objectContaining({ kind: 'zero', tone: 'present' }),
      'failed',
    ]);
  });
});

describe('the layer table', () => {
  it('has config first and NVRAM last, and only rows in sight of 4000', async () => {
    const layers = sampleLayers(drawnDisk('4000xp'));
    const host = createMemoryHost({ 'jobs.list': () => Promise.resolve([]) });
    const { rerender } = await renderWindow(
      host,
      <LayerTable layers={DISK} chunkSize={CHUNK} label="Layers" columns="plan" />,
    );
    const rows = within(screen.getByRole('grid')).getAllByRole('row');
    expect([rows.length, rows[1]?.textContent, rows.at(-1)?.textContent]).toEqual([
      73,
      'config–directUpload514 Bnot in this repository yet',
      'NVRAM–directPresent33 kBalready in the repository',
    ]);
    rerender(<LayerTable layers={layers} chunkSize={CHUNK} label="Layers" columns="plan" />);
    expect(within(screen.getByRole('grid')).getAllByRole('row').length).toBeLessThan(60);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('4003');
  });
});

describe('the weave and its table', () => {
  it('changes places with t, and a cell goes to its row', async () => {
    const host = createMemoryHost({ 'jobs.list': () => Promise.resolve([]) });
    await renderWindow(
      host,
      <WeaveOrTable layers={DISK} chunkSize={CHUNK} label="Weave of sonoma" title={<h3>Weave</h3>} />,
    );
    const user = userEvent.setup();
    await user.click(screen.getByRole('radio', { name: 'Table' }));
    expect(within(screen.getByRole('grid', { name: 'Layers' })).getAllByRole('row')).toHaveLength(73);
    await user.click(screen.getByRole('radio', { name: 'Weave' }));
    act(() => {
      screen.getByRole('grid', { name: 'Weave of sonoma' }).focus();
    });
    await user.keyboard('{ArrowRight}{Enter}');
    const marked = within(screen.getByRole('grid', { name: 'Layers' })).getByRole('row', { selected: true });
    expect(marked.textContent).toMatch(/^10\.5–1\.0/);
  });
});
