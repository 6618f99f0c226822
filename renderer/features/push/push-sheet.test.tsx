// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { createMemoryHost, type MemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import {
  drawnDisk,
  sampleJob,
  sampleLayers,
  samplePlan,
  sampleTarget,
  sampleVm,
  summaryOf,
} from '../../../test/fixtures/window/samples.ts';
import { PushSheet } from './push-sheet.tsx';

prepareTestWindow();

const NEW_TAG = 'ghcr.io/acme/sonoma:16.2';

function planFor(drawing: string, part: Partial<Plan> = {}): Plan {
  const target = sampleTarget(sampleLayers(drawnDisk(drawing)), {
    registry: 'ghcr.io',
    repository: 'acme/sonoma',
    references: [{ reference: NEW_TAG, tag: '16.2', state: 'new', previousDigest: null }],
  });
  return samplePlan([target], part);
}

async function openSheet(handlers: Partial<Handlers>, references: readonly string[] = []) {
  const host = createMemoryHost({
    'registries.list': () => Promise.resolve([]),
    'jobs.list': () => Promise.resolve([]),
    'app.copyText': () => Promise.resolve(null),
    'jobs.push': () => Promise.resolve(summaryOf(sampleJob([]))),
    ...handlers,
  });
  const onClose = vi.fn();
  const view = await renderWindow(host, <PushSheet vm={sampleVm()} initialReferences={references} onClose={onClose} />);
  return { host, onClose, view, user: userEvent.setup() };
}

function asked(host: MemoryHost, method: string): unknown[] {
  return host.requests.filter((request) => request.method === method).map(({ input }) => input);
}

