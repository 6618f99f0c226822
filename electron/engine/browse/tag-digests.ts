import { limited } from '../plan/limited.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Small requests of one look at a registry that are under way at once. */
export const REQUESTS_AT_ONCE = 16;

/** Digests of these tags by parallel HEADs; one that is gone meanwhile is left out. */
export async function tagDigests(
  client: RegistryClient,
  repository: string,
  tags: readonly string[],
  signal: AbortSignal,
  onAsked: (asked: number) => void = () => undefined,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  let asked = 0;
  await limited(
    tags,
    () => client.atOnce(REQUESTS_AT_ONCE),
    signal,
    async (tag, stopped) => {
      const found = await client.headManifest(repository, tag, { signal: stopped, access: 'pull' });
      if (found !== null) digests.set(tag, found.digest);
      asked += 1;
      onAsked(asked);
    },
  );
  return digests;
}
