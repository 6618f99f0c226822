import { z } from 'zod';
import type { Account, VaultPort } from '../../engine/ports.ts';
import { normalizeHost } from './docker-config.ts';
import { MemoryVault } from './memory-vault.ts';
import { PrivateFile } from './private-file.ts';

/** Encrypts with a key that the system keeps for this app. */
export interface Encryption {
  /** False = what is there is no protection; nothing may be written then. */
  available(): Promise<boolean>;
  encrypt(text: string): Promise<Uint8Array>;
  /** Throws for what was encrypted with another key. */
  decrypt(bytes: Uint8Array): Promise<string>;
}

const documentSchema = z.object({
  version: z.literal(1),
  /** Host to base64 of the encrypted account. */
  accounts: z.record(z.string(), z.string()),
});
const accountSchema = z.object({ username: z.string(), secret: z.string(), kind: z.enum(['password', 'identity']) });

/** The app's own sign-ins: one file, each account encrypted; where the system cannot encrypt, only for this run. */
export class EncryptedVault implements VaultPort {
  readonly source = 'vault';
  readonly #file: PrivateFile;
  readonly #encryption: Encryption;
  readonly #memory = new MemoryVault();
  #available: Promise<boolean> | null = null;

  constructor(path: string, encryption: Encryption) {
    this.#file = new PrivateFile(path);
    this.#encryption = encryption;
  }

  async kind(): Promise<'system' | 'memory'> {
    return (await this.#encrypts()) ? 'system' : 'memory';
  }

  /** Asked once: the system may open a dialog. One that fails cannot encrypt. */
  #encrypts(): Promise<boolean> {
    this.#available ??= this.#encryption.available().catch(() => false);
    return this.#available;
  }

  async list(): Promise<readonly string[]> {
    if (!(await this.#encrypts())) return await this.#memory.list();
    return Object.keys(accountsOf(await this.#file.read()));
  }

  async get(host: string): Promise<Account | null> {
    if (!(await this.#encrypts())) return await this.#memory.get(host);
    const kept = accountsOf(await this.#file.read())[normalizeHost(host)];
    if (kept === undefined) return null;
    try {
      return accountSchema.parse(JSON.parse(await this.#encryption.decrypt(Buffer.from(kept, 'base64'))));
    } catch {
      // Another computer's file, or a key that the person removed: as if there were no sign-in.
      return null;
    }
  }

  async set(host: string, account: Account): Promise<void> {
    if (!(await this.#encrypts())) {
      await this.#memory.set(host, account);
      return;
    }
    const encrypted = Buffer.from(await this.#encryption.encrypt(JSON.stringify(account))).toString('base64');
    await this.#file.change((text) => documentOf({ ...accountsOf(text), [normalizeHost(host)]: encrypted }));
  }

  async remove(host: string): Promise<boolean> {
    if (!(await this.#encrypts())) return await this.#memory.remove(host);
    let removed = false;
    await this.#file.change((text) => {
      const { [normalizeHost(host)]: gone, ...others } = accountsOf(text);
      removed = gone !== undefined;
      return removed ? documentOf(others) : null;
    });
    return removed;
  }
}

function accountsOf(text: string | null): Record<string, string> {
  try {
    return documentSchema.parse(JSON.parse(text ?? '')).accounts;
  } catch {
    return {};
  }
}

function documentOf(accounts: Readonly<Record<string, string>>): string {
  return JSON.stringify({ version: 1, accounts }, null, 2);
}
