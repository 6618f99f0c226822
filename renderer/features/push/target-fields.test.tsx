// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { asked, NEW_TAG, openSheet, planFor, REGISTRY } from '../../../test/fixtures/window/open-push-sheet.tsx';
import { prepareTestWindow } from '../../../test/fixtures/window/render-window.tsx';

prepareTestWindow();

describe('the targets of a push', () => {
  it('suggests repositories and tags that are known, picked with the arrows', async () => {
    const { host, user } = await openSheet({
      'registries.list': () => Promise.resolve([REGISTRY]),
      'plans.make': () => Promise.resolve(planFor('p')),
    });
    await user.keyboard('son');
    const list = await screen.findByRole('listbox', { name: 'Known repositories and tags' });
    expect(
      within(list)
        .getAllByRole('option')
        .map((option) => option.textContent),
    ).toEqual(['ghcr.io/acme/sonoma']);
    await user.keyboard('{ArrowDown}{Enter}1{ArrowDown}{Enter}');
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toMatchObject([{ references: ['ghcr.io/acme/sonoma:14.4.1'] }]);
    });
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('closes the list with Escape and keeps the sheet', async () => {
    const { onClose, user } = await openSheet({ 'registries.list': () => Promise.resolve([REGISTRY]) });
    await user.keyboard('son');
    expect(await screen.findByRole('listbox')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    expect(onClose).not.toHaveBeenCalled();
    await user.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('takes a whole reference where a tag is typed: a tag more, or a target more', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) }, [NEW_TAG]);
    await user.keyboard('ghcr.io/acme/sonoma:latest{Enter}ghcr.io/acme/runners:1{Enter}');
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toMatchObject([
        { references: [NEW_TAG, 'ghcr.io/acme/sonoma:latest', 'ghcr.io/acme/runners:1'] },
      ]);
    });
    expect(screen.getAllByRole('combobox')).toHaveLength(2);
  });

  it('spreads pasted references over the fields', async () => {
    const { host, user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) });
    await user.paste(`${NEW_TAG}\nghcr.io/acme/runners:1 ghcr.io/acme/sonoma:latest\n`);
    await waitFor(() => {
      expect(asked(host, 'plans.make')).toMatchObject([
        { references: [NEW_TAG, 'ghcr.io/acme/sonoma:latest', 'ghcr.io/acme/runners:1'] },
      ]);
    });
  });

  it('says at once that Tart cannot pull a tag', async () => {
    const { user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) });
    await user.keyboard('ghcr.io/acme/sonoma:v1__x');
    expect(screen.getByText(/^Tart cannot pull ghcr.io\/acme\/sonoma:v1__x/)).toBeTruthy();
  });

  it('says where a reference stops to fit, and offers the correction', async () => {
    const { user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('p')) });
    await user.keyboard('ghcr.io/Acme/sonoma:16.2');
    const field = screen.getByRole('combobox', { name: 'Target' });
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

  it('makes a field of what was typed once a press elsewhere is over, and leaves the focus there', async () => {
    const { user } = await openSheet({ 'plans.make': () => Promise.resolve(planFor('4xp3xu')) }, [NEW_TAG]);
    await user.keyboard('ghcr.io/acme/linux:1');
    const options = screen.getByRole('button', { name: 'Options' });
    await user.pointer({ keys: '[MouseLeft>]', target: options });
    expect(screen.getAllByRole('combobox')).toHaveLength(1);
    await user.pointer({ keys: '[/MouseLeft]', target: options });
    expect(await screen.findByRole('combobox', { name: 'Target 2' })).toBeTruthy();
    expect([document.activeElement, options.getAttribute('aria-expanded')]).toEqual([options, 'true']);
  });
});
