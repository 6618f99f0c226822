// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import type { Savings } from '../../../shared/models/savings.ts';
import type { ImageRemoval, RegistryImages } from '../../../shared/models/sharing.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { sampleRow, sampleSavings, sampleSums } from '../../../test/fixtures/window/savings-samples.ts';
import { sampleImage, sampleImages, sampleLayersOf } from '../../../test/fixtures/window/sharing-samples.ts';
import { toastStore } from '../../state/toasts.ts';
import { SavingsScreen } from './savings-screen.tsx';

prepareTestWindow();

const XCODE = sampleImage('acme.internal/macos/xcode:16.2', 34.8e9, 6.1e9);
const SONOMA = sampleImage('acme.internal/macos/sonoma:14.4.1', 30.9e9, 2.4e9);
const SEQUOIA = sampleImage('ghcr.io/acme/sequoia:15.1', 30.6e9, 30.6e9);
const IMAGES = sampleImages([XCODE, SONOMA, SEQUOIA]);
const NO_IMAGES = sampleImages([]);

const SAVED: Savings = sampleSavings({
  firstMs: Date.now() - 40 * 86_400_000,
  totals: {
    ...sampleSums({
      jobs: 214,
      present: 4.71e12,
      mounted: 0.83e12,
      duplicate: 0.29e12,
      uploaded: 0.58e12,
      read: 2e12,
      encoded: 1.2e12,
      counterfactual: { read: 12e12, encoded: 11e12, sent: 1.5e12, seconds: 150_000 },
      savedSeconds: 123_000,
      // No figure is the twin of another.
      notStored: 5.5e12,
    }),
    pushes: 200,
    copies: 14,
    requests: { head: 38_114, mount: 3_092, upload: 700, manifest: 230 },
  },
  overTime: [{ startMs: Date.now(), jobs: 3, present: 200e9, mounted: 50e9, duplicate: 0, uploaded: 20e9 }],
  byRepository: [
    sampleRow('macos/xcode', { registry: 'acme.internal', repository: 'macos/xcode', jobs: 9, present: 50e9 }),
    sampleRow('macos/sonoma', { registry: 'acme.internal', repository: 'macos/sonoma', jobs: 31, present: 20e9 }),
  ],
  byVm: [sampleRow('sonoma-base', { jobs: 40 })],
});

const REMOVAL: ImageRemoval = {
  packed: 34.8e9,
  freed: 6.1e9,
  registries: [
    {
      host: 'acme.internal',
      packed: 34.8e9,
      freed: 6.1e9,
      repositories: [{ repository: 'macos/xcode', images: 1, packed: 34.8e9, freed: 6.1e9 }],
      keptBy: [{ ...SONOMA, bytes: 28.5e9, layers: 71 }],
      keepers: 1,
      unread: 0,
    },
  ],
};

async function openSavings(saved: Savings, images: RegistryImages, handlers: Partial<Handlers> = {}) {
  const host = createMemoryHost({
    'report.savings': (filter) => Promise.resolve({ ...saved, filter }),
    'report.images': () => Promise.resolve(images),
    'report.sharing': () =>
      Promise.resolve({ images: [XCODE, SONOMA, SEQUOIA], pairs: [{ a: 0, b: 1, bytes: 17.9e9, layers: 71 }] }),
    'report.image': ({ digest }) => Promise.resolve(sampleLayersOf(digest === XCODE.digest ? XCODE : SONOMA)),
    'report.layer': ({ digest }) => Promise.resolve({ digest, size: 28.5e9, users: [SONOMA, XCODE], count: 2 }),
    'report.removal': () => Promise.resolve(REMOVAL),
    ...handlers,
  });
  const onImages = vi.fn();
  // Only the name of a registry is read here.
  const registries = ['acme.internal', 'ghcr.io'].map((name) => ({ host: name, thisComputer: false }) as Registry);
  localStorage.clear();
  await renderWindow(host, <SavingsScreen registries={registries} onImages={onImages} />);
  const asked = (method: string) => host.requests.filter((one) => one.method === method).map(({ input }) => input);
  return { host, asked, onImages, user: userEvent.setup() };
}

