// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ComparedCell, ComparedChunk, ComparedSide, Comparison } from '../../../shared/models/comparison.ts';
import type { Snapshot } from '../../../shared/models/snapshot.ts';
import type { Vm } from '../../../shared/models/vm.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { CompareScreen } from './compare-screen.tsx';
import { comparedPair } from './compare-start.ts';

prepareTestWindow();

const CHUNK = 512 * 1024 ** 2;
const NAME_A = { kind: 'vm', name: 'vm:xcode' } as const;
const NAME_B = { kind: 'image', name: 'registry.acme/macos/sonoma:14.4.1' } as const;
const LETTERS = { '=': 'common', '>': 'moved', x: 'only', '.': 'zero', '?': 'unknown' } as const;

function cell(mark: string, name: string, at: number | null): ComparedCell | null {
  if (mark === ' ') return null;
  const state = LETTERS[mark as keyof typeof LETTERS];
  const digest = state === 'unknown' ? null : `sha256:${name.repeat(64)}`.slice(0, 71);
  const size = state === 'unknown' ? null : 220_000_000;
  return { rawSize: CHUNK, rawDigest: digest, digest, size, estimatedSize: size === null ? 1 : null, state, at };
}

/** Places of two disks, drawn; `>` in A went to the place that `to` names. */
function drawn(a: string, b: string, to: Readonly<Record<number, number>> = {}): ComparedChunk[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, place) => ({
    offset: place * CHUNK,
    a: cell(a[place] ?? ' ', 'a', to[place] ?? null),
    b: cell(b[place] ?? ' ', 'b', null),
    alsoIn: (a[place] ?? '') === 'x' ? { count: 0, images: [] } : null,
  }));
}

const SIDE: Omit<ComparedSide, 'kind' | 'name' | 'title'> = {
  registry: null,
  repository: null,
  digest: null,
  tags: [],
  cached: false,
  namesake: null,
  madeMs: null,
  state: 'stopped',
  uploadTime: null,
  diskSize: 100e9,
  packed: 31.4e9,
  estimated: false,
  unknown: 0,
};

function comparison(chunks: ComparedChunk[], parts: Partial<Comparison> = {}): Comparison {
  const total = (count: number, bytes: number): Comparison['totals']['common'] => ({
    chunks: count,
    bytes,
    estimated: false,
  });
  return {
    a: { ...SIDE, ...NAME_A, title: 'xcode' },
    b: { ...SIDE, ...NAME_B, title: 'registry.acme/macos/sonoma', state: null, tags: ['14.4.1', 'latest'] },
    chunkSize: CHUNK,
    chunks,
    totals: {
      common: total(174, 29.1e9),
      onlyA: total(11, 2.3e9),
      onlyB: total(11, 2e9),
      moved: total(2, 0.5e9),
      unknown: total(0, 0),
      zero: 26,
    },
    nvram: 'same',
    pushing: null,
    ...parts,
  };
}

const CHUNKS = drawn('==x>.x', '==xx. ', { 3: 5 });
const onPush = vi.fn();
const onClose = vi.fn();

async function show(
  found: Comparison = comparison(CHUNKS),
  { vms = [], snapshots = [] }: { readonly vms?: readonly Vm[]; readonly snapshots?: Snapshot[] } = {},
): Promise<UserEvent> {
  const host = createMemoryHost({
    'jobs.list': () => Promise.resolve([]),
    'snapshots.list': () => Promise.resolve(snapshots),
    'images.compare': () => Promise.resolve(found),
  });
  await renderWindow(host, <CompareScreen vms={vms} registries={[]} onPush={onPush} onClose={onClose} />);
  await screen.findByRole('region', { name: 'Differences' });
  return userEvent.setup();
}

function rows(name: string): string[][] {
  const table = screen.getByRole('grid', { name });
  return within(table)
    .getAllByRole('row')
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole('cell')
        .map((one) => one.textContent),
    );
}

beforeEach(() => {
  comparedPair.setState({ a: NAME_A, b: NAME_B, asked: 1 });
  onPush.mockReset();
  onClose.mockReset();
});

