import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileCalls } from '../../../test/fixtures/file-calls.ts';
import { systemClock } from '../../host/system-clock.ts';
import type { Clock } from '../ports.ts';
import { type DiskIdentity, readDiskIdentity, sameIdentity, settledIdentity, syncFile } from './disk-identity.ts';

const never = new AbortController().signal;

let folder: string;
let disk: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-identity-'));
  disk = join(folder, 'disk.img');
  await writeFile(disk, 'bytes');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function identity(): Promise<DiskIdentity> {
  const file = await open(disk, 'r');
  try {
    return await readDiskIdentity(file);
  } finally {
    await file.close();
  }
}

/** A clock that stands `afterMs` behind the last change of the disk and writes down what it is asked to wait. */
async function clockAfterChange(afterMs: number): Promise<{ readonly clock: Clock; readonly waits: number[] }> {
  const changedMs = Number((await stat(disk, { bigint: true })).ctimeNs / 1_000_000n);
  const waits: number[] = [];
  return {
    waits,
    clock: {
      now: () => changedMs + afterMs,
      steady: () => changedMs + afterMs,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
  };
}

describe('the identity of a disk', () => {
  it('stays the same while nobody writes, also under another name', async () => {
    const before = await identity();
    const elsewhere = join(folder, 'moved.img');
    const first = sameIdentity(before, await identity());
    await rename(disk, elsewhere);
    await rename(elsewhere, disk);
    const after = await identity();

    // Renaming is a change of the inode for some file systems: only size, place and content time must stay.
    expect({ first, after }).toEqual({ first: true, after: { ...before, ctimeNs: after.ctimeNs } });
  });

  it('changes with a write that keeps size and sets the time back', async () => {
    const before = await identity();
    const { mtime, atime } = await stat(disk);
    await writeFile(disk, 'BYTES');
    await utimes(disk, atime, mtime);

    expect(sameIdentity(before, await identity())).toBe(false);
  });

  it('changes with a file put in its place', async () => {
    const before = await identity();
    await writeFile(join(folder, 'new'), 'bytes');
    await rename(join(folder, 'new'), disk);

    expect(sameIdentity(before, await identity())).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('a write through a mapping', () => {
  it('leaves the stamps as they were, but not behind a look by the rule', async () => {
    await writeFile(disk, Buffer.alloc(4096));
    const memory = openFileCalls().map(disk, 4096);
    try {
      memory.write(0, 1);
      const dirty = await identity();
      await systemClock.sleep(30);
      memory.write(0, 2);
      const unseen = sameIdentity(dirty, await identity());
      const settled = await settledIdentity(disk, systemClock, never);
      memory.write(0, 3);
      const seen = !sameIdentity(settled, await settledIdentity(disk, systemClock, never));

      expect({ unseen, seen }).toEqual({ unseen: true, seen: true });
    } finally {
      memory.close();
    }
  });
});

describe.runIf(process.platform === 'linux')('a write through a mapping while the grain is waited out', () => {
  it('is not the last that the stamps tell of', async () => {
    await writeFile(disk, Buffer.alloc(4096));
    const memory = openFileCalls().map(disk, 4096);
    let written = 0;
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms, signal) => {
        await systemClock.sleep(ms, signal);
        if (written === 0) memory.write(0, 1);
        written += 1;
      },
    };
    try {
      const settled = await settledIdentity(disk, clock, never);
      await systemClock.sleep(30);
      memory.write(1, 2);

      expect({ seen: !sameIdentity(settled, await identity()), written }).toEqual({ seen: true, written: 2 });
    } finally {
      memory.close();
    }
  });

  it('has no end where somebody goes on writing: the disk is said to change', async () => {
    const clock: Clock = { ...systemClock, now: () => 0, sleep: () => writeFile(disk, 'other') };
    await expect(settledIdentity(disk, clock, never)).rejects.toMatchObject({
      code: 'vm.diskChanged',
      params: { path: disk },
    });
  });
});

describe('settling an identity', () => {
  it.each([
    ['waits out the rest of the grain after a fresh change', 5, [15]],
    ['does not wait for an old change', 20, []],
    ['waits a whole grain where the change lies in the future of our clock', -60_000, [20]],
  ])('%s', async (_name, afterMs, expected) => {
    const { clock, waits } = await clockAfterChange(afterMs);
    const settled = await settledIdentity(disk, clock, never);

    expect({ waits, same: sameIdentity(settled, await identity()) }).toEqual({ waits: expected, same: true });
  });

  it('ends at once when it is cancelled', async () => {
    const { clock } = await clockAfterChange(0);
    await expect(settledIdentity(disk, clock, AbortSignal.abort())).rejects.toThrow();
  });

  it('names what is gone and what is no file', async () => {
    const { clock } = await clockAfterChange(100);
    await rm(disk);
    await expect(settledIdentity(disk, clock, never)).rejects.toMatchObject({ code: 'vm.gone' });
    spawnSync('mkfifo', [disk]);
    await expect(settledIdentity(disk, clock, never)).rejects.toMatchObject({
      code: 'file.unreadable',
      params: { path: disk, reason: 'notFile' },
    });
    await expect(syncFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'vm.gone' });
  });
});
