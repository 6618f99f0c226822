// @vitest-environment jsdom
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { sampleRegistry } from '../../../test/fixtures/window/sample-registry.ts';
import { AddRegistry } from './add-registry.tsx';

prepareTestWindow();

it('is filled in at once: the host has the focus, and Enter tests and adds it', async () => {
  const host = createMemoryHost({
    'registries.add': () => Promise.resolve(sampleRegistry()),
    'registries.read': () => Promise.resolve(sampleRegistry()),
  });
  const onAdded = vi.fn();
  await renderWindow(host, <AddRegistry onClose={() => undefined} onAdded={onAdded} />);
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Host' }));
  await userEvent.setup().keyboard('registry.acme:5000{Enter}');
  await waitFor(() => {
    expect(onAdded.mock.calls).toEqual([['registry.acme:5000']]);
  });
});
