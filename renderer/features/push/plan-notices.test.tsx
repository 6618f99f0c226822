// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { asked, NEW_TAG, openSheet, planFor, REGISTRY } from '../../../test/fixtures/window/open-push-sheet.tsx';
import { prepareTestWindow } from '../../../test/fixtures/window/render-window.tsx';
import { drawnDisk, sampleLayers, samplePlan, sampleTarget } from '../../../test/fixtures/window/samples.ts';

prepareTestWindow();

describe('what a plan warns of', () => {
  it('tells before the push that a registry takes fewer layers, and does not offer to push', async () => {
    const target = sampleTarget(sampleLayers(drawnDisk('4xp3xu')), {
      registry: 'ghcr.io',
      repository: 'acme/sonoma',
      layerLimit: 5,
      references: [{ reference: NEW_TAG, tag: '16.2', state: 'new', previousDigest: null }],
    });
    await openSheet({ 'plans.make': () => Promise.resolve(samplePlan([target])) }, [NEW_TAG]);
    expect((await screen.findByRole('alert')).textContent).toBe(
      `ghcr.io takes 5 layers at most; this image has ${target.layers.length}.`,
    );
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Push/ }).disabled).toBe(true);
  });

  it('warns of a tag that moves, a suspended VM, a kept upload time and a held lock', async () => {
    const target = sampleTarget(sampleLayers(drawnDisk('3xpu')), { knownUploadTime: '2026-11-20T14:40:00Z' });
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

  it('says nothing of a held lock where no byte of the disk is to be read', async () => {
    const target = sampleTarget(sampleLayers(drawnDisk('3xpdmzZ')));
    const plan = samplePlan([target], { suspended: true, source: 'lock' });
    await openSheet(
      { 'plans.make': () => Promise.resolve(plan) },
      target.references.map(({ reference }) => reference),
    );
    expect(await screen.findByText(/is suspended/)).toBeTruthy();
    expect(screen.queryByText(/cannot start/)).toBeNull();
  });

  it('compares what is pushed with the image that a tag leaves, and keeps what was typed for when it comes back', async () => {
    const target = sampleTarget(sampleLayers(drawnDisk('3xpu')));
    const references = target.references.map(({ reference }) => reference);
    const { onCompare, user } = await openSheet(
      { 'plans.make': () => Promise.resolve(samplePlan([target])) },
      references,
    );
    const compare = await screen.findByRole('button', { name: 'Compare with the image that latest points at' });
    await user.click(screen.getByRole('button', { name: 'Options' }));
    await user.click(screen.getByRole('checkbox', { name: 'Read back after the push' }));
    await user.click(compare);
    const image = `registry.acme.internal:5000/macos/sonoma@sha256:d8a8d${'7'.repeat(54)}139ee`;
    expect(onCompare.mock.calls).toMatchObject([
      [
        { kind: 'image', name: image },
        { references, choices: { verify: true } },
      ],
    ]);
  });

  it('names the tags that the old image keeps', async () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const target = sampleTarget(sampleLayers(drawnDisk('p2xu')), {
      registry: 'ghcr.io',
      repository: 'acme/sonoma',
      references: [{ reference: 'ghcr.io/acme/sonoma:sonoma', tag: 'sonoma', state: 'moves', previousDigest: digest }],
    });
    await openSheet(
      {
        'registries.list': () => Promise.resolve([REGISTRY]),
        'plans.make': () => Promise.resolve(samplePlan([target])),
      },
      ['ghcr.io/acme/sonoma:sonoma'],
    );
    expect((await screen.findByText(/moves from/)).textContent).toBe(
      'sonoma in acme/sonoma moves from 11111…11111 to this image. The old image keeps its tag 14.4.1.',
    );
  });

  it('tells of tags that leave one image in one notice', async () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const moved = (tag: string) =>
      ({ reference: `ghcr.io/acme/sonoma:${tag}`, tag, state: 'moves', previousDigest: digest }) as const;
    const target = sampleTarget(sampleLayers(drawnDisk('p2xu')), {
      registry: 'ghcr.io',
      repository: 'acme/sonoma',
      references: [moved('sonoma'), moved('14.4.1')],
    });
    await openSheet(
      {
        'registries.list': () => Promise.resolve([REGISTRY]),
        'plans.make': () => Promise.resolve(samplePlan([target])),
      },
      ['ghcr.io/acme/sonoma:sonoma', 'ghcr.io/acme/sonoma:14.4.1'],
    );
    const notices = await screen.findAllByText(/moves? from/);

    expect(notices.map(({ textContent }) => textContent)).toEqual([
      'sonoma, 14.4.1 in acme/sonoma move from 11111…11111 to this image. No other tag names the old image.',
    ]);
  });

  it('asks before a cached image gets a new manifest', async () => {
    const cachedImage = { digest: `sha256:${'2'.repeat(64)}`, manifest: 'newNeeded', reason: 'layerMissing' } as const;
    const plans = [
      planFor('p2xu', { cachedImage }),
      planFor('p2xu', { cachedImage: { ...cachedImage, manifest: 'new' } }),
    ];
    const { host, user } = await openSheet(
      { 'plans.make': ({ newManifest }) => Promise.resolve(plans[newManifest === true ? 1 : 0] ?? planFor('p')) },
      [NEW_TAG],
    );
    const agree = await screen.findByRole('button', { name: 'Use a new manifest' });
    expect(screen.getByRole('button', { name: /^Push/ }).hasAttribute('disabled')).toBe(true);
    await user.click(agree);
    await waitFor(() => {
      expect(screen.getByRole('button', { name: /^Push/ }).hasAttribute('disabled')).toBe(false);
    });
    await user.click(screen.getByRole('button', { name: /^Push/ }));
    expect(asked(host, 'jobs.push')).toMatchObject([{ newManifest: true }]);
  });
});
