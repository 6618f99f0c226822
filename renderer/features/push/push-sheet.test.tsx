// @vitest-environment jsdom
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Plan } from '../../../shared/models/plan.ts';
import { asked, NEW_TAG, openSheet, planFor } from '../../../test/fixtures/window/open-push-sheet.tsx';
import { prepareTestWindow } from '../../../test/fixtures/window/render-window.tsx';
import {
  drawnDisk,
  sampleJob,
  sampleLayers,
  samplePlan,
  sampleTarget,
  summaryOf,
} from '../../../test/fixtures/window/samples.ts';

prepareTestWindow();

describe('the push sheet', () => {
  it('starts in the first field and plans by itself once the reference stands', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp3xu')) });
    expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Target' }));
    await user.keyboard('ghcr.io/acme/sonoma');
    expect(asked(host, 'plans.make')).toEqual([]);
    await user.keyboard(':16.2');
    expect(await screen.findByText(/will be uploaded/)).toBeTruthy();
    expect(asked(host, 'plans.make')).toMatchObject([
      { vmId: 'vm:sonoma-xcode-16.2', references: [NEW_TAG], insecure: false, verify: false, force: false },
    ]);
  });

  it('offers again where this VM went last, and plans at once', async () => {
    const job = summaryOf(
      sampleJob([], { vmId: 'vm:sonoma-xcode-16.2', references: [NEW_TAG, 'ghcr.io/acme/sonoma:latest'] }),
    );
    const { host } = await openSheet({
      'jobs.list': () => Promise.resolve([job]),
      'plans.make': () => Promise.resolve(planFor('4xp3xu')),
    });
    expect(await screen.findByRole('button', { name: /^latest/ })).toBeTruthy();
    expect(await screen.findByText(/will be uploaded/)).toBeTruthy();
    expect(asked(host, 'plans.make')).toMatchObject([{ references: [NEW_TAG, 'ghcr.io/acme/sonoma:latest'] }]);
  });

  it('cannot push what was not planned', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => new Promise(() => undefined) }, [NEW_TAG]);
    expect(screen.getByRole('button', { name: /^Push/ }).hasAttribute('disabled')).toBe(true);
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(asked(host, 'jobs.push')).toEqual([]);
  });

  it('pushes with the labels, the pace and the checks of the options, without a new plan for them', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p2xu')) }, [NEW_TAG]);
    await screen.findByText(/will be uploaded/);
    await user.click(screen.getByRole('button', { name: 'Options' }));
    await user.type(screen.getByRole('textbox', { name: 'Layers at a time' }), '8{Tab}');
    await user.type(screen.getByRole('textbox', { name: 'MB a piece' }), '16{Tab}');
    await user.click(screen.getByRole('checkbox', { name: 'Read back after the push' }));
    expect(asked(host, 'plans.make')).toHaveLength(1);
    await user.type(screen.getByRole('textbox', { name: /^Labels/ }), 'org.example.build=42, team=ci');
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(2);
    });
    await screen.findByText(/Plan made/);
    await user.click(screen.getByRole('button', { name: /^Push/ }));
    await waitFor(() => {
      expect(asked(host, 'jobs.push')).toMatchObject([
        {
          labels: { 'org.example.build': '42', team: 'ci' },
          concurrency: 8,
          pieceSize: 16_000_000,
          verify: true,
          insecure: false,
        },
      ]);
    });
  });

  it('sends a layer again, or everything, where the person says so by the menu of a layer', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const plan = planFor('2xu');
    const layers = plan.targets[0]?.layers.map((layer) => (layer.index === 2 ? { ...layer, digest } : layer)) ?? [];
    const shown = samplePlan([sampleTarget(layers, { registry: 'ghcr.io', repository: 'acme/sonoma' })]);
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(shown) }, [NEW_TAG]);
    const table = await screen.findByRole('grid', { name: 'Layers' });
    const choose = async (command: string): Promise<void> => {
      table.focus();
      await user.keyboard('{Home}{ArrowDown}{ArrowDown}');
      fireEvent.contextMenu(table);
      await user.click(await screen.findByRole('menuitem', { name: command }));
    };
    await choose('Send this layer again');
    await waitFor(() => {
      expect(asked(host, 'plans.make').at(-1)).toMatchObject({ sendAgain: [digest] });
    });
    await choose('Send only what is missing');
    await choose('Send everything again');
    await waitFor(() => {
      expect(asked(host, 'plans.make').at(-1)).toMatchObject({ sendAgain: 'all' });
    });
  });

  it('copies the digest of the layer that is marked in the table', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const plan = planFor('2xu');
    const layers = plan.targets[0]?.layers.map((layer) => (layer.index === 2 ? { ...layer, digest } : layer)) ?? [];
    const shown = samplePlan([sampleTarget(layers, { registry: 'ghcr.io', repository: 'acme/sonoma' })]);
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(shown) }, [NEW_TAG]);
    const table = await screen.findByRole('grid', { name: 'Layers' });
    expect(within(table).getByText('ababa…babab').getAttribute('data-tip')).toBe(`Layer ${digest}`);
    table.focus();
    await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{Control>}c{/Control}');
    expect(asked(host, 'app.copyText')).toEqual([{ text: digest }]);
  });

  it('shows the price, the verdicts and each layer of the plan', async () => {
    await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp2xm3xu2xz')) }, [NEW_TAG]);
    expect(await screen.findByRole('button', { name: /^Push ~ \d+ MB/ })).toBeTruthy();
    const lines = within(screen.getByRole('list')).getAllByRole('button');
    expect(lines.map((line) => line.textContent)).toEqual([
      expect.stringMatching(/^Present5 layers.*already in acme\/sonoma, checked one by one$/),
      expect.stringMatching(/^Mount2 layers.*mounted from macos\/xcode inside the registry$/),
      expect.stringMatching(/^Duplicate2 layers6.5 MBsame digest earlier in this image$/),
      '2 are zero chunks',
      expect.stringMatching(/^Upload4 layers.*changed since the last push$/),
    ]);
    const table = screen.getByRole('grid', { name: 'Layers' });
    expect(within(table).getAllByRole('row')).toHaveLength(1 + 4);
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
    // The push goes on from what the plan has read.
    expect(asked(host, 'jobs.push')).toMatchObject([
      { references: [NEW_TAG], expectedTags: { [NEW_TAG]: null }, planId },
    ]);
    finish(planFor('p'));
  });

  it('says why a registry is asked again, and when', async () => {
    const { host } = await openSheet({ 'plans.make': () => new Promise(() => undefined) }, [NEW_TAG]);
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(1);
    });
    // The input of plans.make, as the contract declares it.
    const { planId } = asked(host, 'plans.make')[0] as { planId: string };
    const error = new AppError('registry.unreachable', { host: 'ghcr.io', reason: 'ENOTFOUND' }).toData();
    const atMs = Date.now() + 60_000;
    host.emit('plans.retrying', { planId: 'another', retry: { attempt: 2, attempts: 5, atMs, error } });
    host.emit('plans.retrying', { planId, retry: { attempt: 3, attempts: 5, atMs, error } });

    expect(await screen.findByText(/^Try 3 of 5 in \d\d s: ghcr\.io cannot be reached/)).toBeTruthy();
    expect(screen.getByText(/^Asking the registry/).textContent).toMatch(/ghcr\.io cannot be reached/);
    host.emit('plans.changed', { planId, plan: planFor('4xp1xu5x?') });
    await waitFor(() => {
      expect(screen.queryByText(/^Try/)).toBeNull();
    });
  });

  it('says which image chunks differ from that are in no push of the VM', async () => {
    const changedFrom = { kind: 'image', name: 'ghcr.io/acme/base:1', madeMs: 5 } as const;
    const plan = planFor('4xp2xu');
    const layers = plan.targets[0]?.layers.map((layer) =>
      layer.kind === 'disk' && layer.verdict === 'upload' ? { ...layer, changedSinceMs: 5, changedFrom } : layer,
    );
    await openSheet(
      { 'plans.make': () => Promise.resolve({ ...plan, targets: [{ ...sampleTarget([]), layers: layers ?? [] }] }) },
      [NEW_TAG],
    );

    expect(await screen.findByText('differs from ghcr.io/acme/base:1, found nowhere')).toBeTruthy();
    expect(screen.getAllByText('differs from ghcr.io/acme/base:1')).not.toHaveLength(0);
  });

  it('lets go what a complete plan holds when it closes, and says since when what is sent is another one', async () => {
    const changedSinceMs = new Date(2026, 10, 12, 14, 2).getTime();
    const plan = planFor('4xp2xu');
    const layers = plan.targets[0]?.layers.map((layer) =>
      layer.kind === 'disk' && layer.verdict === 'upload' ? { ...layer, changedSinceMs } : layer,
    );
    const { host, unmount } = await openSheet(
      { 'plans.make': () => Promise.resolve({ ...plan, targets: [{ ...sampleTarget([]), layers: layers ?? [] }] }) },
      [NEW_TAG],
    );
    expect(await screen.findByText(/changed since 12 Nov.*, found nowhere/)).toBeTruthy();
    expect(screen.getAllByText(/^changed since 12 Nov/)).not.toHaveLength(0);
    const [made] = asked(host, 'plans.make');
    unmount();
    await waitFor(() => {
      // The input of plans.make, as the contract declares it.
      expect(asked(host, 'plans.close')).toEqual([{ planId: (made as { planId: string }).planId }]);
    });
  });

  it('stops the reading when it closes', async () => {
    const { host, unmount } = await openSheet({ 'plans.make': () => new Promise(() => undefined) }, [NEW_TAG]);
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toHaveLength(1);
    });
    unmount();
    expect(host.requests.find(({ method }) => method === 'plans.make')?.signal.aborted).toBe(true);
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

  it('keeps a local copy when told to, shows what it costs, and remembers the choice', async () => {
    const remote = planFor('4xp3xu');
    const local = sampleTarget(sampleLayers(drawnDisk('7xp')), {
      place: 'store',
      registry: 'oci:/state/store',
      repository: 'acme/sonoma',
      references: [{ reference: 'oci:/state/store:acme/sonoma:16.2', tag: '16.2', state: 'new', previousDigest: null }],
    });
    const both = { ...remote, targets: [...remote.targets, local] };
    const handlers: Partial<Handlers> = {
      'plans.make': ({ keepLocal }) => Promise.resolve(keepLocal === true ? both : remote),
    };
    const { host, user, unmount } = await openSheet(handlers, [NEW_TAG]);
    await screen.findByText(/will be uploaded/);
    await user.click(screen.getByRole('checkbox', { name: 'Keep a local copy' }));
    await user.click(await screen.findByRole('button', { name: /^writes/ }));
    expect(screen.getByText(/will be written/)).toBeTruthy();
    expect(screen.getByText('already in the local store, checked one by one')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Copy as command' }));
    await user.click(screen.getByRole('button', { name: /^Push/ }));
    expect(asked(host, 'app.copyText')).toEqual([{ text: `tartan push sonoma-xcode-16.2 ${NEW_TAG} --keep-local` }]);
    expect(asked(host, 'jobs.push')).toMatchObject([
      { keepLocal: true, expectedTags: { [NEW_TAG]: null, 'oci:/state/store:acme/sonoma:16.2': null } },
    ]);
    unmount();
    await openSheet(handlers, [NEW_TAG]);
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Keep a local copy' }).checked).toBe(true);
    localStorage.clear();
  });

  it('tells how long the push takes and at what speed, what was read for the plan, and how many requests are made', async () => {
    const plan = planFor('4xp3xu', { estimatedSeconds: 41, rate: 46e6 });
    const facts = (): (string | null)[] =>
      [...document.querySelectorAll('.plan-facts > span')].map(({ textContent }) => textContent);
    const { unmount } = await openSheet({ 'plans.make': () => Promise.resolve(plan) }, [NEW_TAG]);
    await screen.findByText(/will be uploaded/);
    const read = facts();
    const kinds = document.querySelector('.plan-facts > [data-tip]')?.getAttribute('data-tip');
    unmount();
    const unread = { ...plan, bytes: { ...plan.bytes, read: 0 }, estimatedSeconds: null, rate: null };
    await openSheet({ 'plans.make': () => Promise.resolve(unread) }, [NEW_TAG]);
    await screen.findByText(/will be uploaded/);

    expect({ read, kinds, unread: facts() }).toEqual({
      read: ['about 41 s at 46.0 MB/s', 'read 4.4 GB of the disk', '27 requests'],
      kinds: 'HEAD 11, mounts 0, uploads 10, manifests 6',
      unread: ['no disk byte was read', '27 requests'],
    });
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