describe('the screen of two images', () => {
  it('says in figures what both have and what only one has', async () => {
    await show();
    const figures = screen.getAllByRole('term').map((term) => [
      term.textContent,
      ...within(term.parentElement ?? term)
        .getAllByRole('definition')
        .map((one) => one.textContent),
    ]);
    expect(figures).toEqual([
      ['Common', '29.1 GB', '174 chunks and NVRAM'],
      ['Only in A', '2.3 GB', '11 chunks'],
      ['Only in B', '2.0 GB', '11 chunks'],
      ['Same bytes, moved', '500 MB', '2 chunks, at another place'],
    ]);
  });

  it('lists the differences, those of one kind alone where that is chosen', async () => {
    const user = await show();
    expect(rows('Differences').map(([place, range, kind]) => [place, range, kind])).toEqual([
      ['2', '1.0–1.5', 'Changed'],
      ['3', '1.5–2.0', 'Moved to 5'],
      ['3', '1.5–2.0', 'Only in B'],
      ['5', '2.5–3.0', 'Only in A'],
    ]);
    await user.click(screen.getByRole('radio', { name: /^Only B/ }));
    expect(rows('Differences').map(([place, , kind]) => [place, kind])).toEqual([['3', 'Only in B']]);
  });

  it('says in the legend of each kind how many places it has, and the bytes of their layers', async () => {
    await show();
    const legend = within(screen.getByRole('list', { name: 'Legend' }));
    expect(legend.getAllByRole('listitem').map(({ textContent }) => textContent.trim())).toEqual([
      'Common 2 chunks · 220 MB same bytes, same place',
      'Only in A 2 chunks · 220 MB',
      'Only in B 2 chunks · 220 MB',
      'Moved 1 chunk · 220 MB same bytes, another place',
      'Zero chunk 1 chunk · 220 MB nothing but zeros',
    ]);
  });

  it('shows by an entry of the legend only places of its kind, until the filter is taken back', async () => {
    const user = await show();
    const entry = (): HTMLElement => screen.getByRole('button', { name: /^Zero chunk/ });
    await user.click(entry());
    expect(entry().getAttribute('aria-pressed')).toBe('true');
    expect(rows('Zero chunk').map(([place, , kind]) => [place, kind])).toEqual([['4', 'Zeros']]);
    await user.click(screen.getByRole('button', { name: /^Only in A/ }));
    expect(rows('Only in A').map(([place, , kind]) => [place, kind])).toEqual([
      ['2', 'Changed'],
      ['5', 'Only in A'],
    ]);
    await user.click(screen.getByRole('button', { name: 'Clear filter' }));
    expect([entry().getAttribute('aria-pressed'), rows('Differences').length]).toEqual(['false', 4]);
  });

  it('lists a move on either side of a place, and neither of them once it is filtered out', async () => {
    const user = await show(comparison(drawn('x>=', 'x>=', { 1: 2 })));
    const places = (name: string) => rows(name).map(([place, , kind]) => `${place ?? ''} ${kind ?? ''}`);
    expect(places('Differences')).toEqual(['0 Changed', '1 Moved to 2', '1 Moved']);
    await user.click(screen.getByRole('button', { name: /^Only in A/ }));
    expect(places('Only in A')).toEqual(['0 Changed']);
  });

  it('goes from a place that the filter hides to its row, without the filter', async () => {
    const user = await show();
    await user.click(screen.getByRole('button', { name: /^Zero chunk/ }));
    screen.getByRole('grid', { name: /^xcode above/ }).focus();
    await user.keyboard('n{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('grid', { name: 'Differences' }));
  });

  it('names a snapshot by its VM and time, and offers it beside that VM', async () => {
    const madeMs = new Date(2026, 10, 20, 14, 2).getTime();
    const id = '0f0e6d3c-5b7f-4a3c-9c55-3f2a1b0c9d8e';
    const snapshot: Snapshot = {
      id,
      vmId: sampleVm().id,
      vmName: 'sonoma-xcode-16.2',
      madeMs,
      rawSize: 50e9,
      onlyHere: 1e9,
      pinned: true,
      keptFor: 'pin',
      jobId: null,
      lockedMs: 38,
      pinAlone: false,
    };
    const a: ComparedSide = { ...SIDE, kind: 'snapshot', name: id, title: 'sonoma-xcode-16.2', madeMs, state: null };
    const user = await show(comparison(CHUNKS, { a }), { vms: [sampleVm()], snapshots: [snapshot] });
    expect(screen.getByRole('button', { name: /^Image\s*A/ }).textContent).toBe(
      'Image Asonoma-xcode-16.2snapshot of 20 Nov, 14:02, disk 100.0 GB, packed 31.4 GB',
    );
    expect(screen.getByRole('grid', { name: /^sonoma-xcode-16\.2, snapshot of 20 Nov, 14:02 above / })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /^Image\s*B/ }));
    const choices = within(screen.getByRole('listbox')).getAllByRole('option');
    expect(choices.map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^sonoma-xcode-16\.2\d/),
      'sonoma-xcode-16.2, snapshot of 20 Nov, 14:0250.0 GB',
    ]);
    await user.click(choices[1] ?? document.body);
    expect(comparedPair.getState().b).toEqual({ kind: 'snapshot', name: id });
  });

  it('says that the tag of a cached image is another image in the registry, and takes that one', async () => {
    const name = { kind: 'image', name: 'registry.acme/macos/sonoma:14.4' } as const;
    const namesake = { place: 'registry', tag: '14.4', digest: `sha256:${'e'.repeat(64)}`, name } as const;
    const cached = {
      kind: 'vm',
      name: 'image:registry.acme/macos/sonoma@sha256:d',
      cached: true,
      state: null,
    } as const;
    const a: ComparedSide = { ...SIDE, ...cached, title: 'registry.acme/macos/sonoma', namesake };
    const user = await show(comparison(CHUNKS, { a }));
    screen.getByText(/^The registry had another image under 14\.4 .+ sha256:eeeee…eeeee\.$/);
    await user.click(screen.getByRole('button', { name: 'Take that one' }));
    expect(comparedPair.getState()).toMatchObject({ a: name, b: NAME_B });
  });

  it('has a table of every chunk in place of the picture', async () => {
    const user = await show();
    await user.click(screen.getByRole('radio', { name: 'Table' }));
    expect(rows('Every chunk, in GiB of the disk').map(([place, , kind]) => `${place ?? ''} ${kind ?? ''}`)).toEqual([
      '0 Common',
      '1 Common',
      '2 Changed',
      '3 Moved to 5',
      '3 Only in B',
      '4 Zeros',
      '5 Only in A',
    ]);
  });

  it('goes with n from difference to difference, and with Enter to its row', async () => {
    const user = await show();
    const weave = screen.getByRole('grid', { name: 'xcode above registry.acme/macos/sonoma' });
    const told = (): string =>
      document.getElementById(weave.getAttribute('aria-activedescendant') ?? '')?.getAttribute('aria-label') ?? '';
    weave.focus();
    await user.keyboard('n');
    expect(told()).toBe('Chunk 2, 1.0–1.5 GiB of the disk. A: aaaaa…aaaaa 220 MB. B: bbbbb…bbbbb 220 MB');
    await user.keyboard('nnn');
    expect(told()).toContain('Chunk 2,');
    await user.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('grid', { name: 'Differences' }));
  });

  it('says what pushing A to the place of B would send, and makes the plan of it', async () => {
    const pushing = {
      registry: 'registry.acme',
      repository: 'macos/sonoma',
      sends: 1.9e9,
      mounts: 0.4e9,
      present: 29e9,
      estimated: true,
      unknown: 2,
    };
    await show(comparison(CHUNKS, { pushing }));
    expect(
      screen.getByText(
        /Pushing A there would send at least ~ 1\.9 GB, 400 MB of the rest is in other repositories there\./,
      ),
    ).toBeTruthy();
  });

  it('changes the sides, and is left with Escape', async () => {
    const user = await show();
    await user.click(screen.getByRole('button', { name: 'Swap A and B' }));
    expect(comparedPair.getState()).toMatchObject({ a: NAME_B, b: NAME_A });
    await user.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('says what takes long, and lets it be stopped and begun again', async () => {
    const answers: ((found: Comparison) => void)[] = [];
    const host = createMemoryHost({
      'jobs.list': () => Promise.resolve([]),
      'images.compare': () =>
        new Promise<Comparison>((resolve) => {
          answers.push(resolve);
        }),
    });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
    await renderWindow(host, <CompareScreen vms={[]} registries={[]} onPush={onPush} onClose={onClose} />);
    await act(() => vi.advanceTimersByTimeAsync(2100));
    expect(screen.getByRole('status').textContent).toContain('Comparing');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(screen.queryByRole('status')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Compare again' }));
    await act(async () => {
      answers.at(-1)?.(comparison(CHUNKS));
      await vi.advanceTimersByTimeAsync(10);
    });
    expect(answers).toHaveLength(2);
    expect(screen.getByRole('region', { name: 'Differences' })).toBeTruthy();
  });
});
