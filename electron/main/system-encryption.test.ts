import { describe, expect, it } from 'vitest';
import { type EncryptingStorage, systemEncryption } from './system-encryption.ts';

describe('the system’s encryption', () => {
  const storage = (more: Partial<EncryptingStorage>): EncryptingStorage => ({
    getSelectedStorageBackend: () => 'gnome_libsecret',
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from(`blocking ${text}`),
    decryptString: (bytes) => bytes.toString('utf8').replace('blocking ', ''),
    ...more,
  });

  it('is none where Linux has no keychain: the key that Electron takes then is known to everybody', async () => {
    const plain = storage({ getSelectedStorageBackend: () => 'basic_text' });
    const closed = storage({ isEncryptionAvailable: () => false });
    expect([
      await systemEncryption(plain, 'linux').available(),
      await systemEncryption(closed, 'linux').available(),
      await systemEncryption(storage({}), 'linux').available(),
      await systemEncryption(plain, 'darwin').available(),
    ]).toEqual([false, false, true, true]);
  });

  it('does not block where it need not, and reads what older versions wrote', async () => {
    const blocking = systemEncryption(storage({}), 'darwin');
    const newer = systemEncryption(
      storage({
        isAsyncEncryptionAvailable: () => Promise.resolve(true),
        encryptStringAsync: (text) => Promise.resolve(Buffer.from(`waiting ${text}`)),
        decryptStringAsync: (bytes) => Promise.resolve({ result: bytes.toString('utf8').replace(/^\w+ /, '') }),
      }),
      'darwin',
    );
    const old = await blocking.encrypt('a');
    const young = await newer.encrypt('b');
    expect([
      Buffer.from(young).toString('utf8'),
      await blocking.decrypt(old),
      await newer.decrypt(old),
      await newer.decrypt(young),
    ]).toEqual(['waiting b', 'a', 'a', 'b']);
  });
});
