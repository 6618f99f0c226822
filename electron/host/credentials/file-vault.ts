import { z } from 'zod';
import type { Account, VaultPort } from '../../engine/ports.ts';
import { authsOf, dockerConfigSchema, normalizeHost, serverUrlOf } from './docker-config.ts';
import { PrivateFile } from './private-file.ts';

/** Keys that we do not know stay as they are. */
const documentSchema = z.looseObject({ auths: z.record(z.string(), z.unknown()).default({}) });

/**
 * Sign-ins in a file in the form of Docker's and Podman's auth.json, not encrypted, 0600: only for those who ask for it, as
 * build machines without a keychain do.
 */
export class FileVault implements VaultPort {
  readonly source = 'file';
  readonly #file: PrivateFile;

  constructor(path: string) {
    this.#file = new PrivateFile(path);
  }

  kind(): Promise<'file'> {
    return Promise.resolve('file');
  }

  async list(): Promise<readonly string[]> {
    return Object.keys(parsed(await this.#file.read()).auths).map(normalizeHost);
  }

  async get(host: string): Promise<Account | null> {
    const config = dockerConfigSchema.safeParse(parsed(await this.#file.read()));
    if (!config.success) return null;
    return authsOf(config.data, host).find(({ namespace }) => namespace === null)?.credential ?? null;
  }

  async set(host: string, { username, secret, kind }: Account): Promise<void> {
    const auth = Buffer.from(`${username}:${kind === 'identity' ? '' : secret}`).toString('base64');
    const entry = kind === 'identity' ? { auth, identitytoken: secret } : { auth };
    await this.#file.change((text) => {
      const document = parsed(text);
      return JSON.stringify(
        { ...document, auths: { ...without(document.auths, host), [serverUrlOf(host)]: entry } },
        null,
        2,
      );
    });
  }

  async remove(host: string): Promise<boolean> {
    let removed = false;
    await this.#file.change((text) => {
      const document = parsed(text);
      const auths = without(document.auths, host);
      removed = Object.keys(auths).length < Object.keys(document.auths).length;
      return removed ? JSON.stringify({ ...document, auths }, null, 2) : null;
    });
    return removed;
  }
}

function parsed(text: string | null): z.infer<typeof documentSchema> {
  try {
    return documentSchema.parse(JSON.parse(text ?? '{}'));
  } catch {
    // A damaged file knows nobody; the next sign-in replaces it.
    return { auths: {} };
  }
}

function without(auths: Readonly<Record<string, unknown>>, host: string): Record<string, unknown> {
  const gone = normalizeHost(host);
  return Object.fromEntries(Object.entries(auths).filter(([key]) => normalizeHost(key) !== gone));
}
