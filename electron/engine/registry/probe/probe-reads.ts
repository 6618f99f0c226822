import type { Capability } from '../../../../shared/models/capabilities.ts';
import type { CertificateChain } from '../../../../shared/models/certificate.ts';
import { parseChallenges } from '../auth/challenge.ts';
import { pullScope } from '../auth/scopes.ts';
import { softwareOf } from '../hosts/host-abilities.ts';
import type { RegistrySoftware } from '../hosts/known-registries.ts';
import type { RegistryClient } from '../registry-client.ts';
import { ask, can, cannot, refusal, statusOf, untold } from './probe-question.ts';

/** A page of the list of repositories is read this far. */
const LIST_LIMIT = 16 * 1024 * 1024;
/** A digest that nothing has: the question is whether the API is there. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

/** What is found without writing anything. */
export interface ProbeReads {
  readonly address: Capability;
  readonly certificate: Capability;
  readonly signIn: Capability;
  readonly catalog: Capability;
  readonly referrers: Capability;
  readonly software: RegistrySoftware | null;
}

/**
 * Looks at a registry without writing: where it answers, how it wants to be signed in to, what it lists.
 *
 * @param certificate reads what it shows of itself; asked where it speaks TLS
 * @param repository one that is known to be there; null = the first that it lists, else a name that may not be there
 * @throws AppError where it does not answer at all
 */
export async function probeReads(
  client: RegistryClient,
  certificate: () => Promise<CertificateChain>,
  repository: string | null,
  signal: AbortSignal,
): Promise<ProbeReads> {
  const origin = await client.requester.origin(signal);
  const startedMs = performance.now();
  const ping = await client.requester.transport.exchange({ method: 'GET', url: `${origin}/v2/`, headers: {}, signal });
  const ms = Math.round(performance.now() - startedMs);
  const secure = origin.startsWith('https:');
  const signIn = await askSignIn(client, ping.status, ping.headers['www-authenticate'] ?? '', signal);
  const { catalog, first } = await askCatalog(client, signal);
  return {
    address: can(secure ? 'https' : 'http', { ms }),
    certificate: secure ? certificateRow(await certificate()) : untold('plainHttp'),
    signIn,
    catalog,
    referrers: await askReferrers(client, repository ?? first ?? 'tartan/probe', signal),
    software: softwareOf(ping.headers),
  };
}

function certificateRow({ chain, trust }: CertificateChain): Capability {
  const params = { issuer: chain[0]?.issuer ?? '', validTo: chain[0]?.validTo ?? null };
  switch (trust) {
    case 'usual':
      return can('trusted', params);
    case 'ownAuthority':
      return can('ownAuthority', params);
    case 'exception':
      return can('exception', params);
    case 'none':
      return cannot('refused', { ...params, status: null });
  }
}

async function askSignIn(
  client: RegistryClient,
  status: number,
  challenge: string,
  signal: AbortSignal,
): Promise<Capability> {
  if (status !== 401) return can('none');
  const schemes = parseChallenges(challenge).map(({ scheme }) => scheme);
  const scheme = schemes.includes('bearer') ? 'bearer' : schemes.includes('basic') ? 'basic' : null;
  if (scheme === null) return cannot('otherScheme', { schemes: schemes.join(', ') });
  const asked = await ask(client, { method: 'GET', to: '', scopes: [] }, signal);
  const { account } = client;
  if (asked.kind === 'answer' && asked.answer.status < 400) {
    return account === null ? can('anonymous') : can(scheme, { account: account.name, source: account.source });
  }
  if (asked.kind === 'refused' && asked.error.code === 'auth.required') return cannot('needed');
  if (statusOf(asked) === 401) {
    return account === null ? cannot('needed') : cannot('wrong', { account: account.name, source: account.source });
  }
  return refusal(asked);
}

async function askCatalog(
  client: RegistryClient,
  signal: AbortSignal,
): Promise<{ readonly catalog: Capability; readonly first: string | null }> {
  const asked = await ask(
    client,
    { method: 'GET', to: '_catalog?n=1000', scopes: ['registry:catalog:*'], limit: LIST_LIMIT },
    signal,
  );
  if (asked.kind !== 'answer' || asked.answer.status !== 200) return { catalog: refusal(asked), first: null };
  const names = namesOf(asked.answer.body);
  if (names === null) return { catalog: cannot('refused', { status: 200 }), first: null };
  const more = asked.answer.headers['link'] === undefined ? '' : '+';
  return { catalog: can('listed', { count: `${names.length}${more}` }), first: names[0] ?? null };
}

function namesOf(body: string): readonly string[] | null {
  try {
    const document: unknown = JSON.parse(body);
    const names: unknown =
      typeof document === 'object' && document !== null ? Reflect.get(document, 'repositories') : [];
    return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
  } catch {
    return null;
  }
}

/** An index is an answer also for a digest that nothing refers to; 404 without a word of the repository is none. */
async function askReferrers(client: RegistryClient, repository: string, signal: AbortSignal): Promise<Capability> {
  const to = `${repository}/referrers/${NO_DIGEST}`;
  const asked = await ask(client, { method: 'GET', to, scopes: [pullScope(repository)] }, signal);
  if (asked.kind !== 'answer') return untold('failed', { status: asked.status });
  const { status, body } = asked.answer;
  if (status === 200) return isIndex(body) ? can('api') : cannot('fallback');
  if (status === 404 && /NAME_UNKNOWN|NAME_INVALID/.test(body)) return untold('notThere', { status });
  if (status === 404 || status === 405 || status === 400) return cannot('fallback');
  return untold('failed', { status });
}

function isIndex(body: string): boolean {
  try {
    const document: unknown = JSON.parse(body);
    return typeof document === 'object' && document !== null && Array.isArray(Reflect.get(document, 'manifests'));
  } catch {
    return false;
  }
}
