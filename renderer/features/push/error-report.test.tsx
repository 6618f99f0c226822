// @vitest-environment jsdom
import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { createMemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { ErrorReport } from './error-report.tsx';

prepareTestWindow();

it('an error says once what two of its facts say alike', async () => {
  const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const params = { host: 'ghcr.io', registry: 'ghcr.io', status: 503 };
  const error = new AppError('registry.unavailable', params).toData();
  await renderWindow(createMemoryHost({}), <ErrorReport error={error} actions={null} onCopy={() => undefined} />);
  const facts = screen
    .getAllByRole('term')
    .map((term) => `${term.textContent}: ${String(term.nextSibling?.textContent)}`);

  expect({ facts, complaints: complaints.mock.calls }).toEqual({
    facts: ['Code: registry.unavailable', 'Registry: ghcr.io', 'Answer: 503'],
    complaints: [],
  });
  complaints.mockRestore();
});

it('a proxy that is no address is named by its variable', async () => {
  const error = new AppError('proxy.invalid', { host: 'ghcr.io', variable: 'HTTPS_PROXY' }).toData();
  await renderWindow(createMemoryHost({}), <ErrorReport error={error} actions={null} onCopy={() => undefined} />);
  const facts = screen.getAllByRole('term').map((term) => term.textContent);

  expect(screen.getByText('The proxy for ghcr.io is not known: HTTPS_PROXY holds no address.')).toBeTruthy();
  expect(facts).toEqual(['Code', 'Registry', 'Variable']);
});
