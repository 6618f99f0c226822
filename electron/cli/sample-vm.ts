import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MIB = 1024 * 1024;
/** Data of the sample disk: chunk, start in it, length, and whether it compresses. The rest is a hole. */
const PARTS = [
  { chunk: 0, at: 0, mib: 24, packs: true },
  { chunk: 1, at: 128, mib: 16, packs: false },
  { chunk: 3, at: 64, mib: 24, packs: true },
] as const;
const CHUNKS = 4;
const CHUNK_MIB = 512;

/** Bytes from a seed: random looking, or text-like lines that pack well. */
function seeded(seed: string, length: number, packs: boolean): Buffer {
  const parts: Buffer[] = [];
  for (let made = 0, at = 0; made < length; at += 1) {
    const digest = createHash('sha512').update(`${seed} ${at}`).digest();
    const part = packs ? Buffer.from(`${digest.toString('hex')} ${'sample '.repeat(24)}\n`) : digest;
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

/**
 * Makes a small VM with a sparse disk of 2 GiB, 64 MiB of data in three of its four chunks, made from a seed.
 *
 * @param tartHome a Tart home of its own
 * @param macAddress tells two samples apart
 */
export async function makeSampleVm(tartHome: string, name: string, macAddress: string): Promise<void> {
  const folder = join(tartHome, 'vms', name);
  await mkdir(folder, { recursive: true });
  const config = {
    version: 1,
    os: 'linux',
    arch: 'arm64',
    cpuCountMin: 2,
    cpuCount: 2,
    memorySizeMin: 1024 * MIB,
    memorySize: 2048 * MIB,
    macAddress,
    display: { width: 1024, height: 768 },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config, null, 2));
  await writeFile(join(folder, 'nvram.bin'), seeded('nvram', 64 * 1024, false));
  const disk = await open(join(folder, 'disk.img'), 'w');
  try {
    await disk.truncate(CHUNKS * CHUNK_MIB * MIB);
    for (const { chunk, at, mib, packs } of PARTS) {
      const bytes = seeded(`disk ${chunk}`, mib * MIB, packs);
      await disk.write(bytes, 0, bytes.length, (chunk * CHUNK_MIB + at) * MIB);
    }
  } finally {
    await disk.close();
  }
}

/** Changes 1 MiB in the last chunk of a sample's disk: one layer of it is another one then. */
export async function changeSampleDisk(tartHome: string, name: string): Promise<void> {
  const disk = await open(join(tartHome, 'vms', name, 'disk.img'), 'r+');
  try {
    const bytes = seeded('changed', MIB, true);
    await disk.write(bytes, 0, bytes.length, (3 * CHUNK_MIB + 70) * MIB);
  } finally {
    await disk.close();
  }
}