describe('the savings screen', () => {
  it('says before the first push what it will show, and where to push', async () => {
    const { onImages, user } = await openSavings(sampleSavings(), NO_IMAGES);
    expect(await screen.findByRole('heading', { name: 'Nothing was pushed yet' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Go to Images' }));
    expect(onImages).toHaveBeenCalledOnce();
    expect(screen.queryByRole('region', { name: 'Totals' })).toBeNull();
  });

  it('has two figures first: saved against tart push, and not sent', async () => {
    await openSavings(SAVED, NO_IMAGES);
    const totals = await screen.findByRole('region', { name: 'Totals' });
    const figures = [...totals.querySelectorAll('.savings-figure')].map(({ textContent }) => textContent);
    expect(figures).toEqual([
      'Saved against tart push~34 h 10 min10.00 TB less read, 920.0 GB less sent',
      'Not sent5.83 TB91 % of what was pushed',
      'Not read10.00 TBof 12.00 TB by tart push',
      'Not encoded9.80 TBof 11.00 TB by tart push',
      'Not stored again5.50 TB910.0 GB stored anew',
      'Sent580.0 GBin 214 pushes and copies',
      'Requests instead41\u202f206HEAD 38\u202f114, mount 3092',
    ]);
  });

  it('has no requests of a registry alone: a job counts them as a whole', async () => {
    const { user } = await openSavings(SAVED, NO_IMAGES, {
      'report.savings': (filter) => {
        const requests = filter.registry === null ? SAVED.totals.requests : null;
        return Promise.resolve({ ...SAVED, filter, totals: { ...SAVED.totals, requests } });
      },
    });
    await user.click(await screen.findByRole('button', { name: /^Requests instead: / }));
    await user.click(screen.getByRole('button', { name: /Registry/ }));
    await user.click(await screen.findByRole('option', { name: 'ghcr.io' }));
    await waitFor(() => expect(document.querySelector('[data-figure="requests"]')).toBeNull());
    expect(document.querySelector('.savings-formula')).toBeNull();
    expect(document.querySelectorAll('.savings-figure')).toHaveLength(6);
  });

  it('opens the formula of a figure, one at a time, and closes it', async () => {
    const { user } = await openSavings(SAVED, NO_IMAGES);
    await user.click(await screen.findByRole('button', { name: /^Not sent: / }));
    const formula = (): string | undefined => document.querySelector('.savings-formula')?.textContent;
    expect(formula()).toBe(
      'Not sent 5.83 TB= present 4.71 TB+ mount 830.0 GB+ duplicate 290.0 GB91 % = 5.83 TB ÷ 6.41 TB. Each layer counts with its packed size, at the moment of its job; nothing is estimated.',
    );
    await user.click(screen.getByRole('button', { name: /^Saved against tart push: / }));
    expect(formula()).toContain('=tart push ~41 h 40 min−Tartan ~7 h 30 min');
    await user.click(screen.getByRole('button', { name: 'Close the formula' }));
    expect(formula()).toBeUndefined();
  });

  it('promises no time where none was measured', async () => {
    await openSavings({ ...SAVED, totals: { ...SAVED.totals, savedSeconds: null } }, NO_IMAGES);
    const headline = (await screen.findByText('Saved against tart push')).parentElement;
    expect(headline?.textContent).toBe('Saved against tart push9.80 TBnot compressed; no time yet');
  });

  it('asks for the period and registry that are chosen, and again when a job was recorded', async () => {
    const { host, asked, user } = await openSavings(SAVED, NO_IMAGES);
    await user.click(await screen.findByRole('radio', { name: 'All' }));
    await user.click(screen.getByRole('button', { name: /Registry/ }));
    await user.click(await screen.findByRole('option', { name: 'ghcr.io' }));
    await waitFor(() => expect(asked('report.savings')).toHaveLength(3));
    expect(asked('report.savings')).toMatchObject([
      { bucket: 'week', registry: null, untilMs: null },
      { bucket: 'month', registry: null, sinceMs: null },
      { bucket: 'month', registry: 'ghcr.io', sinceMs: null },
    ]);
    expect(asked('report.images')).toEqual([{ registry: null }, { registry: 'ghcr.io' }]);
    act(() => host.emit('report.changed', { jobId: 'job-1' }));
    await waitFor(() => expect(asked('report.savings')).toHaveLength(4));
  });

  it('shows what was pushed over time as bars and as a table', async () => {
    const { user } = await openSavings(SAVED, NO_IMAGES);
    const section = await screen.findByRole('region', { name: 'Pushed by week' });
    const bars = within(section).getAllByRole('img');
    expect(bars.at(-1)?.getAttribute('aria-label')).toMatch(
      /: 270.0 GB, Upload 20.0 GB, Mount 50.0 GB, Present 200.0 GB$/,
    );
    expect(bars.filter(({ tabIndex }) => tabIndex === 0)).toEqual([bars.at(-1)]);
    await user.click(within(section).getByRole('radio', { name: 'Table' }));
    const first = within(within(section).getByRole('table')).getAllByRole('row')[1];
    expect(first?.textContent).toMatch(/200.0 GB50.0 GB20.0 GB270.0 GB$/);
  });

  it('sorts what was saved by repository, VM and image', async () => {
    const { user } = await openSavings(SAVED, NO_IMAGES);
    const section = await screen.findByRole('region', { name: 'Saved by' });
    const names = (): (string | null)[] =>
      within(within(section).getByRole('table'))
        .getAllByRole('row')
        .slice(1)
        .map((row) => row.querySelector('td')?.textContent ?? null);
    expect(names()).toEqual(['acme.internal/macos/xcode', 'acme.internal/macos/sonoma']);
    await user.click(within(section).getByRole('button', { name: 'Jobs' }));
    expect(names()).toEqual(['acme.internal/macos/sonoma', 'acme.internal/macos/xcode']);
    expect(within(section).getByRole('columnheader', { name: 'Jobs' }).getAttribute('aria-sort')).toBe('descending');
    await user.click(within(section).getByRole('radio', { name: 'VM' }));
    expect(names()).toEqual(['sonoma-base']);
    await user.click(within(section).getByRole('radio', { name: 'Image' }));
    expect(within(section).getByText('No push or copy ended in this period')).toBeTruthy();
  });

  it('writes what it shows into a file that is asked for, and says where it is', async () => {
    const { asked, user } = await openSavings(SAVED, NO_IMAGES, {
      'app.chooseReportTarget': ({ name }) => Promise.resolve(`/reports/${name}`),
      'report.export': ({ path }) => Promise.resolve({ path, bytes: 1 }),
    });
    await user.click(await screen.findByRole('button', { name: 'Export…' }));
    await user.click(await screen.findByRole('menuitem', { name: 'CSV, for tables' }));
    await waitFor(() => expect(asked('report.export')).toHaveLength(1));
    const path = expect.stringMatching(/^\/reports\/tartan-savings-\d{4}-\d\d-\d\d\.csv$/) as unknown;
    expect(asked('report.export')).toMatchObject([
      { format: 'csv', language: 'en', bucket: 'week', registry: null, path },
    ]);
    await waitFor(() =>
      expect(toastStore.getState().toasts).toMatchObject([{ title: 'The report is written', more: path }]),
    );
  });

  it('says why a report could not be written, and writes none where the dialog was left', async () => {
    let target: string | null = null;
    const { asked, user } = await openSavings(SAVED, NO_IMAGES, {
      'app.chooseReportTarget': () => Promise.resolve(target),
      'report.export': ({ path }) => Promise.reject(new AppError('file.unwritable', { path })),
    });
    const choose = async (): Promise<void> => {
      await user.click(await screen.findByRole('button', { name: 'Export…' }));
      await user.click(await screen.findByRole('menuitem', { name: 'JSON, for programs' }));
    };
    await choose();
    expect(asked('report.export')).toEqual([]);
    target = '/reports/closed.json';
    await choose();
    expect((await screen.findByRole('alert')).textContent).toContain('/reports/closed.json');
  });

  it('keeps what it shows, and says it, when it cannot read again', async () => {
    let fails = false;
    const { host, user } = await openSavings(SAVED, NO_IMAGES, {
      'report.savings': (filter) => (fails ? Promise.reject(new Error('gone')) : Promise.resolve({ ...SAVED, filter })),
    });
    await screen.findByRole('region', { name: 'Totals' });
    fails = true;
    act(() => host.emit('report.changed', { jobId: 'job-1' }));
    const notice = await screen.findByRole('alert');
    expect(screen.getByRole('region', { name: 'Totals' })).toBeTruthy();
    fails = false;
    await user.click(within(notice).getByRole('button', { name: 'Read again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
});

describe('what fills the registries', () => {
  const map = async (): Promise<HTMLElement> =>
    await screen.findByRole('region', { name: 'What fills the registries' });
  const cells = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.treemap-cell')];
  const focusedName = (): string | null | undefined => document.activeElement?.getAttribute('aria-label');

  it('is gone down into with the keyboard, from all registries to a layer and who else uses it', async () => {
    const { asked, user } = await openSavings(SAVED, IMAGES);
    const section = await map();
    expect(cells().map((cell) => cell.getAttribute('aria-label'))).toContain(
      'acme.internal/macos/xcode:16.2, 6.1 GB unique of 34.8 GB',
    );
    const xcode = cells().find((cell) => cell.getAttribute('aria-label')?.includes('xcode'));
    act(() => xcode?.focus());
    await user.keyboard('{Enter}');
    const way = (): string | null => within(section).getByRole('navigation').textContent;
    expect(way()).toContain('All registriesacme.internal');
    for (const step of ['macos/xcode', ':16.2']) {
      await user.keyboard('{ArrowRight}');
      while (focusedName()?.includes('xcode') === false) await user.keyboard('{ArrowLeft}{ArrowUp}');
      await user.keyboard('{Enter}');
      expect(way()).toContain(step);
    }
    await waitFor(() => expect(cells()).toHaveLength(2));
    expect(asked('report.image')).toEqual([
      { registry: 'acme.internal', repository: 'macos/xcode', digest: XCODE.digest },
    ]);
    await user.keyboard('{ArrowDown}');
    expect(focusedName()).toBe('Layer 5a5a5…a5a5a, 28.7 GB, used by 2 images');
    await user.keyboard('{Enter}');
    const also = await screen.findByRole('region', { name: 'Also used by' });
    expect(
      within(also)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['acme.internal/macos/sonoma:14.4.130.9 GB', 'acme.internal/macos/xcode:16.234.8 GB']);
    await user.click(within(also).getByRole('button', { name: /sonoma/ }));
    expect(way()).toContain('macos/sonoma:14.4.1');
    act(() => document.querySelector<HTMLElement>('.treemap-picture')?.focus());
    await user.keyboard('{Escape}{Escape}{Escape}');
    expect(way()).toMatch(/^All registries\d/);
  });

  it('says what removing the chosen images would free, and because of whom the rest stays', async () => {
    const { asked, user } = await openSavings(SAVED, IMAGES);
    await map();
    const xcode = cells().find((cell) => cell.getAttribute('aria-label')?.includes('xcode'));
    act(() => xcode?.focus());
    await user.keyboard(' ');
    const panel = await screen.findByRole('region', { name: 'What removing these would free' });
    expect(within(panel).getByRole('heading').textContent).toBe(
      'Removing this image would free up to 6.1 GB of 34.8 GB',
    );
    expect(panel.textContent).toContain('28.7 GB would stay, because others use it:acme.internal/macos/sonoma:14.4.1');
    expect(asked('report.removal')).toEqual([
      { images: [{ registry: 'acme.internal', repository: 'macos/xcode', digest: XCODE.digest }] },
    ]);
    await user.click(within(panel).getByRole('button', { name: 'Clear choice' }));
    expect(screen.queryByRole('region', { name: 'What removing these would free' })).toBeNull();
  });

  it('has the same images as a table, where they can be chosen too', async () => {
    const { user } = await openSavings(SAVED, IMAGES);
    const section = await map();
    await user.click(within(section).getByRole('radio', { name: 'Table' }));
    const rows = within(within(section).getByRole('table')).getAllByRole('row').slice(1);
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      'acme.internal/macos/xcode:16.234.8 GB6.1 GB28.7 GB',
      'acme.internal/macos/sonoma:14.4.130.9 GB2.4 GB28.5 GB',
      'ghcr.io/acme/sequoia:15.130.6 GB30.6 GB0 B',
    ]);
    await user.click(within(section).getByRole('checkbox', { name: /xcode/ }));
    expect(await screen.findByRole('region', { name: 'What removing these would free' })).toBeTruthy();
  });

  it('is told by registry and repository: counted, stored, and saved by sharing', async () => {
    const { user } = await openSavings(SAVED, IMAGES);
    const section = await screen.findByRole('region', { name: 'By registry and repository' });
    const rows = within(section).getAllByRole('row').slice(1);
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      'acme.internal265.737.228.5',
      'macos/xcode134.834.80.0',
      'macos/sonoma130.930.90.0',
      'ghcr.io130.630.60.0',
      'acme/sequoia130.630.60.0',
    ]);
    await user.click(within(section).getByRole('button', { name: 'macos/sonoma' }));
    expect(cells()).toHaveLength(1);
  });
});

describe('which images share', () => {
  it('is a matrix: sizes on the diagonal, bytes above it, and a pair says what it shares', async () => {
    const { user } = await openSavings(SAVED, IMAGES);
    const section = await screen.findByRole('region', { name: 'Which images share layers' });
    const grid = within(section).getByRole('grid');
    const lines = within(grid).getAllByRole('row').slice(1);
    expect(lines.map(({ textContent }) => textContent)).toEqual([
      'xcode:16.234.817.9',
      'sonoma:14.4.130.9',
      'sequoia:15.130.6',
    ]);
    const facts = (): string | null | undefined => section.querySelector('.pair-facts')?.textContent;
    expect(facts()).toBe(
      'xcode:16.2 and sonoma:14.4.1share 71 layers, 17.9 GBDeleting xcode:16.2 would free6.1 GB of 34.8 GBDeleting sonoma:14.4.1 would free2.4 GB of 30.9 GBCompare these two',
    );
    const stops = within(grid)
      .getAllByRole('gridcell')
      .filter(({ tabIndex }) => tabIndex === 0);
    expect(stops).toHaveLength(1);
    act(() => stops[0]?.focus());
    await user.keyboard('{ArrowUp}{ArrowRight}');
    expect(document.activeElement?.getAttribute('aria-label')).toBe(
      'xcode:16.2 – sonoma:14.4.1, share 71 layers, 17.9 GB',
    );
    await user.click(within(section).getByRole('radio', { name: 'Table' }));
    expect(within(section).getAllByRole('row')[1]?.textContent).toBe(
      'macos/xcode:16.2macos/sonoma:14.4.17117.9 GB58 %',
    );
  });

  it('takes another pair of the matrix with a press, Enter and Space, and draws each by the area of its part', async () => {
    const { user } = await openSavings(SAVED, IMAGES, {
      'report.sharing': () =>
        Promise.resolve({
          images: [XCODE, SONOMA, SEQUOIA],
          pairs: [
            { a: 0, b: 1, bytes: 30.9e9, layers: 71 },
            { a: 0, b: 2, bytes: 7.65e9, layers: 12 },
            { a: 1, b: 2, bytes: 1e9, layers: 3 },
          ],
        }),
    });
    const section = await screen.findByRole('region', { name: 'Which images share layers' });
    const grid = within(section).getByRole('grid');
    const cell = (names: RegExp): HTMLElement => {
      const [found] = within(grid).getAllByRole('gridcell', { name: names });
      if (found === undefined) throw new Error(`no cell ${String(names)}`);
      return found;
    };
    const shared = (): (string | null)[] =>
      [...section.querySelectorAll('.pair-facts > p:first-child > *')].map(({ textContent }) => textContent);
    const seen = [shared()];
    await user.click(cell(/^xcode:16\.2 – sequoia:15\.1/));
    seen.push(shared());
    act(() => cell(/^sonoma:14\.4\.1 – sequoia:15\.1/).focus());
    await user.keyboard('{Enter}');
    seen.push(shared());
    act(() => cell(/^xcode:16\.2 – sonoma:14\.4\.1/).focus());
    await user.keyboard(' ');
    seen.push(shared());

    expect(seen).toEqual([
      ['xcode:16.2 and sonoma:14.4.1', 'share 71 layers, 30.9 GB'],
      ['xcode:16.2 and sequoia:15.1', 'share 12 layers, 7.7 GB'],
      ['sonoma:14.4.1 and sequoia:15.1', 'share 3 layers, 1.0 GB'],
      ['xcode:16.2 and sonoma:14.4.1', 'share 71 layers, 30.9 GB'],
    ]);
    // All of the smaller one, a quarter, a thirtieth: sides of the whole, half and a bit more than a sixth of 26 px.
    const sides = [...grid.querySelectorAll('.matrix-area > svg')].map((square) => square.getAttribute('width'));
    expect(sides).toEqual(['26', '13', '5']);
  });
});
