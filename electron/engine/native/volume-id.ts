import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** `major:minor` of a Linux device number. */
function deviceNumber(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return `${major}:${minor}`;
}

/** The block device that mountinfo names for a device number. */
async function mountedDevice(device: bigint): Promise<string | null> {
  const wanted = deviceNumber(device);
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    if (front.split(' ')[2] === wanted) return back.split(' ')[1] ?? null;
  }
  return null;
}

/**
 * Names a volume by what does not change with the order of mounting: the UUID of its file system on Linux, else the
 * device number (`dev:…`), which is all that Node gives on macOS and for volumes without a UUID.
 */
export async function volumeId(device: bigint): Promise<string> {
  const otherwise = `dev:${device}`;
  if (process.platform !== 'linux') return otherwise;
  try {
    const name = await mountedDevice(device);
    if (name === null || !name.startsWith('/dev/')) return otherwise;
    const block = await realpath(name);
    const folder = '/dev/disk/by-uuid';
    for (const uuid of await readdir(folder)) {
      if ((await realpath(join(folder, uuid))) === block) return `uuid:${uuid}`;
    }
    return otherwise;
  } catch {
    // Containers often have neither folder; the device number is stable while nothing is mounted anew.
    return otherwise;
  }
}
