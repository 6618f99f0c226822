import { expect, it } from 'vitest';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import { ManifestReader } from './manifest-reader.ts';

const MANIFEST: RemoteManifest = { digest: 'sha256:1', mediaType: 'application/json', bytes: new Uint8Array() };
const never = new AbortController().signal;

it('a manifest that several changes need is read once, also where the first of them is given up', async () => {
  const asked: { readonly signal: AbortSignal; answer(found: RemoteManifest): void }[] = [];
  const getManifest = (_repository: string, _digest: string, { signal }: { signal: AbortSignal }) =>
    new Promise<RemoteManifest>((answer) => asked.push({ signal, answer }));
  const reader = new ManifestReader({ getManifest }, 'acme/vm');
  const given = new AbortController();
  const first = reader.find(MANIFEST.digest, given.signal).catch(() => 'given up');
  const second = reader.find(MANIFEST.digest, never);
  given.abort();
  const gave = await first;
  const goesOn = asked[0]?.signal.aborted === false;
  asked[0]?.answer(MANIFEST);

  expect({
    gave,
    goesOn,
    second: await second,
    third: await reader.find(MANIFEST.digest, never),
    asked: asked.length,
  }).toEqual({
    gave: 'given up',
    goesOn: true,
    second: MANIFEST,
    third: MANIFEST,
    asked: 1,
  });
});
