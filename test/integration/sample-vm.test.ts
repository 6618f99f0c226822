import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataRanges } from '../../electron/engine/native/seek-data.ts';
import { CHANGED_FILE, SAMPLE_FILES } from '../../electron/engine/sample/sample-disk.ts';
import { changeSampleDisk, makeSampleVm, sampleFolder } from '../../electron/engine/sample/sample-vm.ts';
import { listVms } from '../../electron/engine/tart/list-vms.ts';
import { VOLUME_KINDS } from '../fixtures/loop-volume.ts';

const run = promisify(execFile);
const CHUNK = 512 * 1024 * 1024;
const BLOCK = 4096;
const never = new AbortController().signal;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the sample VM', () => {
  let home: string;
  let disk: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'tartan-sample-'));
    disk = join(sampleFolder(home), 'disk.img');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const make = (): Promise<void> => makeSampleVm(home, () => undefined, never);

  /** What e2fsck finds without changing anything: its status, and its lines but the summary. */
  function check(): { status: number | null; findings: readonly string[] } {
    const { status, stdout } = spawnSync('e2fsck', ['-fn', disk], { encoding: 'utf8' });
    return { status, findings: stdout.split('\n').filter((line) => line !== '' && !/^(Pass \d|sample: )/.test(line)) };
  }

  /** What each chunk holds: its data with their places, hashed; holes as null. */
  async function chunks(): Promise<(string | null)[]> {
    const { size } = await stat(disk);
    const file = await open(disk, 'r');
    const hashes = Array.from({ length: size / CHUNK }, () => createHash('sha256'));
    const filled = new Set<number>();
    const zeros = Buffer.alloc(BLOCK);
    for (const { offset, length } of dataRanges(file.fd, size) ?? []) {
      for (let at = offset; at < offset + length; at += BLOCK) {
        const block = Buffer.alloc(BLOCK);
        await file.read(block, 0, BLOCK, at);
        // File systems keep data in units of their own: zeros beside data count as a hole.
        if (block.equals(zeros)) continue;
        filled.add(Math.floor(at / CHUNK));
        hashes[Math.floor(at / CHUNK)]?.update(`${String(at)} `).update(block);
      }
    }
    await file.close();
    return hashes.map((hash, chunk) => (filled.has(chunk) ? hash.digest('hex') : null));
  }

  it('is a stopped Linux VM as Tart lists it, with a disk of 8.6 GB that takes little room', async () => {
    const seen: number[] = [];
    await makeSampleVm(home, (bytes) => seen.push(bytes), never);
    const { vms } = await listVms(home, 0);
    const { blocks } = await stat(disk);

    expect(vms).toEqual([
      expect.objectContaining({
        id: 'vm:sample',
        state: 'stopped',
        layout: 'standalone',
        os: 'linux',
        sizes: expect.objectContaining({ logical: 16 * CHUNK }),
        defect: null,
      }),
    ]);
    expect(blocks * 512).toBeLessThan(150e6);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(await readdir(home)).toEqual(['vms']);
  });

  it('has a file system that e2fsck finds nothing in, before and after its disk is changed', async () => {
    await make();
    const before = check();
    await changeSampleDisk(home);

    expect([before, check()]).toEqual([
      { status: 0, findings: [] },
      { status: 0, findings: [] },
    ]);
  });

  it('has data in six of sixteen chunks, the same on every computer, and a change touches one', async () => {
    await make();
    const before = await chunks();
    await changeSampleDisk(home);
    const after = await chunks();

    expect(before.map((digest) => digest?.slice(0, 8) ?? null)).toMatchInlineSnapshot(`
      [
        "bcbf7bb6",
        "882a03a9",
        "97b1ec59",
        "a2406e78",
        null,
        "b3401cb9",
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        "1d74c2eb",
      ]
    `);
    expect(after.flatMap((digest, index) => (digest === before[index] ? [] : [index]))).toEqual([5]);
  });

  it('holds files that debugfs lists and reads', async () => {
    await make();
    const read = async (path: string): Promise<string> => {
      const out = join(home, 'out');
      await run('debugfs', ['-R', `dump ${path} ${out}`, disk]);
      return sha256(await readFile(out));
    };
    const listed = await run('debugfs', ['-R', 'ls -p /home/sample', disk]);

    expect(listed.stdout.match(/\/([a-z]\w*\.\w+)\//g)).toEqual(['/notes.txt/', '/picture.raw/']);
    for (const { path, content } of SAMPLE_FILES) expect([path, await read(path)]).toEqual([path, sha256(content())]);
    const notes = await read(CHANGED_FILE);
    await changeSampleDisk(home);
    expect(await read(CHANGED_FILE)).not.toBe(notes);
  });

  it.runIf(VOLUME_KINDS.includes('ext4'))('can be mounted, read and written', async () => {
    await make();
    const place = join(home, 'mounted');
    await mkdir(place);
    await run('mount', ['-t', 'ext4', '-o', 'loop', disk, place]);
    try {
      await run('cp', [join(place, CHANGED_FILE), join(place, 'copy')]);
      expect((await readFile(join(place, 'copy'))).equals(await readFile(join(place, CHANGED_FILE)))).toBe(true);
      expect(await readFile(join(place, 'etc/hostname'), 'utf8')).toBe('sample\n');
    } finally {
      await run('umount', [place]);
    }
    expect(check().status).toBe(0);
  });

  it('leaves nothing behind when it is stopped half-way', async () => {
    const ended = new AbortController();
    const making = makeSampleVm(home, () => ended.abort(new Error('stopped')), ended.signal);

    await expect(making).rejects.toThrow('stopped');
    expect([await readdir(home), await readdir(join(home, 'vms'))]).toEqual([['vms'], []]);
  });
});
