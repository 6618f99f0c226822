import type { Credential } from '../../ports.ts';

/** What clients of registries ask for sign-ins, and what they tell of them. */
export interface RegistryCredentials {
  /**
   * The sign-in for a repository; null for the repository = a request to the host itself. Null = anonymous.
   *
   * @throws AppError `auth.helper` when a helper failed and nothing else has one, `cancelled`
   */
  find(host: string, repository: string | null, signal: AbortSignal): Promise<Credential | null>;
  /** The host does not accept the sign-in: what was remembered of a helper is asked anew. */
  refused(host: string): void;
  /** Before a secret goes to a sign-in server. @throws AppError `auth.realm` when it is another than before */
  checkRealm(host: string, realm: URL): Promise<void>;
  /** A sign-in server took a secret: it is the host's from now on. */
  acceptRealm(host: string, realm: URL): Promise<void>;
  /** The refresh token to use for an identity credential: the newest that its server gave. */
  refreshTokenOf(host: string, credential: Credential): string;
  /** The server gave another refresh token; the old one may not work any more. */
  renew(host: string, credential: Credential, refreshToken: string): Promise<void>;
}
