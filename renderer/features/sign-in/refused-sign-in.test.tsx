// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Registry } from '../../../shared/models/registry.ts';
import { DEFAULT_CHOICES } from '../../../shared/models/registry-choices.ts';
import type { CredentialList } from '../../../shared/models/sign-in.ts';
import { createMemoryHost, type MemoryHost } from '../../../test/fixtures/window/memory-host.ts';
import { prepareTestWindow, renderWindow } from '../../../test/fixtures/window/render-window.tsx';
import { sampleVm } from '../../../test/fixtures/window/samples.ts';
import { signInRequest } from '../../state/sign-in-request.ts';
import { RegistryDetail } from '../detail/registry-detail.tsx';
import { PushSheet } from '../push/push-sheet.tsx';
import { SignIn } from './sign-in-dialog.tsx';

prepareTestWindow();

const source = { account: 'acme-bot', namespace: null, changedMs: null, inUse: false, own: false, error: null };
const list: CredentialList = {
  host: 'ghcr.io',
  chosen: null,
  sources: [
    { ...source, source: 'vault', inUse: true, own: true },
    { ...source, source: 'docker', account: 'kim', changedMs: new Date(2026, 10, 20, 14, 2).getTime() },
  ],
  keeping: 'system',
};
const registry: Registry = {
  host: 'ghcr.io',
  thisComputer: false,
  insecure: false,
  choices: DEFAULT_CHOICES,
  capabilities: null,
  health: 'refused',
  account: { name: 'acme-bot', source: 'vault', acceptedMs: new Date(2026, 10, 21, 14, 2).getTime() },
  error: new AppError('auth.unauthorized', { host: 'ghcr.io', account: 'acme-bot', status: 401 }).toData(),
  askedMs: 1,
  listedMs: null,
  repositories: [],
};

async function show(shown: Registry): Promise<MemoryHost> {
  const host = createMemoryHost({
    'registries.credentials': () => Promise.resolve(list),
    'registries.chooseCredentials': () => Promise.resolve(list),
    'registries.read': () => Promise.resolve(registry),
    'jobs.list': () => Promise.resolve([]),
  });
  const nothing = (): void => undefined;
  await renderWindow(
    host,
    <RegistryDetail registry={shown} onSettings={nothing} onRemove={nothing} onSelect={nothing} onShowJob={nothing} />,
  );
  return host;
}

const buttons = (): (string | null)[] => screen.getAllByRole('button').map(({ textContent }) => textContent);

it('a sign-in that was accepted and is refused now says since when, and what else there is', async () => {
  const host = await show(registry);
  await screen.findByText(/^Docker holds another sign-in for ghcr\.io, that of kim, changed 20 Nov/);
  screen.getByRole('heading', { name: 'ghcr.io no longer accepts your sign-in' });
  screen.getByText(/The sign-in of acme-bot was accepted until 14:02 and has been refused since/);
  expect(buttons()).toEqual(
    expect.arrayContaining(['Sign in…', 'Use Docker’s sign-in', 'Browse without signing in', 'Try again']),
  );
  fireEvent.click(screen.getByRole('button', { name: 'Use Docker’s sign-in' }));
  await waitFor(() => {
    expect(host.requests.map(({ method, input }) => [method, input])).toEqual(
      expect.arrayContaining([
        ['registries.chooseCredentials', { host: 'ghcr.io', source: 'docker' }],
        ['registries.read', { host: 'ghcr.io' }],
      ]),
    );
  });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in…' }));
  expect(signInRequest.getState().host).toBe('ghcr.io');
});

it('a sign-in that was never accepted is told in the error’s own words', async () => {
  await show({ ...registry, account: { name: 'acme-bot', source: 'vault' } });
  screen.getByRole('heading', { name: 'ghcr.io does not accept the sign-in.' });
});

it('asks for the account in the first field of its dialog, and for the password alone where the account is known', async () => {
  const unknown = createMemoryHost({
    'registries.credentials': () => Promise.resolve({ ...list, sources: [] }),
    'jobs.list': () => Promise.resolve([]),
  });
  signInRequest.setState({ host: 'ghcr.io', then: null });
  const { unmount } = await renderWindow(unknown, <SignIn insecureHosts={[]} />);
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'User name' }));
  });
  unmount();
  const known = createMemoryHost({
    'registries.credentials': () => Promise.resolve(list),
    'jobs.list': () => Promise.resolve([]),
  });
  await renderWindow(known, <SignIn insecureHosts={[]} />);
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  });
  signInRequest.setState({ host: null, then: null });
});

it('takes the focus from the push sheet that it was asked for in', async () => {
  const host = createMemoryHost({
    'registries.list': () => Promise.resolve([]),
    'registries.credentials': () => Promise.resolve({ ...list, sources: [] }),
    'jobs.list': () => Promise.resolve([]),
    'plans.make': () => Promise.reject(new AppError('auth.required', { host: 'ghcr.io' })),
  });
  const nothing = (): void => undefined;
  const start = { references: ['ghcr.io/acme/sonoma:16.2'] };
  await renderWindow(
    host,
    <>
      <PushSheet vm={sampleVm()} start={start} onClose={nothing} onCompare={nothing} />
      <SignIn insecureHosts={[]} />
    </>,
  );
  fireEvent.click(await screen.findByRole('button', { name: 'Sign in…' }));
  const field = await screen.findByRole('textbox', { name: 'User name' });
  await waitFor(() => {
    expect(document.activeElement).toBe(field);
  });
  signInRequest.setState({ host: null, then: null });
});
