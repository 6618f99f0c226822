import type { Encryption } from '../host/credentials/encrypted-vault.ts';

/** What is used of Electron's safeStorage: calls that do not block, where this version has them. */
export interface EncryptingStorage {
  getSelectedStorageBackend(): string;
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(encrypted: Buffer): Promise<{ readonly result: string }>;
}

/**
 * The system's keychain as an encryption. On Linux without one, Electron would encrypt with a key that everybody knows
 * (`basic_text`): that counts as none.
 *
 * @param platform of this process unless a test says so
 */
export function systemEncryption(storage: EncryptingStorage, platform: NodeJS.Platform = process.platform): Encryption {
  return {
    async available() {
      if (platform === 'linux' && storage.getSelectedStorageBackend() === 'basic_text') return false;
      return (await storage.isAsyncEncryptionAvailable?.()) ?? storage.isEncryptionAvailable();
    },
    async encrypt(text) {
      return (await storage.encryptStringAsync?.(text)) ?? storage.encryptString(text);
    },
    async decrypt(bytes) {
      const encrypted = Buffer.from(bytes);
      return (await storage.decryptStringAsync?.(encrypted))?.result ?? storage.decryptString(encrypted);
    },
  };
}
