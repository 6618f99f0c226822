import { closeSync, fstatSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { volumeId } from './volume-id.ts';

async function idOf(path: string): Promise<string> {
  const descriptor = openSync(path, 'r');
  try {
    return await volumeId(descriptor, fstatSync(descriptor, { bigint: true }).dev);
  } finally {
    closeSync(descriptor);
  }
}

describe('the name of a volume', () => {
  let open: number[];
  beforeEach(() => {
    open = [];
  });
  afterEach(() => {
    for (const descriptor of open) closeSync(descriptor);
  });

  it('is the same for all its files, and a UUID or the device number', async () => {
    const [first, second] = [await idOf(tmpdir()), await idOf(tmpdir())];

    expect(first).toBe(second);
    expect(first).toMatch(/^(?:uuid:[0-9A-Fa-f-]{8,36}(?:\/\d+)?|dev:\d+)$/);
  });

  it.runIf(process.platform === 'linux')('differs between volumes', async () => {
    expect(await idOf('/dev/shm')).not.toBe(await idOf(tmpdir()));
  });

  it('is the device number where nothing else can be asked', async () => {
    expect(await volumeId(-1, 42n)).toBe('dev:42');
  });
});
