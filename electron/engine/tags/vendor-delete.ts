import { z } from 'zod';
import { AppError, assertNever } from '../../../shared/errors/app-error.ts';
import { answerError } from '../registry/answer-error.ts';
import { deleteScope } from '../registry/auth/scopes.ts';
import { type DeleteAnswer, deleteAnswerOf } from '../registry/delete-manifest.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

/** Ways through a vendor's own API. */
export type VendorWay = 'harborApi' | 'hubApi' | 'acrApi';

/** A tag of a repository, and the digest that it has. */
export interface VendorTag {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Deletes one tag through the vendor's own API; its manifest and other tags stay. @throws AppError as a DELETE of the registry */
export async function deleteByVendor(
  way: VendorWay,
  client: RegistryClient,
  tag: VendorTag,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  switch (way) {
    case 'harborApi':
      return await deleteInHarbor(client, tag, signal);
    case 'acrApi':
      return await deleteInAzure(client, tag, signal);
    case 'hubApi':
      return await deleteInHub(client, tag, signal);
    default:
      return assertNever(way);
  }
}

/** Harbor 2: the first part of a name is the project; slashes in the rest are encoded twice. Its API takes the account by Basic. */
async function deleteInHarbor(
  { requester }: RegistryClient,
  { repository, tag, digest }: VendorTag,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  const [project = '', ...rest] = repository.split('/');
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')));
  const to = `/api/v2.0/projects/${project}/repositories/${name}/artifacts/${digest}/tags/${tag}`;
  const authorization = await requester.authorizer.basic(repository, signal);
  const url = new URL(to, await requester.origin(signal)).href;
  const answer = await requester.transport.exchange({ method: 'DELETE', url, headers: { authorization }, signal });
  if (answer.status === 401)
    throw new AppError('auth.unauthorized', answerError(requester.host, 'DELETE', url, answer).params);
  return deleteAnswerOf(requester.host, answer);
}

/** Azure: `DELETE /acr/v1/<name>/_tags/<tag>`, with the same token as a deletion of the registry. */
async function deleteInAzure(
  { requester }: RegistryClient,
  { repository, tag }: VendorTag,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  const answer = await requester.send(
    {
      method: 'DELETE',
      to: `/acr/v1/${repository}/_tags/${tag}`,
      scopes: [`repository:${repository}:delete`],
      repeatable: true,
    },
    signal,
  );
  return deleteAnswerOf(requester.host, answer);
}

/** GitLab before August 2023: `DELETE /v2/<name>/tags/reference/<tag>`, where the newer ones take the registry's own form. */
export async function deleteInOldGitlab(
  { requester }: RegistryClient,
  { repository, tag }: VendorTag,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  const to = `${repository}/tags/reference/${tag}`;
  const scopes = [deleteScope(repository)];
  const answer = await requester.send({ method: 'DELETE', to, scopes, repeatable: true }, signal);
  return deleteAnswerOf(requester.host, answer);
}

const HUB = 'https://hub.docker.com';
const hubTokenSchema = z.object({ token: z.string().min(1) });

/**
 * Docker Hub: its registry deletes no tags, hub.docker.com does. The account of the registry is that of the hub, one owner
 * and one password; it goes to that one address and nowhere else.
 */
async function deleteInHub(
  { requester }: RegistryClient,
  { repository, tag }: VendorTag,
  signal: AbortSignal,
): Promise<DeleteAnswer> {
  const { transport, host } = requester;
  const { username, secret } = await requester.authorizer.password(repository, signal);
  const url = `${HUB}/v2/users/login`;
  const signIn = await transport.exchange({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ username, password: secret })),
    signal,
  });
  if (signIn.status === 401) throw new AppError('auth.unauthorized', answerError(host, 'POST', url, signIn).params);
  if (signIn.status !== 200) throw answerError(host, 'POST', url, signIn);
  const answer = await transport.exchange({
    method: 'DELETE',
    url: `${HUB}/v2/repositories/${repository}/tags/${tag}/`,
    headers: { authorization: `Bearer ${hubToken(host, signIn.body)}` },
    signal,
  });
  return deleteAnswerOf(host, answer);
}

function hubToken(host: string, body: string): string {
  try {
    return hubTokenSchema.parse(JSON.parse(body)).token;
  } catch (cause) {
    throw new AppError('registry.protocol', { host, reason: 'token' }, { cause });
  }
}
