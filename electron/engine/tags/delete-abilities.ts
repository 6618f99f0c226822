import { randomBytes } from 'node:crypto';
import { type DeleteAnswer, deleteManifest } from '../registry/delete-manifest.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import type { DeleteAbilities } from './delete-ways.ts';

/** What is known of a host's deletions, and where what is found out is kept. */
export interface AbilityMemory {
  known(host: string): DeleteAbilities;
  /** It was found to be GitLab: before 2023 that deletes tags at an address of its own. */
  isGitlab(host: string): boolean;
  learn(host: string, found: Partial<DeleteAbilities>): void;
}

/**
 * What a registry deletes. Where that is not known it is asked to delete what does not exist: a tag and a digest of random
 * names. Nothing of anybody is touched by that, and the answers tell (404 = it would; 400, 405 = it does not).
 *
 * @throws AppError `registry.denied`, `auth.*` where the account may not delete
 */
export async function deleteAbilities(
  client: RegistryClient,
  repository: string,
  memory: AbilityMemory,
  signal: AbortSignal,
): Promise<DeleteAbilities> {
  const known = memory.known(client.host);
  let { tagDelete, digestDelete } = known;
  if (tagDelete === 'unknown') {
    const absent = `tartan-probe-${randomBytes(12).toString('hex')}`;
    const answer = await deleteManifest(client.requester, repository, absent, { signal });
    const deletes = answer.result !== 'unsupported' || memory.isGitlab(client.host);
    tagDelete = deletes ? 'tag' : (await isHarbor(client, signal)) ? 'harborApi' : 'digest';
    if (isSure(answer)) memory.learn(client.host, { tagDelete });
  }
  if (tagDelete === 'digest' && digestDelete === 'unknown') {
    const absent = `sha256:${randomBytes(32).toString('hex')}`;
    const answer = await deleteManifest(client.requester, repository, absent, { signal });
    digestDelete = answer.result === 'unsupported' ? 'no' : 'yes';
    if (isSure(answer)) memory.learn(client.host, { digestDelete });
  }
  return { tagDelete, digestDelete };
}

/** Whether an answer tells of the registry, and not of its maintenance or of what stands before it. */
export function isSure(answer: DeleteAnswer): boolean {
  return answer.result !== 'unsupported' || answer.sure;
}

/** Harbor says so at an address of its own API that needs no sign-in. */
async function isHarbor(client: RegistryClient, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await client.requester.send(
    { method: 'GET', to: '/api/v2.0/systeminfo', scopes: [], repeatable: false },
    signal,
  );
  return status === 200 && /"(harbor_version|auth_mode)"/.test(body);
}
