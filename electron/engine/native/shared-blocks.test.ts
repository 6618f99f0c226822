import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedBytes } from './shared-blocks.ts';

describe('the shared part of a disk', () => {
  it('is nothing for a file without clones, or not known', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shared-blocks-'));
    const path = join(folder, 'disk.img');
    const disk = openSync(path, 'w+');
    try {
      writeSync(disk, Buffer.alloc(1024 * 1024, 1));

      expect([0, null]).toContain(sharedBytes(disk, path, fstatSync(disk).blocks * 512));
    } finally {
      closeSync(disk);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is not known where the file cannot be asked', () => {
    expect(sharedBytes(-1, '/nowhere', 4096)).toBeNull();
  });
});