describe('the push sheet', () => {
  it('starts in the first field and plans by itself once the reference stands', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp3xu')) });
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Target' }));
    await user.keyboard('ghcr.io/acme/sonoma');
    expect(asked(host, 'plans.make')).toEqual([]);
    await user.keyboard(':16.2');
    expect(await screen.findByText(/will be uploaded/)).toBeTruthy();
    expect(asked(host, 'plans.make')).toMatchObject([
      { vmId: 'vm:sonoma-xcode-16.2', references: [NEW_TAG], insecure: false, verify: false, force: false },
    ]);
  });

  it('shows the price, the verdicts and each layer of the plan', async () => {
    await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp2xm3xu2xz')) }, [NEW_TAG]);
    expect(await screen.findByRole('button', { name: /^Push ~ \d+ MB/ })).toBeTruthy();
    const lines = within(screen.getByRole('list')).getAllByRole('button');
    expect(lines.map((line) => line.textContent)).toEqual([
      expect.stringMatching(/^Present5 layers.*already in acme\/sonoma, checked one by one$/),
      expect.stringMatching(/^Mount2 layers.*mounted from macos\/xcode inside the registry$/),
      expect.stringMatching(/^Duplicate2 layers6.5 MBsame digest earlier in this image; 2 are zero chunks/),
      expect.stringMatching(/^Upload4 layers.*changed since the last push$/),
    ]);
    const table = screen.getByRole('grid', { name: 'Layers' });
    expect(within(table).getAllByRole('row')).toHaveLength(1 + 4);
  });

  it('says where a reference stops to fit, and offers the correction', async () => {
    const { user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) });
    await user.keyboard('ghcr.io/Acme/sonoma:16.2');
    const field = screen.getByRole('textbox', { name: 'Target' });
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText(/no capital letters/).textContent).toContain('Character 9: “A”');
    await user.click(screen.getByRole('button', { name: 'Use ghcr.io/acme/sonoma:16.2' }));
    expect(field.getAttribute('aria-invalid')).toBe('false');
  });

  it('takes several tags: Enter adds one, Backspace takes it back', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) });
    await user.keyboard('ghcr.io/acme/sonoma:16.2{Enter}latest{Enter}old{Enter}{Backspace}');
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(1);
    });
    expect(asked(host, 'plans.make')).toMatchObject([{ references: [NEW_TAG, 'ghcr.io/acme/sonoma:latest'] }]);
  });

  it('fills in while the disk is read, and can be pushed before it is complete', async () => {
    let finish: (plan: Plan) => void = () => undefined;
    const { host, onClose, user } = await openSheet(
      { 'plans.make': () => new Promise((resolve) => (finish = resolve)) },
      [NEW_TAG],
    );
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(1);
    });
    const [made] = asked(host, 'plans.make');
    // The input of plans.make, as the contract declares it.
    const { planId } = made as { planId: string };
    host.emit('plans.changed', { planId, plan: planFor('4xp1xu5x?') });
    expect(await screen.findByText(/so far/)).toBeTruthy();
    expect(screen.getByText(/reading the disk/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: /^Push/ }));
    await waitFor(() => {
      expect(onClose).toHaveBeenCalledOnce();
    });
    expect(asked(host, 'jobs.push')).toMatchObject([{ references: [NEW_TAG], expectedTags: { [NEW_TAG]: null } }]);
    finish(planFor('p'));
  });

  it('stops the reading when it closes', async () => {
    const { host, view } = await openSheet({ 'plans.make': () => new Promise(() => undefined) }, [NEW_TAG]);
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(1);
    });
    view.unmount();
    expect(host.requests.find(({ method }) => method === 'plans.make')?.signal.aborted).toBe(true);
  });

  it('warns of a tag that moves, a suspended VM, a kept upload time and a held lock', async () => {
    const target = sampleTarget(sampleLayers(drawnDisk('3xp')), { knownUploadTime: '2026-11-20T14:40:00Z' });
    const plan = samplePlan([target], { suspended: true, source: 'lock' });
    await openSheet(
      { 'plans.make': () => Promise.resolve(plan) },
      target.references.map(({ reference }) => reference),
    );
    expect((await screen.findByText(/moves from/)).textContent).toBe(
      'latest in macos/sonoma moves from d8a8d…139ee to this image.',
    );
    expect(screen.getByText(/is suspended/)).toBeTruthy();
    expect(screen.getByText(/its upload time stays/)).toBeTruthy();
    expect(screen.getByText(/cannot start until its disk has been read/)).toBeTruthy();
  });

  it('says what the registry said and plans again', async () => {
    const refusal = new AppError('registry.unreachable', { host: 'ghcr.io', registry: 'ghcr.io' });
    const make = vi.fn().mockRejectedValueOnce(refusal).mockResolvedValue(planFor('p2xu'));
    const { host, user } = await openSheet({ 'plans.make': make }, [NEW_TAG]);
    expect(await screen.findByText('registry.unreachable')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Copy details' }));
    expect(asked(host, 'app.copyText')).toEqual([
      { text: 'code: registry.unreachable\nhost: ghcr.io\nregistry: ghcr.io' },
    ]);
    await user.click(
      within(screen.getByText('registry.unreachable').closest('section') ?? document.body).getByRole('button', {
        name: 'Plan again',
      }),
    );
    expect(await screen.findByText(/will be uploaded/)).toBeTruthy();
  });

  it('moves a tag that moved meanwhile only when told to', async () => {
    const conflict = new AppError('tag.conflict', { reference: NEW_TAG });
    const make = vi.fn().mockRejectedValueOnce(conflict).mockResolvedValue(planFor('p2xu'));
    const { host, user } = await openSheet({ 'plans.make': make }, [NEW_TAG]);
    await user.click(await screen.findByRole('button', { name: 'Move the tag anyway' }));
    expect(await screen.findByText(/will be uploaded/)).toBeTruthy();
    expect(asked(host, 'plans.make')).toMatchObject([{ force: false }, { force: true }]);
  });

  it('pushes with the keyboard and copies the same push as a command', async () => {
    const { host, onClose, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p2xu')) }, [
      NEW_TAG,
    ]);
    await screen.findByText(/will be uploaded/);
    await user.click(screen.getByRole('button', { name: 'Copy as command' }));
    expect(asked(host, 'app.copyText')).toEqual([{ text: `tartan push sonoma-xcode-16.2 ${NEW_TAG}` }]);
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => {
      expect(onClose).toHaveBeenCalledOnce();
    });
    expect(asked(host, 'jobs.push')).toHaveLength(1);
  });

  it('shows only the layers of the verdict that is clicked', async () => {
    const { user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp2xm3xu')) }, [NEW_TAG]);
    await user.click(await screen.findByRole('button', { name: /^Mount2 layers/ }));
    const rows = within(screen.getByRole('grid', { name: 'Layers' }))
      .getAllByRole('row')
      .slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^42\.0–2\.5cacheMount/),
      expect.stringMatching(/^52\.5–3\.0cacheMount/),
    ]);
  });
});
