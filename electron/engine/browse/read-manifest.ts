import { AppError } from '../../../shared/errors/app-error.ts';
import type { RemoteManifest } from '../registry/distribution-client.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/**
 * The manifest behind a tag or digest. With `known`, what it was when it was last seen, no bytes come where it still is that.
 *
 * @throws AppError `manifest.notFound`
 */
export async function manifestOf(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal: AbortSignal,
  known?: RemoteManifest,
): Promise<RemoteManifest> {
  const options = known === undefined ? {} : { known };
  const found = await client.getManifest(repository, reference, { signal, access: 'pull', ...options });
  if (found === null)
    throw new AppError('manifest.notFound', { host: client.host, reference: `${repository}:${reference}` });
  return found;
}
