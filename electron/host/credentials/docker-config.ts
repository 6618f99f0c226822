import { z } from 'zod';

const authSchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});

/** What counts of Docker's config.json and Podman's auth.json; other members are ignored. */
export const dockerConfigSchema = z.object({
  auths: z.record(z.string(), authSchema).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

/** What is used of a `config.json` or `auth.json`. */
export type DockerConfig = z.infer<typeof dockerConfigSchema>;
/** One entry of `auths`: base64 of `user:password`, or a refresh token. */
export type DockerAuth = z.infer<typeof authSchema>;

/** The key of Docker Hub in stores and files. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const DOCKER_HUB_HOSTS = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** `host[:port]` in lower case; the names of Docker Hub are one. Drops scheme and path of old keys. */
export function normalizeHost(key: string): string {
  const host = key
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return DOCKER_HUB_HOSTS.has(host) ? 'docker.io' : host;
}

/** What a credential helper is asked for. */
export function serverUrlOf(host: string): string {
  return normalizeHost(host) === 'docker.io' ? DOCKER_HUB_KEY : host;
}

/** The part of a key behind the host: what Podman's keys are for; null = the whole host. Old keys of Docker have a scheme and none. */
function namespaceOf(key: string): string | null {
  const slash = key.indexOf('/');
  if (slash < 0 || /^https?:\/\//i.test(key)) return null;
  const namespace = key.slice(slash + 1).replace(/\/+$/, '');
  return namespace === '' ? null : namespace;
}

/** A user and a secret as the files hold them. `identity` = an OAuth2 refresh token. */
export interface FileCredential {
  readonly username: string;
  readonly secret: string;
  readonly kind: 'password' | 'identity';
}

/** The credential in an `auths` entry; null for one that only marks "in the store". Splits at the first colon. */
export function credentialOfAuth(entry: DockerAuth): FileCredential | null {
  const text = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = text.indexOf(':');
  const username = colon < 0 ? (entry.username ?? '') : text.slice(0, colon);
  const password = colon < 0 ? (entry.password ?? '') : text.slice(colon + 1);
  if (entry.identitytoken !== undefined && entry.identitytoken !== '') {
    return { username, secret: entry.identitytoken, kind: 'identity' };
  }
  return username === '' || password === '' ? null : { username, secret: password, kind: 'password' };
}

/** A credential of `auths` with what it is for below the host; null = the whole host. */
export interface FileEntry {
  readonly credential: FileCredential;
  readonly namespace: string | null;
}

/** The entries of `auths` for a host: the longest namespace first, then the host by its exact name, then old-style names. */
export function authsOf(config: DockerConfig, host: string): FileEntry[] {
  const wanted = normalizeHost(host);
  return Object.entries(config.auths)
    .filter(([key]) => normalizeHost(key) === wanted)
    .map(([key, entry]) => ({ key, namespace: namespaceOf(key), credential: credentialOfAuth(entry) }))
    .sort(
      (left, right) =>
        (right.namespace?.length ?? 0) - (left.namespace?.length ?? 0) ||
        Number(right.key === host) - Number(left.key === host),
    )
    .flatMap(({ namespace, credential }) => (credential === null ? [] : [{ namespace, credential }]));
}

/** Whether what is kept for a namespace counts for a repository; null = a request to the host itself. */
export function countsFor(namespace: string | null, repository: string | null): boolean {
  if (namespace === null) return true;
  return repository !== null && (repository === namespace || repository.startsWith(`${namespace}/`));
}

/** The helper that `credHelpers` names for a host: an equal key, else a regular expression that matches it whole, as in Tart. */
export function helperOf(config: DockerConfig, host: string): string | null {
  const wanted = normalizeHost(host);
  for (const [key, helper] of Object.entries(config.credHelpers)) if (normalizeHost(key) === wanted) return helper;
  for (const [key, helper] of Object.entries(config.credHelpers)) {
    try {
      if (new RegExp(`^(?:${key})$`).test(host)) return helper;
    } catch {
      // A key that is no regular expression is only a name.
    }
  }
  return null;
}
